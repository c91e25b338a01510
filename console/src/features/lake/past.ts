/** One's own last questions, kept in this browser for this person alone. */
export interface Past {
  sql: string;
  /** ms since 1970 */
  at: number;
  rows: number;
}
const MOST = 50;
const store = (who: string): string => `tocsin.lake.${who}`;

export function past(who: string): Past[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(store(who)) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isPast).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** The newest first, the same text once. Answers what is kept now. */
export function remember(who: string, asked: Past): Past[] {
  const kept = [asked, ...past(who).filter((one) => one.sql !== asked.sql)].slice(0, MOST);
  try {
    localStorage.setItem(store(who), JSON.stringify(kept));
  } catch {
    // a browser that keeps nothing: the list lasts as long as the page
  }
  return kept;
}

export function forget(who: string): void {
  try {
    localStorage.removeItem(store(who));
  } catch {
    // nothing was kept
  }
}

function isPast(one: unknown): one is Past {
  const given = one as Partial<Past> | null;
  return typeof given?.sql === "string" && typeof given.at === "number" && typeof given.rows === "number";
}
