import type { first as en } from "../en/first";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const first: Like<typeof en> = {
  first: {
    title: "Primi passi",
    why: "Da una città vuota al suo primo allarme, in circa cinque minuti. Ciò che è spuntato è davvero avvenuto.",
    step: (now: number, all: number) => `${now} di ${all}`,
    hide: "Metti via",
    hidden: "Tolto dalla coda; resta qui, sotto Altro.",
    show: "Mostra nella coda",
    goOn: "Continua",
    done: "fatto",
    open: "da fare",
    noLeave: "Per chi amministra",
    noLeaveWhy: "Una città viene predisposta da chi la amministra.",
    steps: { city: "La città è attiva", sensor: "Collega un primo sensore", alert: "Fagli generare un primo allarme", people: "Fai entrare gli altri" },
    city: {
      name: "Nome", place: "Centro", zone: "Fuso orario", languages: "Lingue", unnamed: "La città non ha ancora un nome.",
      unnamedWhy: (command: string) => `Dalle un nome e un luogo: ferma tocsin up, esegui ${command} e riavvia.`,
      noPlace: "non indicato", at: (lat: string, lon: string) => `${lat}, ${lon} (latitudine, longitudine)`,
      noStreets: "La mappa di base non contiene le strade di questo luogo. Ciò che vi si trova è comunque disegnato al suo posto.",
      browser: "quella del browser",
    },
    sensor: {
      why: "Un sensore invia letture via HTTP o MQTT. Scegline uno che hai, oppure simulalo da un terminale.",
      kind: "Che cos'è",
      kinds: { Camera: "Telecamera", CrowdFlowObserved: "Contapersone", NoiseLevelObserved: "Fonometro" },
      idLabel: "Il suo id", idHint: "lettere, cifre, _ ~ -", lon: "Longitudine", lat: "Latitudine", way: "Invia via",
      http: "HTTP", mqtt: "MQTT", make: "Crea la sua chiave",
      key: "Questa chiave si vede una volta sola; può inviare letture e nient'altro. Chi la possiede è indicato in Gestione.",
      lost: "Una chiave creata prima non viene più mostrata. Creane un'altra.",
      run: "Esegui questo in un terminale", waiting: "In attesa della prima lettura…",
      quarantine: "Inviata, ma non arriva nulla? Guarda nella quarantena",
      came: (name: string) => `${name} si è fatto sentire.`,
      more: (n: number) => `${many(n, "oggetto", "oggetti")} sulla mappa`,
      look: "Guardalo",
    },
    alert: {
      why: (tool: string, seconds: string) => `La regola più semplice della casa è quella di «${tool}»: chi dice dark per ${seconds} s viene segnalato. Fallo dire alla telecamera:`,
      noTool: "Lo strumento che segnala le telecamere non è in funzione; vedi Strumenti.",
      waiting: (seconds: string) => `In attesa dell'allarme: ${seconds} s di buio, e qualcuno in più nel caso una lettura arrivi tardi.`,
      needsKey: "Il comando contiene la chiave di un sensore. Prima creane una.",
      came: (words: string) => `${words}.`,
      take: "Prendilo in carico",
      ends: "Ora falla vedere di nuovo, e l'allarme dirà che è finita:",
      others: "Che cos'altro osserva le tue letture",
      learning: (days: string) => `Ciò che è normale va imparato: per ${days} giorni questo non dice nulla.`,
    },
    people: {
      why: "Ogni persona ha un nome proprio e un ruolo in una sala; ciò che fa è registrato con quel nome.",
      now: (people: number, rooms: number) => `${many(people, "persona", "persone")} in ${many(rooms, "sala", "sale")}`,
      people: "Persone e ruoli", rooms: "Sale operative", boards: "Un cruscotto per ogni ruolo",
    },
    copy: "Copia", copied: "Copiato",
  },
};
