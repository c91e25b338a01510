/** Who is what where: people against organisations. Pure. */
import type { Organisation, Person } from "../../api/admin";

export interface Line {
  person: Person;
  /** organisation -> roles there, in the order in which roles are listed; nothing where there is none */
  roles: ReadonlyMap<string, readonly string[]>;
}

export function matrix(people: readonly Person[], order: readonly string[]): Line[] {
  const rank = (role: string): number => (order.includes(role) ? order.indexOf(role) : order.length);
  return people.map((person) => ({
    person,
    roles: new Map(person.seats.map((seat) => [seat.organisation, [...seat.roles].sort((a, b) => rank(a) - rank(b))])),
  }));
}

/** Those whose name holds the words, those who may sign in first; each half by name. */
export function find(people: readonly Person[], words: string): Person[] {
  const asked = words.trim().toLowerCase();
  return people
    .filter((p) => p.name.toLowerCase().includes(asked))
    .sort((a, b) => Number(a.disabled_at !== null) - Number(b.disabled_at !== null) || a.name.localeCompare(b.name));
}

/** Control rooms first, then partners, each by title. */
export const columns = (organisations: readonly Organisation[]): Organisation[] => [...organisations].sort((a, b) => Number(a.partner) - Number(b.partner) || a.title.localeCompare(b.title));

/** How many people have a role there and may sign in. */
export const staff = (people: readonly Person[], organisation: string): number => people.filter((p) => p.disabled_at === null && p.seats.some((s) => s.organisation === organisation)).length;

/** Who may take over from an organisation: the other control rooms. */
export const successors = (organisations: readonly Organisation[], gone: string): Organisation[] => columns(organisations).filter((o) => !o.partner && o.id !== gone);
