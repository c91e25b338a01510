import type { reports as en } from "../en/reports";
import type { Like } from "../like";

export const reports: Like<typeof en> = {
  reports: {
    open: "Rapporti",
    title: "Rapporti di questo incidente",
    now: "Com'è ora, per quanto la tua sala può vedere. Si apre in una nuova scheda.",
    then: (moment) => `Com'era in quel momento (${moment}), per quanto la tua sala poteva vedere allora. Si apre in una nuova scheda.`,
    sheets: { report: "Rapporto sull'incidente", brief: "Sintesi per una decisione" },
    why: { report: "Che cosa, dove, quando; cronologia, decisioni e chi le ha prese, compiti, valori, mappa.", brief: "Una pagina: situazione, che cosa si chiede, opzioni, noto e non noto, tempi." },
    forms: { html: "Pagina", pdf: "PDF" },
    opens: (sheet, form) => `${sheet}, ${form}, si apre in una nuova scheda`,
    onRecord: "I rapporti contengono nomi e parole di persone: la consultazione è registrata.",
    shift: "Passaggio di consegne",
    shiftWhy: "Che cosa è aperto e il suo prossimo passo, che cosa è fuori coda e fino a quando, che cosa non funziona, valori e note del turno.",
    room: "Sala",
    since: (zone) => `Inizio del turno (${zone})`,
    until: (zone) => `Fine del turno (${zone})`,
    tillNow: "ora",
    hours: (n) => `${n} h fa`,
    period: (from, to, length) => `Da ${from} fino a ${to}: ${length}.`,
    noShift: "Indica un inizio precedente alla fine, al massimo a 7 giorni da essa e non nel futuro.",
    noRoom: "Non sei in alcuna sala",
    noRoomWhy: "Le consegne sono di una sola sala. Prendi prima una postazione.",
  },
};
