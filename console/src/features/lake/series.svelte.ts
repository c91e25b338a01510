/** The series of the last days, page after page; found and sorted here. */
import { ApiProblem } from "../../api/http";
import { lake, type LakeSchema, type LakeSeries, type Meaning } from "../../api/lake";
import { localId } from "../../ui/text";
import { attributeName, typeName } from "../../ui/units";
import { DAYS } from "./starter";

const PAGE = 200;
/** ms after which an empty lake is looked into again: its first readings are on their way */
const EMPTY_MS = 5000;
const MOST = 4000;
/** what stands in the list before more is asked for */
export const SHOWN = 150;
export type Sort = "name" | "age" | "complete" | "valid" | "drift";

export class SeriesList {
  all = $state.raw<LakeSeries[]>([]);
  withheld = $state.raw<string[]>([]);
  busy = $state(false);
  /** there are more than are read */
  cut = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  words = $state("");
  sort = $state<Sort>("name");
  /** ms since 1970 of the moment that all this is said of */
  at = $state(0);
  #reading: AbortController | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #reason = "";

  /** `reason`: series of personal classes too, recorded. Without one: as it was read before. */
  async read(reason = this.#reason): Promise<void> {
    this.leave();
    this.#reason = reason;
    const mine = (this.#reading = new AbortController());
    this.busy = true;
    try {
      let after: string | null = null;
      let found: LakeSeries[] = [];
      let at: string | null = null;
      do {
        const page = await lake.series({ limit: PAGE, days: DAYS, at, after, reason: reason || null }, mine.signal);
        at = page.at;
        found = [...found, ...page.items];
        [this.all, this.withheld, this.at, this.problem] = [found, page.withheld, Date.parse(page.at), null];
        after = page.next;
      } while (after && found.length < MOST);
      this.cut = after !== null;
      if (!found.length) this.#again = setTimeout(() => void this.read(), EMPTY_MS);
    } catch (caught) {
      if (mine.signal.aborted) return;
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
    } finally {
      if (this.#reading === mine) this.busy = false;
    }
  }

  leave(): void {
    this.#reading?.abort();
    clearTimeout(this.#again);
  }
}

const spoken = (s: LakeSeries, meaning: Meaning | null): string =>
  [s.entity, localId(s.entity), s.type, typeName(s.type), s.attribute, attributeName(s.attribute), meaning?.meaning ?? ""].join(" ").toLowerCase();

/** Each word has to be somewhere: K-05, flow, "nitrogen". */
export function found(all: readonly LakeSeries[], words: string, meaning: (s: LakeSeries) => Meaning | null): LakeSeries[] {
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean);
  return asked.length ? all.filter((s) => asked.every((word) => spoken(s, meaning(s)).includes(word))) : [...all];
}

/** By name, or the worst first; what cannot be said comes last. */
export function sorted(all: readonly LakeSeries[], by: Sort): LakeSeries[] {
  if (by === "name") return [...all];
  const worse = (s: LakeSeries): number => ({ age: s.quality.age_s, complete: -(s.quality.completeness ?? Infinity), valid: -s.quality.validity, drift: s.quality.drift ?? -Infinity })[by];
  return [...all].sort((a, b) => worse(b) - worse(a) || 0);
}

/** What the model says of a series: of its own type, else of every type. */
export function meanings(schema: LakeSchema | null): (s: LakeSeries) => Meaning | null {
  const of = new Map(schema?.attributes.map((a) => [`${a.type} ${a.attribute}`, a]));
  return (s) => of.get(`${s.type} ${s.attribute}`) ?? of.get(`* ${s.attribute}`) ?? null;
}

/** What a person should look at: figures below which a series is not to be trusted unseen. */
export const POOR = { complete: 0.9, valid: 0.95, drift: 0.5 } as const;
