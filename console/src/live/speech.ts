/**
 * Which language this page should speak, and changing it. Words are read wherever a component likes, and formatted
 * figures are kept in state: so another language is another page. A reload reads everything anew within a second,
 * and the server holds whatever was done.
 */
import { session as api } from "../api/client";
import type { SignedIn } from "../api/types";
import { language } from "../i18n";
import { choice, choose, forget, preferred } from "../i18n/choice";
import { firstOf, isLanguage, type Language } from "../i18n/language";

/** What this page was asked to speak when it was opened. It speaks English instead where a catalogue was not to be had:
 * opening it again for that would never end. */
const begun: Language = preferred(navigator.languages) ?? "en";
function anew(asked: Language, unsaved = false): void {
  if (choose(asked, unsaved) && asked !== begun) location.reload();
}
/** A person pressed a button: once more, also where it failed before. */
function pressed(asked: Language, unsaved = false): void {
  if (choose(asked, unsaved) && (asked !== begun || asked !== language)) location.reload();
}

/** On the sign-in page: it is stored with whoever signs in next here. */
export function chooseHere(asked: Language): void {
  pressed(asked, true);
}

/** Nothing was chosen here, and the browser's languages are none of ours: the city's first. */
export function followCity(languages: readonly string[]): void {
  const first = languages.find(isLanguage);
  if (!first || choice() || firstOf(navigator.languages)) return;
  anew(first);
}

/** The language of whoever is signed in: chosen at the door a moment ago, else their own, else the city's first. */
export function asked(who: SignedIn): Language | null {
  const here = choice();
  if (here?.unsaved) return here.language;
  const own = who.user.language;
  return isLanguage(own) ? own : (who.languages?.find(isLanguage) ?? null);
}

/** Speak to the person who has just signed in, or was signed in already. Answers what the server then knows of them. */
export async function greet(who: SignedIn): Promise<SignedIn> {
  const wanted = asked(who);
  if (!wanted) return who;
  const known = choice()?.unsaved && who.user.language !== wanted ? await api.language(wanted) : who;
  anew(wanted);
  return known;
}

/** On the account page. */
export async function chooseOwn(wanted: Language): Promise<void> {
  await api.language(wanted);
  pressed(wanted);
}

/** Signed out: the next one at this seat begins with the browser's own preference. */
export const part = forget;
