import type { admin as en } from "../en/admin";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const admin: Like<typeof en> = {
  /** the first of each is the role's id: its name is in `roleNames` */
  roles: [
    ["operator", "vede e decide, riceve letture"],
    ["supervisor", "vede e decide, riceve letture"],
    ["analyst", "vede"],
    ["cyber", "vede e decide"],
    ["planner", "vede"],
    ["CBRN", "vede e decide"],
    ["decision maker", "vede e decide"],
    ["ethics officer", "vede, legge il registro delle azioni"],
    ["field responder", "vede solo i propri compiti"],
    ["administrator", "vede, ammette le persone"],
  ],
  admin: {
    title: "Gestione",
    parts: { people: "Persone e ruoli", rooms: "Organizzazioni", tokens: "Token", devices: "Dispositivi", sessions: "Sessioni aperte" },
    partsLabel: "Parti della gestione",
    recorded: "Ciò che fai qui è registrato",
    noLeave: "Questa pagina è per gli amministratori.",
    noLeaveWhy: "Chi amministra la tua organizzazione può darti il ruolo, o fare ciò che ti serve.",
    people: {
      count: (n, out) => `${many(n, "persona", "persone")}${out ? `, ${many(out, "esclusa", "escluse")}` : ""}`,
      find: "Cerca una persona", findLabel: "Cerca una persona per nome", none: "Qui nessuno si chiama così.",
      person: "Persona", out: "esclusa", noRole: "nessun ruolo", noSeat: "non ha ruoli da nessuna parte e non vede nulla",
      add: "Aggiungi persona…", addTitle: "Aggiungi una persona", name: "Nome per l'accesso", where: "Organizzazione", role: "Ruolo", addDo: "Aggiungi",
      addWhy: "La password viene creata e mostrata una volta. Altri ruoli si possono dare dopo, in ogni organizzazione.",
      made: (name) => `${name} può accedere`,
      madeWhy: "Consegnala alla persona per una via che legge solo lei. Appare solo questa volta e non è conservata.",
      disable: "Escludi…", disableSure: (name) => `Escludere ${name}? Ogni suo schermo aperto si chiude entro 3 s.`, disableDo: "Escludi",
      enable: "Riammetti", password: "Nuova password…", passwordSure: (name) => `Dare a ${name} una nuova password? Esce da ogni sessione.`, passwordDo: "Crea",
      since: (day) => `account dal ${day}`, outSince: (day) => `esclusa dal ${day}`,
      rolesIn: "Ruoli in", rolesHint: "Premi per dare o togliere. Vale subito, anche sugli schermi aperti.",
      grants: "Registro dei ruoli", noGrants: "A questa persona non è mai stato dato un ruolo.",
      grant: (act, role, organisation) => `${role} in ${organisation}: ${act === "granted" ? "dato" : "tolto"}`, grantBy: (by) => `da ${by}`,
      choose: "Scegli una persona", chooseWhy: "Qui stanno i suoi ruoli, e chi li ha dati.",
    },
    rooms: {
      room: "Organizzazione", id: "Id", kind: "Tipo", controlRoom: "sala operativa", partner: "partner", people: "Persone", since: "Da", by: "da",
      onlyFirst: "Finora una sola sala operativa. Una seconda condivide con essa ciò che ciascuna decide di condividere.",
      add: "Aggiungi un'organizzazione", title: "Come la chiamano tutti", idLabel: "Id, sta in ogni registro", idHint: "a-z, 0-9 e -, prima una lettera; mai usato due volte",
      kindLabel: "Che cos'è", partnerWhy: "Un partner (un ospedale, un gestore dei trasporti) vede ciò che è condiviso con il gruppo della città. Non possiede nulla.", roomWhy: "Una sala operativa possiede e condivide allarmi e incidenti.", addDo: "Aggiungi",
      remove: "Rimuovi…", removeTitle: (title) => `Rimuovi ${title}`, removeDo: (title) => `Rimuovi ${title}`,
      reading: "Verifica di ciò che vi è aperto…",
      owns: (incidents, alerts) => `Ha ancora ${common.list([incidents ? many(incidents, "incidente aperto", "incidenti aperti") : "", alerts ? many(alerts, "allarme aperto", "allarmi aperti") : ""].filter(Boolean))}. Chi prosegue?`,
      ownsNothing: "Nulla vi è aperto. Ciò che è stato chiuso resta nel registro sotto il suo nome.",
      others: (n) => `e altri ${n}`,
      successor: "Successore", noSuccessor: "Non c'è un'altra sala operativa. Aggiungine una prima, o chiudi ciò che è aperto.",
      unseated: (names) => `Senza altro ruolo: ${names}. Mantengono l'account, ma non vedono nulla finché non ricevono un ruolo altrove.`,
      tokens: (names) => `Token che scadono: ${names}.`,
      last: "Il suo id non sarà più usato. Non si può annullare.",
    },
    tokens: {
      empty: "Ancora nessun token.", emptyWhy: "Serve a un programma che legge o invia tramite l'API. Crealo a destra; appare una volta.",
      name: "Nome", scopes: "Può", organisation: "Vede come", made: "Creato", used: "Ultimo uso", never: "mai",
      add: "Crea un token", nameLabel: "A che serve", scopesLabel: "Che cosa può fare",
      scope: { read: "leggere", ingest: "inviare", act: "agire" },
      scopeWhy: { read: "il quadro della sua organizzazione", ingest: "inviare letture e mappature", act: "decidere su allarmi e incidenti" },
      addDo: "Crea", shown: (name) => `Token «${name}»`, shownWhy: "Mettilo dove il programma lo legge. Appare solo questa volta e non è conservato.",
      revoke: "Revoca…", sure: "Revocarlo? Il programma è escluso subito.", revokeDo: "Revoca",
    },
    devices: {
      empty: "Nessun dispositivo registrato.", emptyWhy: "Un dispositivo che trasmette via MQTT ha bisogno di un suo utente. Registralo a destra.",
      id: "Id", title: "Titolo", topic: "Pubblica su", made: "Registrato", add: "Registra un dispositivo", idLabel: "Id", idHint: "lettere, cifre, _ ~ -", titleLabel: "Che cos'è e dov'è", addDo: "Registra",
      shown: (id) => `Dispositivo ${id}`, shownWhy: "Inserisci questi dati nel dispositivo. La password appare solo questa volta.", user: "Utente", broker: "Broker",
      remove: "Rimuovi…", sure: "Rimuoverlo? È escluso subito; ciò che ha inviato resta.", removeDo: "Rimuovi",
    },
    sessions: {
      why: "Chi è collegato, da quale indirizzo e browser, è un dato personale: il fatto che guardi è registrato.", show: "Mostra sessioni aperte", again: "Rileggi",
      count: (n) => many(n, "sessione aperta", "sessioni aperte"),
      person: "Persona", seat: "Siede in", since: "Accesso", used: "Ultimo uso", address: "Indirizzo", agent: "Browser", current: "questa",
      end: "Termina", ended: (name) => `${name} è stato disconnesso lì`, none: "Nessuno è collegato.",
    },
    once: { copy: "Copia", copied: "Copiato", done: "L'ho presa" },
  },
};
