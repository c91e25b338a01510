import type { reports as en } from "../en/reports";
import type { Like } from "../like";

export const reports: Like<typeof en> = {
  reports: {
    open: "Rapporter",
    title: "Rapporter om denne hendelsen",
    now: "Slik det står nå, så langt din sentral kan se det. Åpnes i en ny fane.",
    then: (moment) => `Slik det sto ${moment}, så langt din sentral fikk se det da. Åpnes i en ny fane.`,
    sheets: { report: "Hendelsesrapport", brief: "Beslutningsnotat" },
    why: { report: "Hva, hvor, når; tidslinje, beslutninger og hvem som tok dem, oppgaver, tall, kart.", brief: "Én side: situasjonen, det som skal besluttes, valgene, kjent og ukjent, tider." },
    forms: { html: "Side", pdf: "PDF" },
    opens: (sheet, form) => `${sheet}, ${form}, åpnes i en ny fane`,
    onRecord: "Rapporter inneholder navn på og ord fra personer: at du leser en, loggføres.",
    shift: "Vaktskifte",
    shiftWhy: "Hva som er åpent og neste trinn, hva som er utenfor køen og hvor lenge, hva som ikke virker, tall og notater fra vakten.",
    room: "Sentral",
    since: (zone) => `Vakten begynte (${zone})`,
    until: (zone) => `Den sluttet (${zone})`,
    tillNow: "nå",
    hours: (n) => `${n} h siden`,
    period: (from, to, length) => `Fra ${from} til ${to}: ${length}.`,
    noShift: "Oppgi en begynnelse før slutten, høyst 7 dager fra hverandre og ikke i framtiden.",
    noRoom: "Du sitter ikke i noen sentral",
    noRoomWhy: "Et vaktskifteark gjelder én sentral. Ta en plass først.",
  },
};
