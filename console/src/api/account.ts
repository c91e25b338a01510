/** Ways to sign in, and what a person looks after themselves: sessions, second factor. */
import { call } from "./http";
import type { components } from "./schema";
import type { Page } from "./types";

export type WaysIn = components["schemas"]["WaysIn"];
export type SecondFactor = components["schemas"]["SecondFactorItem"];
export type Enrolment = components["schemas"]["Enrolment"];
export type OpenSession = components["schemas"]["SessionItem"];
export type Seat = components["schemas"]["Seat"];

const ROOT = "/session/second-factor";
const at = encodeURIComponent;

export const ways = () => call<WaysIn>("GET", "/sign-in");

export const secondFactor = {
  read: () => call<SecondFactor>("GET", ROOT),
  begin: (password: string) => call<Enrolment>("POST", ROOT, { body: { password } }),
  confirm: (code: string) => call<{ codes: string[] }>("POST", `${ROOT}/confirm`, { body: { code } }),
  off: (password: string, code: string) => call<unknown>("POST", `${ROOT}/off`, { body: { password, code } }),
};

export const sessions = {
  list: () => call<Page<OpenSession>>("GET", "/sessions"),
  revoke: (id: string) => call<unknown>("DELETE", `/sessions/${at(id)}`),
};
