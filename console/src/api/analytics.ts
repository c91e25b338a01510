/** Analyses of series: what is asked, what comes back, what is kept as an entity. */
import { call } from "./http";
import type { components } from "./schema";
import type { Page } from "./types";

type Of<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Analysed = Of<"Analysed">;
export type Result = Of<"AnalysisResult">;
export type Kept = Of<"Kept">;
export type Kind = Analysed["kind"];
export type Remark = Of<"Remark">;
export type How = "mean" | "sum" | "min" | "max" | "median" | "last";
export interface SeriesName {
  entity: string;
  attribute: string;
  how: How;
}
export interface Analysis {
  kind: Kind;
  series: SeriesName[];
  start: string;
  end: string;
  step_s: number | null;
  horizon?: number;
  longest?: number;
  way?: "linear" | "previous" | "usual";
  reason?: string;
}

export const analytics = {
  run: (asked: Analysis, signal: AbortSignal) => call<Result>("POST", "/analytics", { body: asked, signal }),
  kept: () => call<Page<Kept>>("GET", "/analytics/kept"),
  keep: (name: string, analysis: Analysis, every_s: number | null) => call<Kept>("POST", "/analytics/kept", { body: { name, analysis, every_s } }),
  drop: (id: string) => call<unknown>("DELETE", `/analytics/kept/${encodeURIComponent(id)}`),
};
