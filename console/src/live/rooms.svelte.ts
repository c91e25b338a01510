/** The rooms of this city by id, read once a sign-in: titles for ids, and who is a partner. */
import { type Room, rooms as api } from "../api/sharing";
import { session } from "./session.svelte";

class Rooms {
  all = $state.raw<readonly Room[]>([]);
  #readAs = "";

  /** Read for whoever is signed in; asked again at another sign-in. */
  async read(): Promise<void> {
    const as = session.who?.user.name ?? "";
    if (as === this.#readAs) return;
    this.#readAs = as;
    try {
      this.all = as ? (await api.list()).items.filter((room) => !room.removed_at) : [];
    } catch {
      // ids stand where titles would
      this.#readAs = "";
    }
  }

  titleOf(id: string): string {
    return this.all.find((room) => room.id === id)?.title ?? id;
  }
  isPartner(id: string): boolean {
    return this.all.find((room) => room.id === id)?.partner ?? false;
  }
}

export const rooms = new Rooms();
