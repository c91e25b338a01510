/** The lake for analysts: SQL, series with their quality, saved queries. */
import { call, file, type Query } from "./http";
import type { components } from "./schema";
import type { Page } from "./types";

type Of<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Answer = Of<"SqlResult">;
export type Column = Answer["columns"][number];
export type LakeSchema = Of<"LakeSchema">;
export type Meaning = Of<"AttributeMeaning">;
export type LakeSeries = Of<"Series">;
export type SeriesPage = Of<"SeriesPage">;
export type Saved = Of<"SavedQuery">;
export type View = Saved["view"];
/** What is asked; `as_of` null: as it is now. */
export interface Asked {
  sql: string;
  as_of: string | null;
  reason: string;
  rows: number;
  seconds: number;
}
export interface Kept {
  name: string;
  sql: string;
  view: View;
  shared: boolean;
}

/** What an answer can be taken away as. */
export const FORMATS = [
  { end: "csv", name: "CSV", media: "text/csv" },
  { end: "parquet", name: "Parquet", media: "application/vnd.apache.parquet" },
  { end: "json", name: "JSON", media: "application/json" },
  { end: "arrow", name: "Arrow", media: "application/vnd.apache.arrow.stream" },
] as const;
export type Format = (typeof FORMATS)[number];

const at = encodeURIComponent;

export const lake = {
  schema: () => call<LakeSchema>("GET", "/lake/schema"),
  series: (query: Query, signal?: AbortSignal) => call<SeriesPage>("GET", "/lake/series", { query, signal }),
  query: (asked: Asked, signal: AbortSignal) => call<Answer>("POST", "/lake/query", { body: asked, signal }),
  /** The same question again, its answer as a file. */
  file: (asked: Asked, format: Format) => file("POST", "/lake/query", asked, format.media),
};

export const queries = {
  list: () => call<Page<Saved>>("GET", "/lake/queries"),
  read: (id: string) => call<Saved>("GET", `/lake/queries/${at(id)}`),
  add: (kept: Kept) => call<Saved>("POST", "/lake/queries", { body: kept }),
  change: (id: string, kept: Kept, version: number) => call<Saved>("PUT", `/lake/queries/${at(id)}`, { body: { ...kept, version } }),
  remove: (id: string) => call<unknown>("DELETE", `/lake/queries/${at(id)}`),
};
