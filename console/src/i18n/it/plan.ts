import type { plan as en } from "../en/plan";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const plan: Like<typeof en> = {
  plan: {
    title: "Pianificazione", space: "Spazio", crowd: "Persone", ways: "Uscite aperte", threat: "Minaccia", drawn: "Disegno del piano", answer: "Piano",
    kinds: { gate: "cancello", stairs: "scale" },
    keepAway: "Qualcosa da cui tenersi lontani", pressHere: "Premere sul disegno, o scrivere dove si trova.",
    lat: "Latitudine", lon: "Longitudine", radius: "Raggio, m",
    noSpace: "Nessuno spazio è ancora noto", noSpaceWhy: "Leggerne uno da un file: tocsin map spaces lo ricava da OpenStreetMap.",
    noHarm: (version) => `Un’ipotesi non tocca alcun incidente. Versione ${version} dello spazio.`,
    saveAs: "Conservare questa domanda come", save: "Conserva", saved: (name) => `«${name}» è conservato.`,
    plans: "Piani conservati", drop: "Elimina", dropOne: (name) => `Elimina «${name}»`,
    thinking: "Pianificazione in corso…", quicker: (time) => `${time} in meno di prima`, slower: (time) => `${time} in più di prima`, print: "Stampa",
    drawing: (name, people, time) => `${name}: ${people} persone, tutte fuori dopo ${time}. Le tabelle accanto dicono lo stesso.`,
    shut: "chiusa", perMin: (people) => `${people}/min.`,
    compare: "Confronta", hide: "Nascondi", onMap: "Piano sulla mappa", nearestShort: "uscita più vicina", oldWays: "vie finora", newWays: "vie della proposta", sheet: "Foglio del piano", askAgain: "Chiedi di nuovo", fromTo: (a: string, b: string) => `${a} → ${b}`,
    play: "Avvia", pause: "Ferma", moment: "Tempo dall’inizio", after: (time) => `dopo ${time}`,
    advice: "Consiglio", never: "mai", clearing: "Tutti fuori dopo", nearest: "Tutti all’uscita più vicina", bound: "Nessun piano fa meglio di",
    gap: (share) => `al più ${share} dal migliore`,
    unfinished: "Il tempo è finito: questo è il piano migliore finora.",
    stuck: (people, where, why) => `${people} persone di ${where} non possono uscire: ${why}.`,
    why: { "no-way-out": "nessuna uscita è aperta per loro", stairs: "solo scale portano fuori", threat: "la minaccia è davanti a ogni via" },
    worst: (density, level, place, time) => `Punto più denso: ${density} persone/m² (Fruin ${level}) dopo ${time}, ${place}`,
    worstNearest: (density) => `${density} se tutti vanno all’uscita più vicina`,
    sure: "Quanto è certo: quando esce l’ultimo", follow: "Chi segue",
    exits: "Uscite", exit: "Uscita", people: "Persone", byNearest: "Vicina", lets: "Passano/min", last: "Ultimo dopo",
    states: { shut: "chiusa", threatened: "minacciata" },
    measures: "Che cosa aiuta, che cosa nuoce", open: (name) => `Aprire ${name}`, lose: (name) => `Se si perde ${name}`, steward: (name) => `Un addetto presso ${name}`,
    saves: (time) => `risparmia ${time}`, costs: (time) => `costa ${time}`, try: "Prova", tryOne: (name) => `Prova cambiando ${name}`,
    say: "Da dire a ogni zona", of: (people) => `${people} persone`, assumes: "Che cosa si presume", until: (time) => `Valido fino alle ${time}`,
    read: "Leggi uno spazio…", readTitle: "Leggere uno spazio da un file", file: "GeoJSON o well-known text", readWhy: "Nulla è conservato prima della conferma.",
    wayCount: (n) => many(n, "uscita", "uscite"), sound: "Non c’è nulla che non va.", keepSpace: "Conservalo",
    expired: "scaduto", atIncident: "Piani di evacuazione", none: "Qui non è stato chiesto alcun piano.", ask: "Chiedi un piano", askSpace: "Piano per", reason: "Chiesto dall’incidente",
    state: { asked: "in preparazione", failed: "non riuscito", given: "risposto", withdrawn: "ritirato" },
    standing: { accepted: "in vigore", declined: "respinto", none: "non deciso", proposed: "proposto", superseded: "sostituito" },
    show: "Mostra", accept: "Metti in vigore", decline: "Respingi", withdraw: "Ritira", why2: "Perché no", differentBefore: "Diverso dalla proposta precedente:", different: "Diverso dal piano in vigore:", offered: "Conservati per questo luogo", by: (who, time) => `${who}, ${time}`,
  },
};
