/** Spaces at a planner's seat: the list, the one in hand, what was changed and not kept yet, what is wrong with it. */
import { type KeptSpace, type Space, type SpaceCard, spaces, type SpaceVersion } from "../../api/advice";
import { ApiProblem } from "../../api/http";
import { Checking } from "./checking.svelte";
import { added, blank, corners, idOf, least, most, type Part, type Place, removed, withCorners } from "./draft";
import { snapped } from "./edge";

const UNDO = 200;

class Sketch {
  cards = $state.raw<SpaceCard[]>([]);
  ready = $state(false);
  space = $state.raw<Space | null>(null);
  /** the version that was edited; null: a new space */
  version = $state<number | null>(null);
  versions = $state.raw<SpaceVersion[]>([]);
  part = $state.raw<Part | null>(null);
  corner = $state<number | null>(null);
  /** presses on the map add corners to the part in hand */
  drawing = $state(false);
  readonly check = new Checking();
  busy = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  /** what somebody else has kept meanwhile */
  theirs = $state.raw<KeptSpace | null>(null);
  kept = $state("");
  #saved = $state.raw<Space | null>(null);
  #past = $state.raw<readonly Space[]>([]);
  #joined = "";
  #opening = 0;

  get dirty(): boolean {
    return this.space !== null && this.space !== this.#saved;
  }
  get undoable(): boolean {
    return this.#past.length > 0;
  }
  get corners(): Place[] {
    return this.space && this.part ? corners(this.space, this.part) : [];
  }

  async begin(id: string | null): Promise<void> {
    await this.#guard(async () => void (this.cards = (await spaces.list()).items));
    this.ready = true;
    // what was drawn and not kept is still in hand
    if (this.space && this.dirty && (!id || id === this.space.id)) return this.check.ask(this.space);
    const first = this.cards.find((one) => one.id === id) ?? this.cards[0];
    if (first) await this.open(first.id);
  }
  async open(id: string, version: number | null = null): Promise<void> {
    const mine = ++this.#opening;
    await this.#guard(async () => {
      const [kept, versions] = await Promise.all([spaces.get(id, version), spaces.versions(id)]);
      if (mine !== this.#opening) return;
      this.versions = versions.items;
      this.#take(kept.space, versions.items[0]?.version ?? kept.version, kept.space);
    });
  }
  /** A space from elsewhere, or a new one: nothing of it is kept yet. */
  fresh(space: Space = blank(), outline: ((n: number) => string) | null = null): void {
    this.#opening++;
    const known = this.cards.find((one) => one.id === space.id);
    this.versions = [];
    this.#take(space, known?.version ?? null, null);
    if (outline) this.add("walkable", outline);
  }
  /** Back to what is kept. */
  async leave(): Promise<void> {
    const id = this.cards.find((one) => one.id === this.space?.id)?.id ?? this.cards[0]?.id;
    this.#saved = this.space;
    if (id) await this.open(id);
    else this.space = null;
  }

  /** `joined`: further changes of the same name are one step back. */
  edit(space: Space, joined = ""): void {
    if (!this.space) return;
    if (!joined || joined !== this.#joined) this.#past = [...this.#past.slice(-UNDO), this.space];
    this.#joined = joined;
    this.space = space;
    this.kept = "";
    this.check.later(space);
  }
  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#past = this.#past.slice(0, -1);
    this.#joined = "";
    this.space = before;
    this.choose(null);
    this.check.later(before);
  }
  choose(part: Part | null): void {
    this.part = part;
    this.corner = null;
    this.drawing = false;
    this.#joined = "";
  }
  add(kind: Parameters<typeof added>[1], name: (n: number) => string): void {
    if (!this.space) return;
    const made = added(this.space, kind, name);
    this.edit(made.space);
    this.choose(made.part);
    this.drawing = true;
  }
  remove(): void {
    if (!this.space || !this.part) return;
    this.edit(removed(this.space, this.part));
    this.choose(null);
  }
  set(places: readonly Place[], joined = ""): void {
    if (this.space && this.part) this.edit(withCorners(this.space, this.part, places), joined);
  }
  /** One corner more, at the end. */
  point(lon: number, lat: number): void {
    const { part } = this;
    if (!part || this.corners.length >= most(part)) return;
    this.set([...this.corners, this.#spot(lon, lat)]);
    this.corner = this.corners.length - 1;
    if (this.corners.length >= most(part)) this.drawing = false;
  }
  move(n: number, lon: number, lat: number): void {
    this.corner = n;
    this.set(this.corners.map((one, k) => (k === n ? this.#spot(lon, lat) : one)), `move ${n}`);
  }
  dropped(): void {
    this.#joined = "";
  }
  insert(after: number, lon: number, lat: number): void {
    this.set([...this.corners.slice(0, after + 1), spot(lon, lat), ...this.corners.slice(after + 1)], `move ${after + 1}`);
    this.corner = after + 1;
  }
  takeAway(): void {
    const { part, corner } = this;
    if (!part || corner === null || (!this.drawing && this.corners.length <= least(part))) return;
    this.set(this.corners.filter((_, n) => n !== corner));
    this.corner = null;
  }

  async save(): Promise<void> {
    const { space } = this;
    if (!space || this.busy) return;
    this.busy = true;
    const taken = new Set(this.cards.map((one) => one.id));
    const whole = space.id ? space : { ...space, id: idOf(space.name, taken) };
    try {
      const kept = await spaces.keep(whole, this.version);
      // whoever went on drawing meanwhile has more than was kept
      this.space = this.space === space ? kept.space : this.space && { ...this.space, id: kept.id };
      this.#saved = kept.space;
      this.version = kept.version;
      this.theirs = this.problem = null;
      this.kept = kept.space.name;
      [this.cards, this.versions] = await Promise.all([spaces.list().then((all) => all.items), spaces.versions(kept.id).then((all) => all.items)]);
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      if (caught.status === 409) await this.#guard(async () => void (this.theirs = await spaces.get(whole.id)));
      if (caught.status !== 409 || !this.theirs) this.problem = caught;
    }
    this.busy = false;
  }
  /** Theirs in hand; one step back is one's own again. */
  lookAtTheirs(): void {
    const { theirs, space } = this;
    if (!theirs || !space) return;
    this.version = theirs.version;
    this.#saved = theirs.space;
    this.edit(theirs.space);
    this.choose(null);
    this.theirs = null;
  }
  async keepOver(): Promise<void> {
    if (this.theirs) this.version = this.theirs.version;
    this.theirs = null;
    await this.save();
  }
  async putAway(): Promise<void> {
    const { space, version } = this;
    if (!space || version === null) return;
    await this.#guard(async () => {
      await spaces.putAway(space.id, version);
      this.cards = (await spaces.list()).items;
      this.#saved = this.space;
      const next = this.cards[0];
      if (next) await this.open(next.id);
      else this.space = null;
    });
  }
  stop(): void {
    this.check.stop();
  }

  #take(space: Space, version: number | null, saved: Space | null): void {
    this.space = space;
    this.version = version;
    this.#saved = saved;
    this.#past = [];
    this.theirs = null;
    this.kept = "";
    this.choose(null);
    void this.check.ask(space);
  }
  /** The ends of a way out are meant to lie on the edge. */
  #spot(lon: number, lat: number): Place {
    const { space, part } = this;
    const onEdge = space && part?.kind === "way" && !space.ways[part.index]?.inside;
    return spot(...(onEdge ? snapped(space, [lon, lat]) : ([lon, lat] as const)));
  }
  async #guard(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.problem = null;
    } catch (caught) {
      if (caught instanceof DOMException && caught.name === "AbortError") return;
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
    }
  }
}

/** a centimetre: walls are surveyed finer than a hand can point */
const spot = (lon: number, lat: number): Place => [Math.round(lon * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7];

/** one for the seat: a drawing that was left for another page is still there */
export const sketch = new Sketch();
