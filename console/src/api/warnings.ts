/** Warnings to the public. Shapes come from the server's own structs. */
import { call } from "./http";
import type { components } from "./schema";
import type { Page } from "./types";

type Of<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type PublicWarning = Of<"PublicWarning">;
export type WarningContent = Of<"WarningContent">;
export type WarningText = Of<"WarningText">;
export type WarningArea = Of<"WarningArea">;
export type WarningDesk = Of<"WarningDesk">;
export type WarningTemplate = Of<"WarningTemplate">;
export type WarningCheck = Of<"WarningCheck">;
export type InForce = Of<"InForce">;
export type Flaw = Of<"Flaw">;

const of = (id: string, path = ""): string => `/warnings/${encodeURIComponent(id)}${path}`;
const post = (path: string, body: unknown): Promise<PublicWarning> => call<PublicWarning>("POST", path, { body });

export const warnings = {
  list: (state: "open" | "all") => call<Page<PublicWarning>>("GET", "/warnings", { query: { state, limit: 200 } }),
  inForce: () => call<Page<InForce>>("GET", "/warnings-in-force"),
  desk: (incident?: string) => call<WarningDesk>("GET", "/warning-desk", { query: { incident } }),
  read: (id: string) => call<PublicWarning>("GET", of(id)),
  check: (id: string) => call<WarningCheck>("GET", of(id, "/check")),
  compose: (content: WarningContent, incident: string | null) => post("/warnings", { content, incident }),
  change: (id: string, content: WarningContent, version: number) => post(of(id, "/change"), { content, version }),
  submit: (id: string, approver: string | null, version: number) => post(of(id, "/submit"), { approver, version }),
  takeBack: (id: string, version: number) => post(of(id, "/take-back"), { version }),
  withdraw: (id: string, version: number) => post(of(id, "/withdraw"), { version }),
  approve: (id: string, version: number) => post(of(id, "/approve"), { version }),
  refuse: (id: string, reason: string, version: number) => post(of(id, "/refuse"), { reason, version }),
  update: (id: string) => post(of(id, "/update"), {}),
  cancel: (id: string, content: WarningContent) => post(of(id, "/cancel"), { content }),
};
