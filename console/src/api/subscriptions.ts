/** Subscriptions made through NGSI-LD: how their notifications stand. */
import { call } from "./http";
import type { components } from "./schema";
import type { Page } from "./types";

export type Subscription = components["schemas"]["SubscriptionItem"];
export type Replayed = components["schemas"]["ReplayStarted"];

const ROOT = "/subscriptions";
const at = encodeURIComponent;

export const subscriptions = {
  list: (after?: string) => call<Page<Subscription>>("GET", ROOT, { query: { limit: 200, after } }),
  read: (id: string) => call<Subscription>("GET", `${ROOT}/${at(id)}`),
  pause: (id: string) => call<Subscription>("POST", `${ROOT}/${at(id)}/pause`),
  resume: (id: string) => call<Subscription>("POST", `${ROOT}/${at(id)}/resume`),
  replay: (id: string, since: string) => call<Replayed>("POST", `${ROOT}/${at(id)}/replay`, { query: { since } }),
};
