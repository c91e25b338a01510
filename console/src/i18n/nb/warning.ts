import type { warning as en } from "../en/warning";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

const KINDS: Record<string, string> = { Alert: "Varsel", Update: "Oppdatering", Cancel: "Avlysning" };

export const warning: Like<typeof en> = {
  warning: {
    title: "Befolkningsvarsel",
    compose: "Nytt varsel",
    exercise: "Øvelse: ingenting som sendes ut herfra, når befolkningen.",
    inForce: "Gjelder nå", noneInForce: "Ingen varsler gjelder nå.",
    waiting: "Hos oss", noneWaiting: "Ingen utkast.", noneWaitingWhy: "Et varsel skrives av én person og godkjennes av en annen. Utkast venter her.",
    over: "Over", noneOver: "Ingen er over ennå.",
    others: "fra en annen sentral",
    left: (span) => `${span} igjen`, ended: "slutt", soon: "slutter snart",
    states: { draft: "utkast", submitted: "venter på godkjenning", refused: "sendt tilbake", withdrawn: "trukket tilbake", issued: "gjelder", updated: "oppdatert", cancelled: "avlyst", expired: "utløpt" },
    kinds: KINDS,
    kindOf: (kind, of) => `${KINDS[kind] ?? kind}${of ? ` av ${of}` : ""}`,
    mayNot: "Rollene dine her lar deg ikke skrive varsler. Det som gjelder, står til venstre.",
    choose: "Velg et varsel.",
    failed: "Varslene kunne ikke leses.",

    template: "Begynn med", blank: "Tomt",
    facts: "Hva det er",
    category: "Kategori", response: "Folk bør", urgency: "Hastegrad", severity: "Alvorlighet", certainty: "Sannsynlighet", lasts: "Varer",
    categories: { Geo: "Skred og jordskjelv", Met: "Vær", Safety: "Allmenn sikkerhet", Security: "Politi og sikring", Rescue: "Redning", Fire: "Brann", Health: "Helse", Env: "Miljø", Transport: "Samferdsel", Infra: "Forsyning og tjenester", CBRNE: "Kjemisk, biologisk, nukleært", Other: "Annet" },
    responses: { Shelter: "gå inn, bli inne", Evacuate: "forlate området", Prepare: "gjøre seg klare", Execute: "gjøre som planlagt", Avoid: "holde seg unna", Monitor: "følge med på nyhetene", Assess: "vurdere selv", AllClear: "fortsette som vanlig", None: "ikke gjøre noe" },
    urgencies: { Immediate: "nå", Expected: "innen en time", Future: "senere", Past: "over", Unknown: "ikke kjent" },
    severities: { Extreme: "ekstrem", Severe: "alvorlig", Moderate: "moderat", Minor: "mindre", Unknown: "ikke kjent" },
    certainties: { Observed: "observert", Likely: "sannsynlig", Possible: "mulig", Unlikely: "lite sannsynlig", Unknown: "ikke kjent" },
    durations: [[30, "30 min"], [60, "1 h"], [120, "2 h"], [240, "4 h"], [720, "12 h"]],
    minutes: (n) => many(n, "minutt", "minutter"),

    area: "Hvor", areaName: "Hva folk kaller det", shape: "Form",
    circle: "Sirkel", polygon: "Polygon",
    around: "Rundt", pickPlace: "et kjent sted", lat: "Breddegrad", lon: "Lengdegrad", radius: "Radius, m",
    corners: "Hjørner: breddegrad, lengdegrad, ett per linje", cornersCount: (n) => many(n, "hjørne", "hjørner"),
    badLine: (line) => `Linje ${line} er ikke to gradtall.`,
    fewCorners: "Et polygon trenger tre hjørner.", crossed: "Omrisset krysser seg selv.", noCentre: "Oppgi sentrum og radius.",
    mapPolygon: "Trykk i kartet for å legge til et hjørne, dra et hjørne for å flytte det. Med tastatur: piler flytter kartet, Enter legger et hjørne i krysset.",
    mapCircle: "Trykk i kartet for å flytte sentrum. Med tastatur: piler flytter kartet, Enter setter sentrum i krysset.",
    map: "Kart over området", undoCorner: "Fjern siste hjørne", clear: "Tøm",

    words: "Det folk leser", language: (code) => ({ en: "English", it: "Italiano", nb: "Norsk bokmål", pt: "Português", de: "Deutsch", fr: "Français", fi: "Suomi", sv: "Svenska", es: "Español" } as Record<string, string>)[code] ?? code,
    event: "Hva som skjer", headline: "Overskrift", description: "Hva man vet", instruction: "Hva man skal gjøre, ett trinn per linje",
    fill: "Fyll inn, på alle språk", fields: { destination: "Hvor man skal", cause: "Hva som ikke virker", time: "Tid", sender: "Hvem som varsler" },
    open: (n) => many(n, "åpent felt", "åpne felt"),

    approver: "Hvem som godkjenner", anyone: "den første som kan", noApprover: "Ingen andre i denne sentralen kan godkjenne: det trengs en beslutningstaker eller vaktleder.",
    save: "Lagre utkast", submit: "Send til godkjenning", submitKey: "Ctrl ⏎", sent: "Sendt. En annen person leser og godkjenner det.",
    preview: "Slik befolkningen leser det", until: (time) => `Til ${time}`, from: (who) => who, untitled: "Ingen overskrift ennå",
    approve: "Godkjenn og send ut", approveWhy: "Det er hos befolkningen i det du trykker.", refuse: "Send tilbake", refuseWhy: "Si hva som må endres. Det går tilbake til den som skrev det.",
    ownWork: "Du har skrevet en del av det: en annen person godkjenner.", notAsked: (who) => `${who} er bedt om å godkjenne det.`, wrongRole: "En beslutningstaker eller vaktleder i sentralen som eier det, godkjenner.",
    takeBack: "Hent tilbake for å endre", withdraw: "Trekk tilbake", update: "Oppdater", cancel: "Avlys",
    by: (names) => `skrevet av ${names}`, approvedBy: (who, time) => `godkjent av ${who}, ${time}`, asked: (who) => `${who} er spurt`,
    flaws: "Før det kan sendes", fit: "Klart til å sendes.", clause: (clause) => `CAP 1.2, ${clause}`,
    history: "Hva som ble gjort", document: "CAP-dokument", readDocument: "Vis CAP-dokumentet", feed: "Offentlig strøm",
    sentBack: (who, why) => `${who} sendte det tilbake: ${why}`,
    openIncident: "Varsle befolkningen", openIncidentWhy: "Skriv et befolkningsvarsel fylt ut fra denne hendelsen",
    steps: { composed: "skrevet", changed: "endret", submitted: "sendt til godkjenning", refused: "sendt tilbake", withdrawn: "trukket tilbake", issued: "sendt ut", updated: "oppdatert", cancelled: "avlyst", expiring: "slutter snart", expired: "utløpt" },
  },
};
