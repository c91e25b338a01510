/** Which language this browser was last asked to speak: known before anybody is signed in. */
import { firstOf, isLanguage, type Language } from "./language";

const STORE = "tocsin.language";

interface Choice {
  language: Language;
  /** chosen on the sign-in page by somebody whom the server does not know yet */
  unsaved: boolean;
}

export function choice(): Choice | null {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "null") as Partial<Choice> | null;
    return kept && isLanguage(kept.language) ? { language: kept.language, unsaved: kept.unsaved === true } : null;
  } catch {
    return null;
  }
}

/** False where the browser keeps nothing: then a reload would come back to the same page. */
export function choose(language: Language, unsaved = false): boolean {
  try {
    localStorage.setItem(STORE, JSON.stringify({ language, unsaved }));
    return true;
  } catch {
    return false;
  }
}

/** The next one at this seat begins with the browser's own preference. */
export function forget(): void {
  try {
    localStorage.removeItem(STORE);
  } catch {
    // nothing was kept
  }
}

/** Before the server was asked: what was chosen here, else what the browser prefers, else nothing is known. */
export const preferred = (tags: readonly string[]): Language | null => choice()?.language ?? firstOf(tags);
