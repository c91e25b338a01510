/** Which languages there are, and which one a browser asks for. Pure: no words here. */
export const LANGUAGES = ["en", "it", "nb", "pt"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The form of each that is spoken here: for Intl, and for `<html lang>`. */
export const LOCALES: Record<Language, string> = { en: "en-GB", it: "it-IT", nb: "nb-NO", pt: "pt-PT" };

/** Each by its own name: whoever looks for it may read no other. */
export const NAMES: Record<Language, string> = { en: "English", it: "Italiano", nb: "Norsk bokmål", pt: "Português" };

export const isLanguage = (word: unknown): word is Language => LANGUAGES.includes(word as Language);

/** `nn` and `no` read Bokmål more gladly than English (RFC 4647, section 3.4, lookup; then kin). */
const KIN: Record<string, Language> = { no: "nb", nn: "nb" };

/** The first of the tags (`pt-BR`, `nb`) that is spoken here; null where none is. */
export function firstOf(tags: readonly string[]): Language | null {
  for (const tag of tags) {
    const primary = tag.toLowerCase().split("-")[0] ?? "";
    if (isLanguage(primary)) return primary;
    const kin = KIN[primary];
    if (kin) return kin;
  }
  return null;
}
