/**
 * The one door to words. `t` is the catalogue of the language that this page speaks: set once, by `speak`, before
 * anything that reads it is loaded (main.ts), so that a component may read it wherever it likes. Another language is
 * another page: changing it reloads (see docs/howto/languages.md).
 */
import type { en } from "./en";
import { LOCALES, type Language } from "./language";
import type { Like } from "./like";

export type Words = Like<typeof en>;

/** Each catalogue is a file of its own: a browser loads the one that it speaks. */
const CATALOGUES: Record<Language, () => Promise<Words>> = {
  en: async () => (await import("./en")).en,
  it: async () => (await import("./it")).it,
  nb: async () => (await import("./nb")).nb,
  pt: async () => (await import("./pt")).pt,
};

export let t: Words;
export let language: Language = "en";
/** BCP 47, for Intl: en-GB, it-IT, nb-NO, pt-PT. */
export let locale: string = LOCALES.en;

/** From here on this page speaks it. English where the catalogue cannot be had (a console that was replaced meanwhile). */
export async function speak(asked: Language): Promise<void> {
  try {
    t = await CATALOGUES[asked]();
    language = asked;
  } catch {
    t = await CATALOGUES.en();
    language = "en";
  }
  locale = LOCALES[language];
  if (typeof document !== "undefined") document.documentElement.lang = locale;
}
