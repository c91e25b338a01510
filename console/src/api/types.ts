/** The names of what travels. Shapes come from the server's own structs (schema.d.ts, made by `npm run types`). */
import type { components } from "./schema";

type Of<Name extends keyof components["schemas"]> = components["schemas"][Name];

export type AlarmFigures = Of<"AlarmFigures">;
export type AccessRequest = Of<"AccessRequest">;
export type Alert = Of<"Alert">;
export type AlertEvent = Of<"AlertEvent">;
export type AttributeState = Of<"AttributeState">;
export type EntityState = Of<"EntityState">;
export type Evidence = Of<"Evidence">;
export type EvidenceRead = Of<"EvidenceRead">;
export type Exhibit = Of<"Exhibit">;
export type Finding = Of<"Finding">;
export type HistoryPoint = Of<"HistoryPoint">;
export type SeriesPoint = Of<"SeriesPoint">;
export type Incident = Of<"Incident">;
export type LogEntry = Of<"LogEntry">;
export type MaintenanceAlert = Of<"MaintenanceAlert">;
export type MaintenanceWindow = Of<"MaintenanceWindow">;
export type ToolRecord = Of<"ToolRecord">;
export type PastPicture = Of<"PastPicture">;
export type Panel = Of<"Panel">;
export type Place = Of<"Place">;
export type QuarantineItem = Of<"QuarantineItem">;
export type SignedIn = Of<"SignedIn">;
export type EdgeStatus = Of<"EdgeStatus">;
export type StageStatus = Of<"StageStatus">;
export type TracePoint = Of<"TracePoint">;
export type Fit = Of<"Fit">;
export type Pairing = Of<"Pairing">;
export type Procedure = Of<"Procedure">;
export type ProcedureWords = Of<"Spoken">;
export type Proposal = Of<"Proposal">;
export type Regrouped = Of<"Regrouped">;
export type ResponseFigures = Of<"Response">;
export type Spread = Of<"Spread">;
export type BulkAnswer = Of<"BulkAnswer">;
export type Sharing = Of<"Sharing">;
export type Level = Sharing["level"];
export type Task = Of<"Task">;
/** A task that not all who see its incident may see: it travels apart. */
export type TaskCard = Of<"TaskCard">;
export type Seat = Of<"Seat">;

export type Register = Of<"Register">;
export type Deletion = Of<"Deletion">;
export type Budget = Of<"Budget">;

export type Snapshot = Omit<Of<"LiveSnapshot">, "status"> & { status: Status };
/** `status` is left out where it did not change. */
export type Change = Omit<Of<"LiveChange">, "status"> & { status?: Status | null };
export type Gone = Of<"LiveGone">;
export type Gap = Of<"LiveGap">;
/** Why the stream of somebody who is no longer let in ended. */
export type EndedWhy = Of<"LiveEnded">["why"];

export type Severity = Alert["severity"];
export type Value = AttributeState["value"];
export type Outcome = NonNullable<Incident["disposition"]>["outcome"];
export type AlertAction = "acknowledge" | "unacknowledge" | "confirm" | "reject" | "reopen" | "shelve" | "unshelve" | "close";

/** A parameter as `sdk/params.py` describes it; the document leaves its inside open. */
export interface Param {
  value: Value;
  default?: Value;
  low?: number | null;
  high?: number | null;
  unit?: string | null;
  why?: string;
}
export type ToolStatus = Omit<Of<"ToolStatus">, "params"> & { params: Record<string, Param | Value> };
/** A parameter with its bounds and meaning, or its value alone. */
export const isParam = (p: Param | Value): p is Param => p !== null && typeof p === "object";

export type Status = Omit<Of<"Status">, "tools"> & { tools: ToolStatus[] };

/** What a new window says; `start` left out: at once. */
export interface MaintenancePlan {
  end: string;
  reason: string;
  start?: string;
  tool?: string;
  kind?: string;
  entities?: string[];
}

export interface Page<T> {
  items: T[];
  next: string | null;
}
/** Not every refusal comes from our server (a proxy's has fewer fields). */
export type Problem = Pick<Of<"Problem">, "type" | "title" | "status" | "detail"> & Partial<Of<"Problem">>;
