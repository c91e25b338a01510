/** What whoever oversees asks of the record of actions and reads. */
import { call, type Query, url } from "./http";
import type { components } from "./schema";
import type { Page } from "./types";

type Of<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type AuditItem = Of<"AuditItem">;
export type DayFigures = Of<"DayFigures">;
export type Verification = Of<"Verification">;
export type Verdict = Of<"VerdictItem">;

export const record = {
  /** `reason` is asked for; the look is itself recorded. */
  read: (query: Query & { reason: string }) => call<Page<AuditItem>>("GET", "/audit", { query }),
  figures: (days: number) => call<Page<DayFigures>>("GET", "/audit/figures", { query: { days } }),
  verification: () => call<Verification>("GET", "/audit/verification"),
  verify: () => call<Verification>("POST", "/audit/verification"),
  /** Where the browser fetches the whole record as JSON lines. */
  copy: (reason: string) => url("/audit/export", { reason }),
};
