/** The words of a warning between the form and the server. Pure. */
import type { WarningContent, WarningDesk, WarningTemplate, WarningText } from "../../api/warnings";
import { type AreaForm, areaOf, emptyArea, formOf } from "./area";

export type Facts = Omit<WarningContent, "area" | "texts">;
export interface Form {
  facts: Facts;
  area: AreaForm;
  texts: WarningText[];
}

const blankText = (language: string): WarningText => ({ language, event: "", headline: "", description: "", instruction: "" });

/** One text for each language that the city must speak, first those; what else is told comes after. */
export function inLanguages(texts: readonly WarningText[], languages: readonly string[]): WarningText[] {
  const told = new Map(texts.map((text) => [text.language, text]));
  return [...languages.map((language) => told.get(language) ?? blankText(language)), ...texts.filter((text) => !languages.includes(text.language))];
}

export function blank(languages: readonly string[]): Form {
  return {
    facts: { category: "Safety", response: "Avoid", urgency: "Immediate", severity: "Severe", certainty: "Observed", lasts_min: 60, template: null },
    area: emptyArea(),
    texts: inLanguages([], languages),
  };
}

export function fromContent(content: WarningContent, languages: readonly string[]): Form {
  const { area, texts, ...facts } = content;
  return { facts, area: formOf(area), texts: inLanguages(texts, languages) };
}

/** A template's words and facts; a place that is drawn already stays. */
export function begin(template: WarningTemplate, desk: WarningDesk, area: AreaForm): Form {
  const form = fromContent(template.content, desk.languages);
  const drawn = area.centre !== null || area.corners.length > 0;
  return { ...form, area: { ...area, name: area.name || form.area.name, radiusM: drawn && area.centre === null ? area.radiusM : template.radius_m } };
}

/** What the area is called goes to where the texts name it. */
export const named = (texts: readonly WarningText[], name: string): WarningText[] => filled(texts, "place", name);

export const toContent = (form: Form): WarningContent => ({ ...form.facts, area: areaOf(form.area), texts: named(form.texts, form.area.name) });

const FIELD = /\{([a-z_]+)\}/g;
/** Names of fields that some text still leaves open, each once. */
export const fieldsOf = (texts: readonly WarningText[]): string[] => [...new Set(texts.flatMap((text) => [...`${text.headline} ${text.description} ${text.instruction}`.matchAll(FIELD)].map((hit) => hit[1] ?? "")))];

/** One field filled in, in every language. */
export function filled(texts: readonly WarningText[], field: string, words: string): WarningText[] {
  const fill = (said: string): string => said.replaceAll(`{${field}}`, () => words.trim());
  return words.trim() ? texts.map((text) => ({ ...text, headline: fill(text.headline), description: fill(text.description), instruction: fill(text.instruction) })) : [...texts];
}
/** Fields of a template that nobody has filled in, and texts that are empty. */
export const openFields = (text: WarningText): number =>
  [text.event, text.headline, text.description, text.instruction].reduce((sum, said) => sum + (said.trim() ? (said.match(FIELD)?.length ?? 0) : 1), 0);

/** The texts of an end, in the place and languages of what ends. */
export function allClear(now: WarningContent, template: WarningTemplate | undefined): WarningContent {
  if (!template) return { ...now, response: "AllClear", urgency: "Past" };
  const told = new Map(template.content.texts.map((text) => [text.language, text]));
  const texts = named(now.texts.map((text) => told.get(text.language) ?? text), now.area.name);
  return { ...template.content, area: now.area, texts };
}
