/** What an administrator asks for: people, organisations, roles, tokens, devices and open sessions. */
import { call } from "./http";
import type { components } from "./schema";
import type { Page } from "./types";

type Of<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Person = Of<"PersonItem">;
export type Organisation = Of<"Organisation">;
export type Grant = Of<"Grant">;
export type Token = Of<"TokenItem">;
export type Device = Of<"DeviceItem">;
export type DeviceMade = Of<"DeviceMade">;
export type OpenSession = Of<"OpenSession">;
export type Remains = Of<"OrganisationRemains">;
export type Scope = Of<"NewToken">["scopes"][number];

const at = encodeURIComponent;

export const people = {
  list: () => call<Page<Person>>("GET", "/people"),
  add: (name: string, organisation: string, role: string) => call<Of<"PersonMade">>("POST", "/people", { body: { name, organisation, role } }),
  password: (name: string) => call<Of<"PersonMade">>("POST", `/people/${at(name)}/password`),
  disable: (name: string) => call<unknown>("POST", `/people/${at(name)}/disable`),
  enable: (name: string) => call<unknown>("POST", `/people/${at(name)}/enable`),
  grants: (name: string) => call<Page<Grant>>("GET", `/people/${at(name)}/grants`),
  grant: (name: string, organisation: string, role: string) => call<unknown>("PUT", `/people/${at(name)}/roles/${at(organisation)}/${at(role)}`),
  revoke: (name: string, organisation: string, role: string) => call<unknown>("DELETE", `/people/${at(name)}/roles/${at(organisation)}/${at(role)}`),
  sessions: () => call<Page<OpenSession>>("GET", "/people/sessions"),
  end: (name: string, session: string) => call<unknown>("DELETE", `/people/${at(name)}/sessions/${at(session)}`),
};

export const organisations = {
  list: () => call<Page<Organisation>>("GET", "/organisations"),
  add: (id: string, title: string, partner: boolean) => call<Organisation>("POST", "/organisations", { body: { id, title, partner } }),
  remains: (id: string) => call<Remains>("GET", `/organisations/${at(id)}/remains`),
  remove: (id: string, successor: string | null) => call<Of<"OrganisationClosed">>("DELETE", `/organisations/${at(id)}`, { query: { successor } }),
};

export const tokens = {
  list: () => call<Page<Token>>("GET", "/tokens"),
  add: (name: string, scopes: Scope[], organisation: string) => call<Of<"TokenMade">>("POST", "/tokens", { body: { name, scopes, organisation } }),
  revoke: (id: string) => call<unknown>("DELETE", `/tokens/${at(id)}`),
};

export const devices = {
  list: () => call<Page<Device>>("GET", "/devices"),
  add: (id: string, title: string) => call<DeviceMade>("POST", "/devices", { body: { id, title } }),
  remove: (id: string) => call<unknown>("DELETE", `/devices/${at(id)}`),
};
