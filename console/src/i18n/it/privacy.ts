import type { privacy as en } from "../en/privacy";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

/** Terms as in the Italian text of the GDPR. */
export const privacy: Like<typeof en> = {
  privacy: {
    title: "Registro delle attività di trattamento",
    sub: (made) => `GDPR art. 30, com'è configurato ora · ${made}`,
    controller: "Titolare", officer: "Responsabile della protezione dei dati", notStated: "non indicato",
    gaps: (n) => many(n, "lacuna da colmare", "lacune da colmare"),
    held: "Che cosa si conserva delle persone",
    data: "Dato", className: "Classe", becomes: "Diventa", aim: "Finalità", purpose: "Finalità e base giuridica", now: "Quadro", history: "Storico",
    days: (n) => many(n, "giorno", "giorni"),
    notTaken: "mai conservato",
    by: { Tocsin: "", city: "regola della città", default: "non indicato da nessuno" },
    classes: { none: "nessuna", pseudonym: "pseudonimo", personal: "personale", sensitive: "sensibile" },
    becomesOf: { "keyed pseudonym": "pseudonimo con chiave", "not taken in": "non acquisito", "kept as it is": "conservato com'è" },
    sources: "Fonti", tools: "Strumenti", recipients: "Chi può vedere", measures: "Come è protetto", transfers: "Paesi terzi",
    personalData: "Dati personali",
    levels: { none: "nessuno", possible: "possibili", yes: "sì", aggregate: "aggregati", pseudonymous: "pseudonimi", personal: "personali" },
    broken: "non idoneo a funzionare",
    kinds: { "control room": "sala operativa", partner: "partner", "mail server": "server di posta", "push service": "servizio push", webhook: "sistema", "the public": "pubblico" },
    deletions: "Cancellati",
    deletionsSub: "perché il loro termine era scaduto",
    noDeletions: "Ancora nulla è stato cancellato.",
    noDeletionsWhy: "Ogni ora si cancella ciò che è oltre il termine, e qui appare con la sua regola e la quantità.",
    when: "Quando", from: "Da", what: "Che cosa", howMany: "Valori", older: (date) => `precedenti al ${date}`,
    underWay: "in corso", resumed: "concluso dopo un riavvio",
    stores: { context: "quadro", lake: "storico", quarantine: "quarantena", bus: "bus dei messaggi", "pseudonym keys": "chiavi", "quarantine keys": "chiavi di sigillo" },
    keys: "Chiavi degli pseudonimi",
    keysSub: "nessun valore di due periodi si può confrontare",
    noKeys: "Nessuna chiave: nulla di personale è arrivato.",
    period: "Periodo", ends: "Finisce", destroyed: "Distrutta",
    budget: "Conteggi pubblicati",
    budgetSub: "perdita di privacy spesa, per tipo e giorno",
    noBudget: "Nulla è stato pubblicato.",
    spent: (spent, of) => `${spent} di ${of}`,
    releases: (n) => many(n, "pubblicazione", "pubblicazioni"),
  },
  reveal: {
    why: "Solo la forma: lettere come x, cifre come 9, perché questi byte possono nominare qualcuno. Di' perché ti servono; la consultazione è registrata.",
    show: "Mostra com'è arrivato",
  },
};
