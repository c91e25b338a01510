import type { oversight as en } from "../en/oversight";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const oversight: Like<typeof en> = {
  oversight: {
    noLeave: "Denne siden er for den etikkansvarlige.",
    noLeaveWhy: "Den som administrerer organisasjonen din, kan gi deg rollen.",
    figures: "Oppslag i personopplysninger og sensitive data",
    figuresSub: (days) => `siste ${many(days, "dag", "dager")}, UTC`,
    looks: "oppslag", unfit: "uten passende rolle", refused: "avviste beslutninger", signIns: "avviste innlogginger",
    unfitWhy: "Den som så, hadde da ingen rolle som passer til formålet.",
    perDay: "Oppslag per dag", day: (day, looks, unfit) => `${day}: ${looks} oppslag${unfit ? `, ${unfit} uten passende rolle` : ""}`,
    purpose: "Formål", share: "Oppslag", noLooks: "Ingen oppslag er loggført disse dagene.", noLooksWhy: "Når noen leser personopplysninger eller sensitive data, telles det her etter formål.",
    record: "Hvem så på hva, og hvorfor",
    reason: "Hvorfor du ser", reasonHint: "Det loggføres med navnet ditt", read: "Les loggen", more: "Eldre rader",
    person: "Person", organisation: "Organisasjon", anyOrganisation: "alle", action: "Handling", actionHint: "alert, eller alert.confirm", object: "Objektets id", from: "Fra, UTC", to: "Til, UTC",
    which: { all: "Alt", looks: "Oppslag", unfit: "Uten passende rolle", refused: "Avvist" },
    whichLabel: "Rader",
    presets: [[1, "I dag"], [7, "7 dager"], [31, "31 dager"]],
    unread: "Ingenting er lest ennå.", unreadWhy: "Si hvorfor du ser, og trykk Les. Å lese loggen er selv en rad i den: hvem som så, når, på hva og hvorfor.",
    nothing: "Ingen rader passer.", nothingWhy: "Ta med flere dager, eller la et felt stå tomt.", nothingYet: "Ingen rader passer blant dem som er sett gjennom så langt. Gå videre til eldre.",
    row: "Rad", when: "Når", who: "Hvem", what: "Hva", why: "Formål og begrunnelse", noReason: "begrunnelse ikke krevd",
    outcome: { done: "utført", refused: "avvist", failed: "feilet" },
    system: "systemet", stranger: "en fremmed", times: (n) => `${n} ganger`,
    rows: (n) => many(n, "rad", "rader"),
    whole: "Er loggen hel?",
    verify: "Kontroller hver rad", again: "Kontroller igjen", never: "Ikke kontrollert siden oppstart.",
    running: (looked, rows) => `${looked} av ${rows} rader`, runningLabel: "Rader sett på",
    isWhole: "Hel", isBroken: "Ikke hel",
    wholeWords: (rows) => `${rows} rader, hasher og signaturer stemmer.`,
    brokenWords: (n) => `${many(n, "feil", "feil")}. Den første raden det gjelder, nevnes først.`,
    faultRow: (seq) => `Rad ${seq}`, faultRows: (seq, last) => `Rad ${seq} til ${last}`,
    kinds: { altered: "endret", dropped: "mangler", inserted: "satt inn", reordered: "stokket om", truncated: "slutten mangler", torn: "kuttet eller ødelagt", forged: "falsk signatur" },
    brokenDo: "La disken være som den er, ta en kopi, og sammenlign med kontrollpunktene du har et annet sted.",
    failed: "Den kunne ikke kontrolleres.",
    by: (who, at) => `bestilt av ${who}, ferdig ${at}`,
    moreFaults: (n) => `${n} til`,
    signed: "Signert til rad", signedAt: "Kontrollpunkt fra", key: "Nøkkelens fingeravtrykk", cut: "Utløpt etter lagringstid, signert", upTo: (seq) => `rader til ${seq}`,
    noCheckpoint: "Ingen kontrollpunkt er signert ennå. Det første kommer innen et minutt etter første rad.",
    keyHint: "Sammenlign med det du noterte da systemet ble satt opp.",
    copy: "Kopi til en annen maskin", copyWhy: "Alle rader, kontrollpunkter og den offentlige nøkkelen, som JSON-linjer. Kommandoen tocsin audit verify kontrollerer den hvor som helst.",
    copyReason: "Hva kopien skal brukes til", copyDo: "Last ned",
  },
};
