/** Four languages of one shape: nothing missing, nothing left in English, nothing that nobody reads, plurals that work. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { en } from "../src/i18n/en";
import { it as italian } from "../src/i18n/it";
import { nb } from "../src/i18n/nb";
import { pt } from "../src/i18n/pt";
import { entries, entriesOf, reads, type Entry } from "./catalogue";
import { SAME_PLURAL, SAME_WORDS } from "./same";

const OTHERS = { it: italian, nb, pt } as const;
type Other = keyof typeof OTHERS;
const LANGUAGES = Object.keys(OTHERS) as Other[];
const COUNTS = [0, 1, 2, 5];

/** Texts and functions of a catalogue, by path. */
function leaves(of: unknown, path = ""): Map<string, unknown> {
  if (typeof of !== "object" || of === null) return new Map([[path, of]]);
  return new Map(Object.entries(of).flatMap(([key, value]) => [...leaves(value, path ? `${path}.${key}` : key)]));
}
const ENGLISH = leaves(en);
const FUNCTIONS = entries().filter((entry): entry is Entry & { given: string[] } => entry.given !== null);

const THEIRS = new Map<string, Map<string, unknown>>([["en", ENGLISH], ...LANGUAGES.map((language) => [language, leaves(OTHERS[language])] as const)]);

function said(language: "en" | Other, entry: Entry & { given: string[] }, count: number): string {
  const speak = THEIRS.get(language)?.get(entry.path) as (...values: unknown[]) => string;
  return speak(...entry.given.map((type, i) => sample(type, count, i)));
}
function sample(type: string, count: number, at: number): unknown {
  if (/^number\b/.test(type)) return count;
  if (type.endsWith("[]")) return Array.from({ length: count }, (_, i) => `name${i}`);
  if (type === "boolean") return count === 1;
  return `word${at}`;
}

/** Another language's catalogue misses, or has too many, of these. */
const misshapen = (other: unknown): string[] => {
  const theirs = leaves(other);
  return [...ENGLISH, ...theirs].map(([path]) => path).filter((path) => typeof ENGLISH.get(path) !== typeof theirs.get(path));
};
const leftInEnglish = (other: unknown, language: Other): string[] => {
  const theirs = leaves(other);
  return [...ENGLISH].filter(([path, words]) => typeof words === "string" && /\p{L}{3,}/u.test(words) && theirs.get(path) === words && !SAME_WORDS.all.has(words) && !SAME_WORDS[language].has(words)).map(([path, words]) => `${path}: ${String(words)}`);
};

it("finds the catalogue whole", () => {
  expect(FUNCTIONS.length).toBeGreaterThan(200);
  expect(ENGLISH.size).toBeGreaterThan(900);
  for (const { path } of FUNCTIONS) expect(typeof ENGLISH.get(path), path).toBe("function");
});

it.each(LANGUAGES)("%s: every word is there, and no other", (language) => {
  expect(misshapen(OTHERS[language])).toEqual([]);
  const theirs = leaves(OTHERS[language]);
  expect([...ENGLISH].filter(([path, words]) => words !== "" && theirs.get(path) === "").map(([path]) => path)).toEqual([]);
});

it.each(LANGUAGES)("%s: no English is left", (language) => {
  expect(leftInEnglish(OTHERS[language], language)).toEqual([]);
});

it.each(LANGUAGES)("%s: every sentence with a value says something, with the same values, for 0, 1, 2 and 5", (language) => {
  let checked = 0;
  for (const entry of FUNCTIONS) {
    for (const count of COUNTS) {
      const [own, theirs] = [said("en", entry, count), said(language, entry, count)];
      expect(theirs.length > 0, `${entry.path}(${count}): "${theirs}"`).toBe(own.length > 0);
      expect(theirs, entry.path).not.toMatch(/undefined|NaN|\[object/);
      const values = (words: string): string[] => [...new Set(words.match(/\b(?:word|name)\d/g) ?? [])].sort();
      expect(values(theirs), `${entry.path}(${count})`).toEqual(values(own));
      checked += 1;
    }
  }
  expect(checked).toBe(FUNCTIONS.length * COUNTS.length);
});

it.each(["en", ...LANGUAGES] as const)("%s: one is not said as two where the noun has a plural", (language) => {
  const bare = (words: string): string => words.replace(/[\d\s.,]+/g, " ").trim();
  const same = FUNCTIONS.filter((entry) => bare(said("en", entry, 1)) !== bare(said("en", entry, 2)) && entry.given.some((type) => /^number\b/.test(type)))
    .filter((entry) => bare(said(language, entry, 1)) === bare(said(language, entry, 2)))
    .map((entry) => entry.path);
  expect(same).toEqual(language === "en" ? [] : SAME_PLURAL[language]);
});

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|svelte)$/.test(name) && !/\.test\.ts$|^i18n|schema\.d\.ts$/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"));
/** A part that is read as a whole (`t.units[code]`) reads all that is in it. */
const unread = (all: readonly Entry[], read: ReadonlySet<string>): string[] =>
  all.map(({ path }) => path).filter((path) => !path.split(".").some((_, i, parts) => read.has(parts.slice(0, i + 1).join("."))) && ![...read].some((deeper) => deeper.startsWith(`${path}.`)));

it("no word is kept that nobody reads", () => {
  const read = new Set(sources("src").flatMap(reads));
  expect(read.size).toBeGreaterThan(400);
  expect(unread(entries(), read)).toEqual([]);
});

it("an offender that is planted is found", () => {
  const { queue, ...rest } = italian;
  expect(misshapen({ ...rest, queue: { ...queue, title: undefined } })).toContain("queue.title");
  expect(misshapen({ ...italian, acts: { ...italian.acts, rejectReasons: italian.acts.rejectReasons.slice(1) } })).toContain("acts.rejectReasons.3");
  expect(misshapen({ ...italian, more2: "di più" })).toContain("more2");
  expect(leftInEnglish({ ...italian, close: "Close", queue: { ...queue, title: "Queue" } }, "it")).toEqual(["close: Close", "queue.title: Queue"]);
  const planted = entriesOf('export const x = { a: "A", b: { c: (n: number, names: string[]) => "", d: "D" } as Record<string, string>, e: { f: "F" } };', "x.ts");
  expect(planted).toEqual([{ path: "a", given: null }, { path: "b.c", given: ["number", "string[]"] }, { path: "b.d", given: null }, { path: "e.f", given: null }]);
  expect(unread(planted, new Set(reads("const w = t.b; return w.c(1) + t.e[x] + not.t.a + t?.nothing;")))).toEqual(["a", "b.d"]);
});
