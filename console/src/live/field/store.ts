/** What a phone keeps on its disk: waiting answers of each person, and the task list of the one signed in. */
import type { FieldTasks } from "../../api/field";
import { type Given, KEEP_MS, type Store, type Waiting } from "./queue";

const NAME = "tocsin-field";
const ANSWERS = "answers";
const KEPT = "kept";
const PERSON = "person";

/** For reading without a network; purged at sign-out. */
export interface Kept {
  person: string;
  tasks: FieldTasks | null;
  /** ms since 1970 by the phone's clock: when the server last answered */
  contact: number;
  /** tasks for which this person said no to being located */
  unlocated: string[];
}

let opened: Promise<IDBDatabase> | null = null;
function open(): Promise<IDBDatabase> {
  return (opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(ANSWERS, { keyPath: "seq", autoIncrement: true }).createIndex(PERSON, PERSON);
      asked.result.createObjectStore(KEPT);
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error(NAME));
  }));
}

async function run<T>(store: string, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  // "strict": an answer that was taken survives the battery's end
  const transaction = (await open()).transaction(store, mode, { durability: "strict" });
  return new Promise((resolve, reject) => {
    const request = ask(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error(store));
  });
}

export const disk: Store = {
  all: async (person) => (await run<Waiting[]>(ANSWERS, "readonly", (store) => store.index(PERSON).getAll(person))).sort((a, b) => a.seq - b.seq),
  add: async (given: Given) => {
    const made = { ...given, failed: 0, refused: null };
    const seq = Number(await run(ANSWERS, "readwrite", (store) => store.add(made)));
    return { ...made, seq };
  },
  change: async (seq, change) => {
    const known = await run<Waiting | undefined>(ANSWERS, "readonly", (store) => store.get(seq));
    if (known) await run(ANSWERS, "readwrite", (store) => store.put({ ...known, ...change }));
  },
  drop: async (seq) => void (await run(ANSWERS, "readwrite", (store) => store.delete(seq))),
};

/** Whoever's they are: a phone that changes hands does not carry pictures about for ever. */
export async function sweep(now: number): Promise<void> {
  const all = await run<Waiting[]>(ANSWERS, "readonly", (store) => store.getAll());
  for (const one of all) if (now - Date.parse(one.saidAt) > KEEP_MS) await disk.drop(one.seq);
}

export const kept = {
  read: async (): Promise<Kept | null> => (await run<Kept | undefined>(KEPT, "readonly", (store) => store.get(PERSON))) ?? null,
  /** one person's: another's is overwritten */
  write: async (value: Kept): Promise<void> => void (await run(KEPT, "readwrite", (store) => store.put(value, PERSON))),
  /** At sign-out; answers that wait stay, for their own person alone. Nothing to do where no phone was. */
  forget: async (): Promise<void> => {
    if (typeof indexedDB === "undefined") return;
    const there = (await indexedDB.databases?.()) ?? [{ name: NAME }];
    if (there.some((one) => one.name === NAME)) await run(KEPT, "readwrite", (store) => store.clear());
  },
};
