import type { plan as en } from "../en/plan";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const plan: Like<typeof en> = {
  plan: {
    title: "Planlegging", space: "Sted", crowd: "Personer", ways: "Utganger som er åpne", threat: "Trussel", drawn: "Tegning av planen", answer: "Planen",
    kinds: { gate: "port", stairs: "trapp" },
    keepAway: "Noe folk må holde seg unna", pressHere: "Trykk på tegningen, eller skriv hvor det er.",
    lat: "Breddegrad", lon: "Lengdegrad", radius: "Omkrets ut til, m",
    noSpace: "Ingen steder er kjent ennå", noSpaceWhy: "Les ett fra en fil: tocsin map spaces lager det av OpenStreetMap.",
    noHarm: (version) => `En tenkt endring rører ingen hendelse. Versjon ${version} av stedet.`,
    saveAs: "Behold dette spørsmålet som", save: "Behold", saved: (name) => `«${name}» er beholdt.`,
    plans: "Planer som er beholdt", drop: "Fjern", dropOne: (name) => `Fjern «${name}»`,
    thinking: "Planlegger…", quicker: (time) => `${time} raskere enn før`, slower: (time) => `${time} tregere enn før`, print: "Skriv ut",
    drawing: (name, people, time) => `${name}: ${people} personer, alle ute etter ${time}. Tabellene ved siden av viser det samme.`,
    shut: "stengt", perMin: (people) => `${people} i min`,
    compare: "Sammenlign", hide: "Skjul", onMap: "Plan på kartet", nearestShort: "nærmeste utgang", oldWays: "veier hittil", newWays: "veier i forslaget", sheet: "Planark", askAgain: "Spør på nytt", fromTo: (a: string, b: string) => `${a} → ${b}`,
    play: "Spill av", pause: "Stopp", moment: "Tid siden start", after: (time) => `etter ${time}`,
    advice: "Råd", never: "aldri", clearing: "Alle ute etter", nearest: "Alle til nærmeste utgang", bound: "Ingen plan kan slå",
    gap: (share) => `høyst ${share} fra den beste`,
    unfinished: "Tiden gikk ut: dette er den beste planen så langt.",
    stuck: (people, where, why) => `${people} personer i ${where} kommer ikke ut: ${why}.`,
    why: { "no-way-out": "ingen utgang er åpen for dem", stairs: "bare trapper fører ut", threat: "trusselen ligger foran alle veier" },
    worst: (density, level, place, time) => `Tettest: ${density} personer/m² (Fruin ${level}) etter ${time}, ${place}`,
    worstNearest: (density) => `${density} om alle går til nærmeste utgang`,
    sure: "Hvor sikkert: når den siste er ute", follow: "Som følger",
    exits: "Utganger", exit: "Utgang", people: "Personer", byNearest: "Nærmest", lets: "Slipper ut/min", last: "Siste etter",
    states: { shut: "stengt", threatened: "truet" },
    measures: "Hva som hjelper, hva som skader", open: (name) => `Åpne ${name}`, lose: (name) => `Om ${name} faller bort`, steward: (name) => `En vakt ved ${name}`,
    saves: (time) => `sparer ${time}`, costs: (time) => `koster ${time}`, try: "Prøv", tryOne: (name) => `Prøv med ${name} endret`,
    say: "Si til hver sone", of: (people) => `${people} personer`, assumes: "Hva dette forutsetter", until: (time) => `Gyldig til ${time}`,
    read: "Les et sted…", readTitle: "Les et sted fra en fil", file: "GeoJSON eller well-known text", readWhy: "Ingenting beholdes før du sier det.",
    wayCount: (n) => many(n, "utgang", "utganger"), sound: "Det er ingenting galt med det.", keepSpace: "Behold det",
    expired: "utløpt", atIncident: "Evakueringsplaner", none: "Ingen plan er bedt om her.", ask: "Be om en plan", askSpace: "Plan for dette stedet", reason: "Bedt om ved hendelsen",
    state: { asked: "planlegges", failed: "mislyktes", given: "besvart", withdrawn: "trukket tilbake" },
    standing: { accepted: "i kraft", declined: "avslått", none: "ikke avgjort", proposed: "foreslått", superseded: "erstattet" },
    show: "Vis", accept: "Sett i kraft", decline: "Avslå", withdraw: "Trekk tilbake", why2: "Hvorfor ikke", differentBefore: "Annerledes enn forslaget før:", different: "Annerledes enn planen i kraft:", offered: "Beholdt for dette stedet", by: (who, time) => `${who} ${time}`,
  },
};
