import type { warning as en } from "../en/warning";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

const KINDS: Record<string, string> = { Alert: "Allerta", Update: "Aggiornamento", Cancel: "Annullamento" };

/** What is written, approved and issued is «l'allerta», feminine: states and steps agree with it. */
export const warning: Like<typeof en> = {
  warning: {
    title: "Allerta alla popolazione",
    compose: "Nuova allerta",
    exercise: "Esercitazione: nulla di ciò che si emette qui raggiunge la popolazione.",
    inForce: "Ora in vigore", noneInForce: "Nessuna allerta è in vigore.",
    waiting: "In lavorazione", noneWaiting: "Nessuna bozza.", noneWaitingWhy: "Un'allerta è scritta da una persona e approvata da un'altra. Le bozze attendono qui.",
    over: "Concluse", noneOver: "Nessuna è ancora conclusa.",
    others: "di un'altra sala",
    left: (span) => `restano ${span}`, ended: "conclusa", soon: "sta per scadere",
    states: { draft: "bozza", submitted: "in attesa di approvazione", refused: "restituita", withdrawn: "ritirata", issued: "in vigore", updated: "aggiornata", cancelled: "annullata", expired: "scaduta" },
    kinds: KINDS,
    kindOf: (kind, of) => `${KINDS[kind] ?? kind}${of ? ` di ${of}` : ""}`,
    mayNot: "I tuoi ruoli qui non consentono di scrivere allerte. Ciò che è in vigore sta a sinistra.",
    choose: "Scegli un'allerta.",
    failed: "Le allerte non sono leggibili.",

    template: "Parti da", blank: "Vuota",
    facts: "Di che si tratta",
    category: "Categoria", response: "Le persone devono", urgency: "Urgenza", severity: "Gravità", certainty: "Certezza", lasts: "Durata",
    categories: { Geo: "Suolo e terremoti", Met: "Meteo", Safety: "Incolumità pubblica", Security: "Ordine e sicurezza", Rescue: "Soccorso", Fire: "Incendio", Health: "Salute", Env: "Ambiente", Transport: "Trasporti", Infra: "Servizi e reti", CBRNE: "Chimico, biologico, nucleare", Other: "Altro" },
    responses: { Shelter: "entrare e restare al chiuso", Evacuate: "lasciare l'area", Prepare: "prepararsi", Execute: "agire come previsto", Avoid: "evitare l'area", Monitor: "seguire le notizie", Assess: "valutare da sé", AllClear: "riprendere come prima", None: "non fare nulla" },
    urgencies: { Immediate: "ora", Expected: "entro un'ora", Future: "più tardi", Past: "passata", Unknown: "non nota" },
    severities: { Extreme: "estrema", Severe: "grave", Moderate: "moderata", Minor: "lieve", Unknown: "non nota" },
    certainties: { Observed: "osservata", Likely: "probabile", Possible: "possibile", Unlikely: "improbabile", Unknown: "non nota" },
    durations: [[30, "30 min"], [60, "1 h"], [120, "2 h"], [240, "4 h"], [720, "12 h"]],
    minutes: (n) => many(n, "minuto", "minuti"),

    area: "Dove", areaName: "Come la chiamano le persone", shape: "Forma",
    circle: "Cerchio", polygon: "Poligono",
    around: "Attorno a", pickPlace: "un luogo noto", lat: "Latitudine", lon: "Longitudine", radius: "Raggio, m",
    corners: "Vertici: latitudine, longitudine, uno per riga", cornersCount: (n) => many(n, "vertice", "vertici"),
    badLine: (line) => `La riga ${line} non è una coppia di gradi.`,
    fewCorners: "Un poligono richiede tre vertici.", crossed: "Il contorno incrocia sé stesso.", noCentre: "Indica un centro e un raggio.",
    mapPolygon: "Premi sulla mappa per aggiungere un vertice, trascina un vertice per spostarlo. Da tastiera: le frecce muovono la mappa, Invio aggiunge un vertice alla croce.",
    mapCircle: "Premi sulla mappa per spostare il centro. Da tastiera: le frecce muovono la mappa, Invio pone il centro alla croce.",
    map: "Mappa dell'area", undoCorner: "Togli ultimo vertice", clear: "Svuota",

    words: "Che cosa leggono le persone", language: (code) => ({ en: "English", it: "Italiano", nb: "Norsk bokmål", pt: "Português", de: "Deutsch", fr: "Français", fi: "Suomi", sv: "Svenska", es: "Español" } as Record<string, string>)[code] ?? code,
    event: "Che cosa accade", headline: "Titolo", description: "Che cosa si sa", instruction: "Che cosa fare, un passo per riga",
    fill: "Da compilare, in ogni lingua", fields: { destination: "Dove andare", cause: "Che cosa non funziona", time: "Ora", sender: "Chi allerta" },
    open: (n) => many(n, "campo vuoto", "campi vuoti"),

    approver: "Chi approva", anyone: "il primo che può", noApprover: "Nessun altro in questa sala può approvare: serve un decisore o un supervisore.",
    save: "Salva bozza", submit: "Invia per approvazione", submitKey: "Ctrl Invio", sent: "Inviata. Una seconda persona la legge e la approva.",
    preview: "Come la leggono le persone", until: (time) => `Fino alle ${time}`, from: (who) => who, untitled: "Ancora senza titolo",
    approve: "Approva ed emetti", approveWhy: "Raggiunge la popolazione appena premi.", refuse: "Restituisci", refuseWhy: "Di' che cosa deve cambiare. Torna a chi l'ha scritta.",
    ownWork: "Ne hai scritto una parte: approva una seconda persona.", notAsked: (who) => `L'approvazione è chiesta a ${who}.`, wrongRole: "Approva un decisore o un supervisore della sala responsabile.",
    takeBack: "Riprendi per modificare", withdraw: "Ritira", update: "Aggiorna", cancel: "Annulla l'allerta",
    by: (names) => `scritta da ${names}`, approvedBy: (who, time) => `approvata da ${who}, ${time}`, asked: (who) => `approvazione chiesta a ${who}`,
    flaws: "Prima di inviarla", fit: "Pronta per l'invio.", clause: (clause) => `CAP 1.2, ${clause}`,
    history: "Che cosa è stato fatto", document: "Documento CAP", readDocument: "Mostra il documento CAP", feed: "Feed pubblico",
    sentBack: (who, why) => `Restituita da ${who}: ${why}`,
    openIncident: "Allerta la popolazione", openIncidentWhy: "Scrivi un'allerta già compilata da questo incidente",
    steps: { composed: "scritta", changed: "modificata", submitted: "inviata per approvazione", refused: "restituita", withdrawn: "ritirata", issued: "emessa", updated: "aggiornata", cancelled: "annullata", expiring: "sta per scadere", expired: "scaduta" },
  },
};
