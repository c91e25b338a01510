import type { subscriptions as en } from "../en/subscriptions";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const subscriptions: Like<typeof en> = {
  subscriptions: {
    title: "Abonnementer",
    sub: "Programmer som får vite hva som endres (NGSI-LD)",
    count: (n) => many(n, "abonnement", "abonnementer"),
    failing: (n) => `${n} feiler`,
    empty: "Ingen abonnerer",
    emptyWhy: "Programmer abonnerer med POST /ngsi-ld/v1/subscriptions.",
    choose: "Dette abonnementet finnes ikke", chooseWhy: "Det kan være slettet. Velg et annet.",
    one: "Abonnement",
    what: "Abonnement", to: "Mottaker", state: "Tilstand", sent: "Sendt", failed: "Feilet", waiting: "Venter", lastSuccess: "Sist mottatt",
    states: { working: "virker", failing: "feiler", paused: "på pause", expired: "utløpt" },
    never: "aldri",
    ago: (age) => `for ${age} siden`,
    since: (time) => `siden ${time}`,
    lastError: "Siste feil",
    nextTry: (time) => `Neste forsøk ${time}`,
    dropped: (from, to) => `Endringer mellom ${from} og ${to} gikk tapt: mottakeren var borte for lenge.`,
    changes: "Endringer meldt", retried: "Sendt etter flere forsøk", coalesced: "Slått sammen", givenUp: "Avvist for godt",
    types: "Typer", attributes: "Attributter", q: "Betingelse", when: "Når", expires: "Utløper", by: "Laget av", made: "Laget", id: "Id",
    every: (seconds) => `hvert ${seconds}. sekund, uansett hva som endres`,
    atMost: (seconds) => `høyst én per ${seconds} s`,
    triggers: { entityCreated: "enhet opprettet", entityUpdated: "enhet oppdatert", entityDeleted: "enhet slettet", attributeCreated: "attributt opprettet", attributeUpdated: "attributt oppdatert", attributeDeleted: "attributt slettet" },
    pause: "Pause", resume: "Fortsett", replay: "Meld på nytt", replayOf: "De siste",
    back: (minutes) => (minutes < 60 ? `${minutes} min` : `${minutes / 60} t`),
    replayed: "Det meldes på nytt.",
    replayedFrom: (time) => `Det meldes på nytt. Endringer er tatt vare på siden ${time}.`,
  },
};
