import type { space as en } from "../en/space";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const space: Like<typeof en> = {
  space: {
    title: "Spazi", list: "Spazi", map: "Mappa dello spazio", inHand: "Spazio aperto", part: "Parte scelta", kept: "Conservazione", read: "Da un file…", begin: "Nuovo spazio", unnamed: "Spazio senza nome",
    noSpaceWhy: "Disegnarne uno sulla mappa o leggerlo da un file: tocsin map spaces lo ricava da OpenStreetMap.", card: (version, exits) => `versione ${version} · ${many(exits, "uscita", "uscite")}`,
    unkept: (name) => `${name}: il disegno non è ancora conservato.`, throwAway: "Scarta le modifiche", goOn: "Continua a disegnare", planHere: "Pianifica qui…",
    notYours: "Gli spazi li disegna chi pianifica", notYoursWhy: "I suoi ruoli qui non pianificano; nella pagina Pianificazione se ne possono chiedere i piani.",
    add: "Aggiungi e disegna", kinds: { walkable: "Suolo", obstacle: "Ostacolo", exit: "Uscita", gate: "Cancello", stairs: "Scale", zone: "Zona" },
    named: { walkable: (n) => `Suolo ${n}`, obstacle: (n) => `Ostacolo ${n}`, exit: (n) => `Uscita ${n}`, gate: (n) => `Cancello ${n}`, stairs: (n) => `Scale ${n}`, zone: (n) => `Zona ${n}` },
    floors: "Dove si cammina", obstacles: "Ostacoli", ways: "Vie d’uscita", zones: "Zone", outline: (n) => `Contorno ${n}`, obstacle: (n) => `Ostacolo ${n}`, hole: (n) => `Foro ${n}`, corners: (n) => many(n, "vertice", "vertici"), unfinished: "non ancora disegnato",
    hintDraw: "Premere per ogni vertice, o Invio sulla croce; Esc termina.", hintWay: "Premere i due estremi, o il punto medio sul bordo ed Esc; anche Invio sulla croce.", hintMove: "Trascinare un vertice; il punto piccolo tra due ne aggiunge uno; Canc toglie quello scelto.", hintPick: "Premere una parte per sceglierla.",
    undo: "Annulla la modifica", drawOn: "Continua", done: "Fatto", removePart: "Togli", name: "Nome", kind: "Tipo", leadsTo: "Porta a", source: "Da dove viene la larghezza", open: "Aperta", accessible: "Senza gradini", inside: "Un passaggio interno, non un’uscita",
    people: "Persone", share: "Quota della folla, %", cornersOf: "Vertici", wayEnds: "I due estremi di traverso, o un punto nel mezzo.",
    wrong: "Che cosa non va", checking: "Controllo…", sound: "Non c’è nulla che non va.", stillOpen: (part) => `${part}: non ancora disegnato.`, found: (grave, slight) => `${grave} gravi, ${slight} lievi`, grave: "nessun piano così", slight: "può restare",
    codes: {
      "same-id": "Due con lo stesso id",
      "not-a-number": "Non è un numero",
      projection: "Metri al posto di gradi?",
      "far-away": "Lontano dalla città",
      "zero-width": "Senza larghezza",
      narrow: "Molto stretta",
      people: "Persone fuori dai limiti",
      share: "Quote fuori dai limiti",
      "no-exit": "Nessuna uscita",
      "no-floor": "Non si può camminare",
      "self-crossing": "Si incrocia",
      "exit-outside": "Uscita fuori dallo spazio",
      "exit-off-edge": "Uscita lontana dal bordo",
      "wider-than-drawn": "Più larga del disegno",
      "exits-overlap": "Uscite sovrapposte",
      "zone-outside": "Zona fuori dal suolo",
      "zones-overlap": "Zone sovrapposte",
      unreachable: "Da qui non si esce",
    },
    spaceName: "Nome dello spazio", version: "Versione", versionBy: (version, who, when) => `${version}, ${who}, ${when}`, away: "messa via", olderWhy: "Una versione precedente: conservarla per ripristinarla.",
    keepNew: "Conserva lo spazio", keepVersion: "Conserva una nuova versione", keptAs: (name, version) => `${name} è conservato come versione ${version}.`, notKept: "Non ancora conservato.", nameFirst: "Serve un nome.",
    conflict: (who, version, time) => `${who} ha conservato la versione ${version} alle ${time}, mentre si disegnava.`, conflictWhy: "Nulla del proprio lavoro è perso: è ancora qui.", lookAtTheirs: "Guarda la loro; Annulla riporta la propria", keepOver: "Conserva la propria sopra",
    takeFile: "File GeoJSON", takeWkt: "File WKT, in metri", putAway: "Metti via…", putAwayWhy: "Nessuno ci pianificherà più; le versioni restano.", putAwayNow: "Metti via",
    readTitle: "Leggere uno spazio da un file", file: "GeoJSON o well-known text", anchorWhy: "Il well-known text è in metri: dov’è l’origine?", readWhy: "Leggendo non si conserva nulla.", wayCount: (n) => many(n, "uscita", "uscite"), knownAlready: "È già noto: conservarlo crea una nuova versione.", take: "Aprilo",
  },
};
