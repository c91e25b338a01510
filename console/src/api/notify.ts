/** Messages: how one wants to be told, the ledger, channels, webhooks. */
import { call } from "./http";
import type { components } from "./schema";
import type { Page } from "./types";

type Of<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type MyNotifications = Of<"MyNotifications">;
export type Preferences = Required<Of<"NotifyPreferences">>;
export type NotifyRule = Of<"NotifyRule">;
export type QuietHours = Of<"QuietHours">;
export type Message = Of<"MessageItem">;
export type ChannelItem = Of<"ChannelItem">;
export type Overview = Of<"NotifyOverview">;
export type Webhook = Of<"WebhookItem">;
export type NewWebhook = Of<"NewWebhook">;
export type WebhookMade = Of<"WebhookMade">;
export type Kind = NotifyRule["kind"];
export type PersonChannel = NotifyRule["channels"][number];
export type LedgerState = "all" | "waiting" | "sent" | "withdrawn" | "given up";

const ROOT = "/notifications";
const at = encodeURIComponent;

export const mine = {
  read: () => call<MyNotifications>("GET", ROOT),
  save: (wanted: Preferences) => call<Preferences>("PUT", ROOT, { body: wanted }),
  confirm: (code: string) => call<MyNotifications>("POST", `${ROOT}/confirm`, { body: { code } }),
  test: (channel: PersonChannel) => call<Page<Message>>("POST", `${ROOT}/test`, { body: { channel } }),
  addBrowser: (endpoint: string, p256dh: string, auth: string) => call<unknown>("POST", `${ROOT}/browsers`, { body: { endpoint, p256dh, auth } }),
  removeBrowser: (id: string) => call<unknown>("DELETE", `${ROOT}/browsers/${at(id)}`),
};

export const ledger = {
  overview: () => call<Overview>("GET", `${ROOT}/overview`),
  list: (state: LedgerState, after?: string) => call<Page<Message>>("GET", `${ROOT}/ledger`, { query: { state, after, limit: 100 } }),
  again: (id: string) => call<Message>("POST", `${ROOT}/ledger/${at(id)}/again`),
};

export const webhooks = {
  list: () => call<Page<Webhook>>("GET", "/webhooks"),
  add: (given: NewWebhook) => call<WebhookMade>("POST", "/webhooks", { body: given }),
  secret: (id: string) => call<WebhookMade>("POST", `/webhooks/${at(id)}/secret`),
  on: (id: string) => call<Webhook>("POST", `/webhooks/${at(id)}/on`),
  test: (id: string) => call<Message>("POST", `/webhooks/${at(id)}/test`),
  remove: (id: string) => call<unknown>("DELETE", `/webhooks/${at(id)}`),
};
