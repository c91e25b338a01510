import { common } from "./common";

const { many } = common;

/** Drawing the city's spaces. */
export const space = {
  space: {
    title: "Spaces", list: "Spaces", map: "Map of the space", inHand: "Space in hand", part: "Part in hand", kept: "Keeping", read: "From a file…", begin: "New space", unnamed: "Space without a name",
    noSpaceWhy: "Draw one on the map, or read one from a file: tocsin map spaces makes it from OpenStreetMap.", card: (version: number, exits: number) => `version ${version} · ${many(exits, "way out", "ways out")}`,
    unkept: (name: string) => `${name}: what was drawn is not kept yet.`, throwAway: "Throw the changes away", goOn: "Go on drawing", planHere: "Plan here…",
    notYours: "Planners draw spaces", notYoursWhy: "Your roles do not plan here; on the page Planning their plans can be asked for.",
    add: "Add and draw", kinds: { walkable: "Floor", obstacle: "Obstacle", exit: "Exit", gate: "Gate", stairs: "Stairs", zone: "Zone" },
    named: { walkable: (n: number) => `Floor ${n}`, obstacle: (n: number) => `Obstacle ${n}`, exit: (n: number) => `Exit ${n}`, gate: (n: number) => `Gate ${n}`, stairs: (n: number) => `Stairs ${n}`, zone: (n: number) => `Zone ${n}` },
    floors: "Where people walk", obstacles: "Obstacles", ways: "Ways out", zones: "Zones", outline: (n: number) => `Outline ${n}`, obstacle: (n: number) => `Obstacle ${n}`, hole: (n: number) => `Hole ${n}`, corners: (n: number) => many(n, "corner", "corners"), unfinished: "not drawn yet",
    hintDraw: "Press for each corner, or Enter at the cross; Esc ends.", hintWay: "Press both ends of the way, or its middle on the edge and Esc; Enter at the cross does too.", hintMove: "Drag a corner; drag the small point between two to add one; Delete takes the chosen one away.", hintPick: "Press a part to take it in hand.",
    undo: "Undo", drawOn: "Draw on", done: "Done", removePart: "Remove", name: "Name", kind: "Kind", leadsTo: "Leads to", source: "Where the width comes from", open: "Open", accessible: "Without steps", inside: "A passage inside, not a way out",
    people: "People", share: "Share of the crowd, %", cornersOf: "Corners", wayEnds: "Two ends across the way, or one point in its middle.",
    wrong: "What is wrong", checking: "Looking…", sound: "Nothing is wrong with it.", stillOpen: (part: string) => `${part} is not drawn yet.`, found: (grave: number, slight: number) => `${grave} grave, ${slight} slight`, grave: "no plan with it", slight: "can stay",
    codes: {
      "same-id": "Two of the same id",
      "not-a-number": "Not a number",
      projection: "Metres for degrees?",
      "far-away": "Far from the city",
      "zero-width": "No width",
      narrow: "Very narrow",
      people: "People out of bounds",
      share: "Shares out of bounds",
      "no-exit": "No way out",
      "no-floor": "Nothing to walk on",
      "self-crossing": "Crosses itself",
      "exit-outside": "Exit outside the space",
      "exit-off-edge": "Exit off the edge",
      "wider-than-drawn": "Wider than drawn",
      "exits-overlap": "Exits overlap",
      "zone-outside": "Zone off the floor",
      "zones-overlap": "Zones overlap",
      unreachable: "No way out from here",
    } as Record<string, string>,
    spaceName: "Name of the space", version: "Version", versionBy: (version: string, who: string, when: string) => `${version}, ${who}, ${when}`, away: "put away", olderWhy: "An older version: keep it to bring it back.",
    keepNew: "Keep the space", keepVersion: "Keep a new version", keptAs: (name: string, version: string) => `${name} is kept as version ${version}.`, notKept: "Not kept yet.", nameFirst: "It needs a name.",
    conflict: (who: string, version: string, time: string) => `${who} kept version ${version} at ${time}, while you were drawing.`, conflictWhy: "Nothing of yours is lost: it is still here.", lookAtTheirs: "Look at theirs; Undo brings mine back", keepOver: "Keep mine over it",
    takeFile: "GeoJSON file", takeWkt: "WKT file, in metres", putAway: "Put away…", putAwayWhy: "Nobody will plan on it any more; its versions stay.", putAwayNow: "Put away",
    readTitle: "Read a space from a file", file: "GeoJSON or well-known text", anchorWhy: "Well-known text is in metres: where is its origin?", readWhy: "Nothing is kept by reading.", wayCount: (n: number) => many(n, "way out", "ways out"), knownAlready: "It is known already: keeping it makes a new version.", take: "Take it in hand",
  },
};
