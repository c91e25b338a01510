/** Figures and number of a noun by the rules of a language (Unicode CLDR, by way of Intl). One set for each catalogue. */
export interface Counting {
  /** "1 alert", "1,200 alerts" */
  many: (count: number, one: string, more: string) => string;
  /** the word alone, where no figure stands before it */
  one: (count: number, one: string, more: string) => string;
  /** "a, b and c" */
  list: (names: readonly string[]) => string;
}

export function counting(locale: string): Counting {
  const rules = new Intl.PluralRules(locale);
  const figures = new Intl.NumberFormat(locale);
  const lists = new Intl.ListFormat(locale, { type: "conjunction" });
  // Italian and Portuguese have a third form, for whole millions in words ("un milione di ..."); with digits it is the plural
  const one = (count: number, word: string, more: string): string => (rules.select(count) === "one" ? word : more);
  return {
    one,
    many: (count, word, more) => `${figures.format(count)} ${one(count, word, more)}`,
    list: (names) => lists.format(names),
  };
}
