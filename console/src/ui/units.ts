/** What a value is called and how it is written, from the catalogue. */
import { locale, t } from "../i18n";
import { figure } from "./numbers";
import { plain } from "./text";

/** UN/CEFACT code -> symbol; a symbol stays itself. */
export const unit = (code: string | null | undefined, attribute = ""): string => (code ? (t.units[code] ?? plain(code, 12)) : (t.bare[attribute] ?? ""));

export const attributeName = (name: string): string => t.attributes[name] ?? plain(name.replace(/([a-z])([A-Z])/g, "$1 $2"), 60);
export const roleName = (id: string): string => t.roleNames[id] ?? plain(id, 40);
/** "engelsk" for en on a Norwegian page */
export const languageName = (code: string): string => new Intl.DisplayNames(locale, { type: "language" }).of(code) ?? code;
export const typeName = (type: string): string => t.types[type] ?? plain(type, 40);

export function value(of: unknown, code: string | null | undefined = null, attribute = ""): string {
  if (of === null || of === undefined) return "–";
  if (typeof of === "boolean") return of ? t.yes : t.no;
  if (typeof of === "string") return plain(of, 120);
  if (typeof of !== "number") return "–";
  // shares of 1 read better as percent
  if ((attribute === "relativeHumidity" || attribute === "occupancy") && of >= 0 && of <= 1 && !code) return `${Math.round(of * 100)} %`;
  const symbol = unit(code, attribute);
  return symbol ? `${figure(of)}${symbol === "°" ? "" : " "}${symbol}` : figure(of);
}
