import { common } from "./common";

const { many } = common;

/** Subscriptions made through NGSI-LD, and how their notifications stand. */
export const subscriptions = {
  subscriptions: {
    title: "Subscriptions",
    sub: "Programs that are told what changes (NGSI-LD)",
    count: (n: number) => many(n, "subscription", "subscriptions"),
    failing: (n: number) => `${n} failing`,
    empty: "Nobody has subscribed",
    emptyWhy: "Programs subscribe with POST /ngsi-ld/v1/subscriptions.",
    choose: "There is no such subscription", chooseWhy: "It may have been deleted. Choose another.",
    one: "Subscription",
    what: "Subscription", to: "Told at", state: "State", sent: "Sent", failed: "Failed", waiting: "Waiting", lastSuccess: "Last taken",
    states: { working: "working", failing: "failing", paused: "paused", expired: "expired" } as Record<string, string>,
    never: "never",
    ago: (age: string) => `${age} ago`,
    since: (time: string) => `since ${time}`,
    lastError: "Last error",
    nextTry: (time: string) => `Next try ${time}`,
    dropped: (from: string, to: string) => `Changes between ${from} and ${to} were let go: the receiver was away for too long.`,
    changes: "Changes told", retried: "Sent after retries", coalesced: "Merged by throttling", givenUp: "Refused for good",
    types: "Types", attributes: "Attributes", q: "Condition", when: "When", expires: "Expires", by: "Made by", made: "Made", id: "Id",
    every: (seconds: number) => `every ${seconds} s, whatever changes`,
    atMost: (seconds: number) => `at most one in ${seconds} s`,
    triggers: { entityCreated: "entity created", entityUpdated: "entity updated", entityDeleted: "entity deleted", attributeCreated: "attribute created", attributeUpdated: "attribute updated", attributeDeleted: "attribute deleted" } as Record<string, string>,
    pause: "Pause", resume: "Resume", replay: "Replay", replayOf: "The last",
    back: (minutes: number) => (minutes < 60 ? `${minutes} min` : `${minutes / 60} h`),
    replayed: "It is told again.",
    replayedFrom: (time: string) => `It is told again. Changes are kept since ${time}.`,
  },
};
