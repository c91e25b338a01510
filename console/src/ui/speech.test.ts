import { afterEach, expect, it, vi } from "vitest";
import { speak } from "../i18n";
import { firstOf } from "../i18n/language";

const at = Date.parse("2026-11-21T16:42:17Z");
const words = async (): Promise<string[]> => {
  const { age, clockOn, date, day, month, full } = await import("./time");
  const { bytes, figure, fixed, whole } = await import("./numbers");
  return [day(at), clockOn(at - 86_400_000, at), date(at), month("2026-10"), age(3 * 86_400_000), figure(4.6), whole(12_345), fixed(1.25, 1), bytes(2_500_000), full(at).replace(/.*EET/, "EET")];
};
/** Intl writes no-break spaces: they are meant, and cannot be told apart here. */
const seen = (said: string[]): string[] => said.map((one) => one.replace(/[\u00a0\u202f]/g, " "));

afterEach(() => speak("en"));

// written from CLDR 48 and each country's own rules before the run
it.each([
  ["en", ["Sat 21 Nov", "20 Nov 18:42", "21 Nov 2026", "Oct 2026", "3 days", "4.6", "12,345", "1.3", "2.5 MB"]],
  ["nb", ["lør. 21. nov.", "20. nov. 18:42", "21. nov. 2026", "okt. 2026", "3 dager", "4,6", "12 345", "1,3", "2,5 MB"]],
  ["it", ["sab 21 nov", "20 nov 18:42", "21 nov 2026", "ott 2026", "3 giorni", "4,6", "12.345", "1,3", "2,5 MB"]],
  ["pt", ["sábado 21/11", "20/11 18:42", "21/11/2026", "10/2026", "3 dias", "4,6", "12 345", "1,3", "2,5 MB"]],
] as const)("%s: days, times and figures as the language writes them", async (language, expected) => {
  vi.resetModules();
  const i18n = await import("../i18n");
  await i18n.speak(language);
  expect(seen(await words()).slice(0, 9)).toEqual([...expected]);
  expect(seen(await words())[9]).toBe("EET · 16:42:17 UTC");
});

it("hears which language a browser asks for", () => {
  expect([["nb-NO", "en"], ["nn", "en"], ["no"], ["pt-BR"], ["fi", "IT"], ["fi", "de-DE"], []].map((tags) => firstOf(tags))).toEqual(["nb", "nb", "nb", "pt", "it", null, null]);
});
