import type { privacy as en } from "../en/privacy";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

/** Terms as in the Norwegian text of the GDPR (personopplysningsloven). */
export const privacy: Like<typeof en> = {
  privacy: {
    title: "Protokoll over behandlingsaktiviteter",
    sub: (made) => `GDPR art. 30, slik det er satt opp nå · ${made}`,
    controller: "Behandlingsansvarlig", officer: "Personvernombud", notStated: "ikke oppgitt",
    gaps: (n) => many(n, "mangel å rette", "mangler å rette"),
    held: "Hva som lagres om personer",
    data: "Data", className: "Klasse", becomes: "Blir til", aim: "Formål", purpose: "Formål og rettsgrunnlag", now: "Bilde", history: "Historikk",
    days: (n) => many(n, "dag", "dager"),
    notTaken: "lagres aldri",
    by: { Tocsin: "", city: "byens egen regel", default: "ikke nevnt av noen" },
    classes: { none: "ingen", pseudonym: "pseudonym", personal: "personlig", sensitive: "sensitiv" },
    becomesOf: { "keyed pseudonym": "pseudonym med nøkkel", "not taken in": "tas ikke inn", "kept as it is": "beholdes som det er" },
    sources: "Kilder", tools: "Verktøy", recipients: "Hvem kan se", measures: "Hvordan det vernes", transfers: "Tredjeland",
    personalData: "Personopplysninger",
    levels: { none: "ingen", possible: "mulige", yes: "ja", aggregate: "samlede", pseudonymous: "pseudonyme", personal: "personlige" },
    broken: "kan ikke kjøres",
    kinds: { "control room": "operasjonssentral", partner: "partner", "mail server": "e-posttjener", "push service": "push-tjeneste", webhook: "datasystem", "the public": "offentligheten" },
    deletions: "Slettet",
    deletionsSub: "fordi lagringstiden var ute",
    noDeletions: "Ingenting er slettet ennå.",
    noDeletionsWhy: "Hver time slettes det som er over tiden, og det står her med regel og antall.",
    when: "Når", from: "Fra", what: "Hva", howMany: "Verdier", older: (date) => `eldre enn ${date}`,
    underWay: "pågår", resumed: "fullført etter omstart",
    stores: { context: "bilde", lake: "historikk", quarantine: "karantene", bus: "meldingsbuss", "pseudonym keys": "nøkler", "quarantine keys": "forseglingsnøkler" },
    keys: "Nøkler til pseudonymer",
    keysSub: "ingen verdi fra to perioder kan sammenlignes",
    noKeys: "Ingen nøkkel: ingenting personlig har kommet inn.",
    period: "Periode", ends: "Slutter", destroyed: "Ødelagt",
    budget: "Publiserte tellinger",
    budgetSub: "brukt personverntap, etter type og dag",
    noBudget: "Ingenting er publisert.",
    spent: (spent, of) => `${spent} av ${of}`,
    releases: (n) => many(n, "publisering", "publiseringer"),
  },
  reveal: {
    why: "Bare formen: bokstaver som x, sifre som 9, for disse dataene kan navngi noen. Si hvorfor du trenger dem; oppslaget loggføres.",
    show: "Vis slik det kom",
  },
};
