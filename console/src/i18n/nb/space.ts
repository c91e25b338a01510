import type { space as en } from "../en/space";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const space: Like<typeof en> = {
  space: {
    title: "Steder", list: "Steder", map: "Kart over stedet", inHand: "Stedet som er åpent", part: "Valgt del", kept: "Lagring", read: "Fra en fil…", begin: "Nytt sted", unnamed: "Sted uten navn",
    noSpaceWhy: "Tegn ett på kartet, eller les ett fra en fil: tocsin map spaces lager det av OpenStreetMap.", card: (version, exits) => `versjon ${version} · ${many(exits, "utgang", "utganger")}`,
    unkept: (name) => `${name}: tegningen er ikke lagret ennå.`, throwAway: "Forkast endringene", goOn: "Tegn videre", planHere: "Planlegg her…",
    notYours: "Planleggere tegner steder", notYoursWhy: "Rollene dine planlegger ikke her; på siden Planlegging kan planene deres bes om.",
    add: "Legg til og tegn", kinds: { walkable: "Gulv", obstacle: "Hindring", exit: "Utgang", gate: "Port", stairs: "Trapp", zone: "Sone" },
    named: { walkable: (n) => `Gulv ${n}`, obstacle: (n) => `Hindring ${n}`, exit: (n) => `Utgang ${n}`, gate: (n) => `Port ${n}`, stairs: (n) => `Trapp ${n}`, zone: (n) => `Sone ${n}` },
    floors: "Der folk går", obstacles: "Hindringer", ways: "Veier ut", zones: "Soner", outline: (n) => `Omriss ${n}`, obstacle: (n) => `Hindring ${n}`, hole: (n) => `Hull ${n}`, corners: (n) => many(n, "hjørne", "hjørner"), unfinished: "ikke tegnet ennå",
    hintDraw: "Trykk for hvert hjørne, eller Enter ved krysset; Esc avslutter.", hintWay: "Trykk på begge ender av veien, eller midten på kanten og Esc; Enter ved krysset også.", hintMove: "Dra et hjørne; dra det lille punktet mellom to for å få ett til; Delete fjerner det valgte.", hintPick: "Trykk på en del for å velge den.",
    undo: "Angre", drawOn: "Tegn videre", done: "Ferdig", removePart: "Fjern", name: "Navn", kind: "Slag", leadsTo: "Fører til", source: "Hvor bredden kommer fra", open: "Åpen", accessible: "Uten trinn", inside: "En passasje inne, ikke en vei ut",
    people: "Personer", share: "Andel av mengden, %", cornersOf: "Hjørner", wayEnds: "To ender på tvers av veien, eller ett punkt i midten.",
    wrong: "Hva som er galt", checking: "Ser etter…", sound: "Det er ingenting galt med det.", stillOpen: (part) => `${part} er ikke tegnet ennå.`, found: (grave, slight) => `${grave} alvorlige, ${slight} mindre`, grave: "ingen plan med den", slight: "kan bli stående",
    codes: {
      "same-id": "To med samme id",
      "not-a-number": "Ikke et tall",
      projection: "Meter for grader?",
      "far-away": "Langt fra byen",
      "zero-width": "Uten bredde",
      narrow: "Svært smal",
      people: "Personer utenfor grensene",
      share: "Andeler utenfor grensene",
      "no-exit": "Ingen vei ut",
      "no-floor": "Ingenting å gå på",
      "self-crossing": "Krysser seg selv",
      "exit-outside": "Utgang utenfor stedet",
      "exit-off-edge": "Utgang borte fra kanten",
      "wider-than-drawn": "Bredere enn tegnet",
      "exits-overlap": "Utganger overlapper",
      "zone-outside": "Sone utenfor gulvet",
      "zones-overlap": "Soner overlapper",
      unreachable: "Ingen vei ut herfra",
    },
    spaceName: "Navn på stedet", version: "Versjon", versionBy: (version, who, when) => `${version}, ${who} ${when}`, away: "lagt bort", olderWhy: "En eldre versjon: lagre den for å få den tilbake.",
    keepNew: "Lagre stedet", keepVersion: "Lagre en ny versjon", keptAs: (name, version) => `${name} er lagret som versjon ${version}.`, notKept: "Ikke lagret ennå.", nameFirst: "Det trenger et navn.",
    conflict: (who, version, time) => `${who} lagret versjon ${version} kl. ${time}, mens du tegnet.`, conflictWhy: "Ingenting av ditt er tapt: det er fortsatt her.", lookAtTheirs: "Se på deres; Angre gir din tilbake", keepOver: "Lagre min over",
    takeFile: "GeoJSON-fil", takeWkt: "WKT-fil, i meter", putAway: "Legg bort…", putAwayWhy: "Ingen planlegger på det mer; versjonene blir.", putAwayNow: "Legg bort",
    readTitle: "Les et sted fra en fil", file: "GeoJSON eller well-known text", anchorWhy: "Well-known text er i meter: hvor er origo?", readWhy: "Ingenting lagres ved å lese.", wayCount: (n) => many(n, "utgang", "utganger"), knownAlready: "Det er kjent: lagring gir en ny versjon.", take: "Ta det fram",
  },
};
