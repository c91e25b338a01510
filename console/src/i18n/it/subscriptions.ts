import type { subscriptions as en } from "../en/subscriptions";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const subscriptions: Like<typeof en> = {
  subscriptions: {
    title: "Sottoscrizioni",
    sub: "Programmi informati di ciò che cambia (NGSI-LD)",
    count: (n) => many(n, "sottoscrizione", "sottoscrizioni"),
    failing: (n) => `${n} non riescono`,
    empty: "Nessuno si è sottoscritto",
    emptyWhy: "I programmi si sottoscrivono con POST /ngsi-ld/v1/subscriptions.",
    choose: "Questa sottoscrizione non c'è", chooseWhy: "Forse è stata cancellata. Scegline un'altra.",
    one: "Sottoscrizione",
    what: "Sottoscrizione", to: "Destinazione", state: "Stato", sent: "Inviate", failed: "Fallite", waiting: "In attesa", lastSuccess: "Ultima accettata",
    states: { working: "attiva", failing: "non riesce", paused: "in pausa", expired: "scaduta" },
    never: "mai",
    ago: (age) => `${age} fa`,
    since: (time) => `dalle ${time}`,
    lastError: "Ultimo errore",
    nextTry: (time) => `Prossimo tentativo ${time}`,
    dropped: (from, to) => `I cambiamenti tra ${from} e ${to} sono andati persi: il destinatario è rimasto assente troppo a lungo.`,
    changes: "Cambiamenti comunicati", retried: "Inviate dopo più tentativi", coalesced: "Riunite dal limite di frequenza", givenUp: "Rifiutate definitivamente",
    types: "Tipi", attributes: "Attributi", q: "Condizione", when: "Quando", expires: "Scade", by: "Creata da", made: "Creata", id: "Id",
    every: (seconds) => `ogni ${seconds} s, qualunque cosa cambi`,
    atMost: (seconds) => `al massimo una ogni ${seconds} s`,
    triggers: { entityCreated: "entità creata", entityUpdated: "entità aggiornata", entityDeleted: "entità cancellata", attributeCreated: "attributo creato", attributeUpdated: "attributo aggiornato", attributeDeleted: "attributo cancellato" },
    pause: "Sospendi", resume: "Riprendi", replay: "Ripeti", replayOf: "Gli ultimi",
    back: (minutes) => (minutes < 60 ? `${minutes} min` : `${minutes / 60} h`),
    replayed: "Viene comunicato di nuovo.",
    replayedFrom: (time) => `Viene comunicato di nuovo. I cambiamenti sono conservati dal ${time}.`,
  },
};
