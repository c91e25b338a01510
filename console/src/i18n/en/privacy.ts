import { common } from "./common";

const { many } = common;

/** The board of the ethics officer: what is held of people, why, how long, and what was deleted. */
export const privacy = {
  privacy: {
    title: "Record of processing activities",
    sub: (made: string) => `GDPR Art 30, as configured now · ${made}`,
    controller: "Controller", officer: "Data protection officer", notStated: "not stated",
    gaps: (n: number) => many(n, "gap to close", "gaps to close"),
    held: "What is held of people",
    data: "Data", className: "Class", becomes: "Becomes", aim: "Purpose", purpose: "Purpose and legal basis", now: "Picture", history: "History",
    days: (n: number) => many(n, "day", "days"),
    notTaken: "never stored",
    by: { Tocsin: "", city: "city's own rule", default: "what nobody named" } as Record<string, string>,
    classes: { none: "none", pseudonym: "pseudonym", personal: "personal", sensitive: "sensitive" } as Record<string, string>,
    becomesOf: { "keyed pseudonym": "keyed pseudonym", "not taken in": "not taken in", "kept as it is": "kept as it is" } as Record<string, string>,
    sources: "Sources", tools: "Tools", recipients: "Who may see", measures: "How it is protected", transfers: "Third countries",
    personalData: "Personal data",
    levels: { none: "none", possible: "possible", yes: "yes", aggregate: "aggregate", pseudonymous: "pseudonymous", personal: "personal" } as Record<string, string>,
    broken: "not fit to run",
    kinds: { "control room": "control room", partner: "partner", "mail server": "mail server", "push service": "push service", webhook: "system", "the public": "public" } as Record<string, string>,
    deletions: "Deleted",
    deletionsSub: "because its term was over",
    noDeletions: "Nothing has been deleted yet.",
    noDeletionsWhy: "Each hour what is past its term goes, and stands here with its rule and how many.",
    when: "When", from: "From", what: "What", howMany: "Values", older: (date: string) => `older than ${date}`,
    underWay: "under way", resumed: "finished after a restart",
    stores: { context: "picture", lake: "history", quarantine: "quarantine", bus: "bus", "pseudonym keys": "keys", "quarantine keys": "sealing keys" } as Record<string, string>,
    keys: "Keys of pseudonyms",
    keysSub: "no value of two periods can be compared",
    noKeys: "No key: nothing personal has come in.",
    period: "Period", ends: "Ends", destroyed: "Destroyed",
    budget: "Published counts",
    budgetSub: "privacy loss spent, by type and day",
    noBudget: "Nothing has been published.",
    spent: (spent: string, of: string) => `${spent} of ${of}`,
    releases: (n: number) => many(n, "release", "releases"),
  },
  reveal: {
    why: "The shape alone: letters as x, digits as 9, for these bytes may name somebody. Say why you need them; the look is recorded.",
    show: "Show as it came",
  },
};
