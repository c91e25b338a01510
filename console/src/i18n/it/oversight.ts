import type { oversight as en } from "../en/oversight";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const oversight: Like<typeof en> = {
  oversight: {
    noLeave: "Questa pagina è per il responsabile etico.",
    noLeaveWhy: "Chi amministra la tua organizzazione può darti il ruolo.",
    figures: "Consultazioni di dati personali e sensibili",
    figuresSub: (days) => `ultimi ${many(days, "giorno", "giorni")}, UTC`,
    looks: "consultazioni", unfit: "senza ruolo adatto", refused: "decisioni rifiutate", signIns: "accessi rifiutati",
    unfitWhy: "Chi ha guardato non aveva, in quel momento, un ruolo adatto allo scopo.",
    perDay: "Consultazioni al giorno", day: (day, looks, unfit) => `${day}: ${many(looks, "consultazione", "consultazioni")}${unfit ? `, ${unfit} senza ruolo adatto` : ""}`,
    purpose: "Scopo", share: "Consultazioni", noLooks: "Nessuna consultazione registrata in questi giorni.", noLooksWhy: "Quando qualcuno legge dati personali o sensibili, qui si conta per scopo.",
    record: "Chi ha guardato che cosa, e perché",
    reason: "Perché guardi", reasonHint: "È registrato con il tuo nome", read: "Leggi il registro", more: "Righe più vecchie",
    person: "Persona", organisation: "Organizzazione", anyOrganisation: "qualsiasi", action: "Azione", actionHint: "alert, o alert.confirm", object: "Id dell'oggetto", from: "Da, UTC", to: "A, UTC",
    which: { all: "Tutto", looks: "Consultazioni", unfit: "Senza ruolo adatto", refused: "Rifiutate" },
    whichLabel: "Righe",
    presets: [[1, "Oggi"], [7, "7 giorni"], [31, "31 giorni"]],
    unread: "Ancora nulla è stato letto.", unreadWhy: "Di' perché guardi e premi Leggi. Anche leggere il registro è una sua riga: chi ha guardato, quando, che cosa e perché.",
    nothing: "Nessuna riga corrisponde.", nothingWhy: "Allarga i giorni, o lascia vuoto un campo.", nothingYet: "Nessuna riga corrisponde tra quelle viste finora. Prosegui con le più vecchie.",
    row: "Riga", when: "Quando", who: "Chi", what: "Che cosa", why: "Scopo e motivo", noReason: "motivo non richiesto",
    outcome: { done: "eseguita", refused: "rifiutata", failed: "fallita" },
    system: "il sistema", stranger: "uno sconosciuto", times: (n) => `${n} volte`,
    rows: (n) => many(n, "riga", "righe"),
    whole: "Il registro è integro?",
    verify: "Verifica ogni riga", again: "Verifica di nuovo", never: "Non verificato dall'avvio.",
    running: (looked, rows) => `${looked} di ${rows} righe`, runningLabel: "Righe esaminate",
    isWhole: "Integro", isBroken: "Non integro",
    wholeWords: (rows) => `${rows} righe, hash e firme concordano.`,
    brokenWords: (n) => `${many(n, "difetto", "difetti")}. Per prima la prima riga interessata.`,
    faultRow: (seq) => `Riga ${seq}`, faultRows: (seq, last) => `Righe da ${seq} a ${last}`,
    kinds: { altered: "alterata", dropped: "mancante", inserted: "inserita", reordered: "riordinata", truncated: "fine mancante", torn: "tagliata o illeggibile", forged: "firma falsa" },
    brokenDo: "Lascia il disco com'è, fanne una copia e confrontala con i punti di controllo che conservi altrove.",
    failed: "La verifica non è riuscita.",
    by: (who, at) => `chiesta da ${who}, finita ${at}`,
    moreFaults: (n) => `altri ${n}`,
    signed: "Firmato fino alla riga", signedAt: "Punto di controllo del", key: "Impronta della chiave", cut: "Scadute per conservazione, firmate", upTo: (seq) => `righe fino a ${seq}`,
    noCheckpoint: "Nessun punto di controllo è ancora firmato. Il primo arriva entro un minuto dalla prima riga.",
    keyHint: "Confrontala con quella annotata alla messa in opera.",
    copy: "Copia per un'altra macchina", copyWhy: "Ogni riga, punto di controllo e la chiave pubblica, come righe JSON. Il comando tocsin audit verify la controlla ovunque.",
    copyReason: "A che serve la copia", copyDo: "Scarica",
  },
};
