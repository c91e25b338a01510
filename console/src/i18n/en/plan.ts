import { common } from "./common";

const { many } = common;

/** Evacuation plans: at an incident, and on the planning page. */
export const plan = {
  plan: {
    title: "Planning", space: "Space", crowd: "People", ways: "Ways out that are open", threat: "Threat", drawn: "Drawing of the plan", answer: "Plan",
    kinds: { gate: "gate", stairs: "stairs" } as Record<string, string>,
    keepAway: "Something people must keep away from", pressHere: "Press on the drawing, or write where it is.",
    lat: "Latitude", lon: "Longitude", radius: "Radius, m",
    noSpace: "No space is known yet", noSpaceWhy: "Read one from a file: tocsin map spaces makes it from OpenStreetMap.",
    noHarm: (version: string) => `A what-if touches no incident. Version ${version} of the space.`,
    saveAs: "Keep this question as", save: "Keep", saved: (name: string) => `“${name}” is kept.`,
    plans: "Kept plans", drop: "Drop", dropOne: (name: string) => `Drop “${name}”`,
    thinking: "Planning…", quicker: (time: string) => `${time} quicker than before`, slower: (time: string) => `${time} slower than before`, print: "Print",
    drawing: (name: string, people: string, time: string) => `${name}: ${people} people, all out after ${time}. The tables beside it hold the same.`,
    shut: "shut", perMin: (people: string) => `${people}/min`,
    compare: "Compare", hide: "Hide", onMap: "Plan on the map", nearestShort: "nearest exit", oldWays: "ways until now", newWays: "ways of the proposal", sheet: "Plan sheet", askAgain: "Ask again", fromTo: (a: string, b: string) => `${a} → ${b}`,
    play: "Play", pause: "Stop", moment: "Time since the start", after: (time: string) => `after ${time}`,
    advice: "Advice", never: "never", clearing: "All out after", nearest: "Everybody to the nearest exit", bound: "No plan can beat",
    gap: (share: string) => `at most ${share} from the best`,
    unfinished: "Time ran out: this is the best plan so far.",
    stuck: (people: string, where: string, why: string) => `${people} people of ${where} cannot get out: ${why}.`,
    why: { "no-way-out": "no way out is open to them", stairs: "only stairs lead out", threat: "the threat lies before every way" } as Record<string, string>,
    worst: (density: string, level: string, place: string, time: string) => `Densest: ${density} people/m² (Fruin ${level}) after ${time}, ${place}`,
    worstNearest: (density: string) => `${density} if all go to the nearest exit`,
    sure: "How sure: when the last one is out", follow: "Who follow",
    exits: "Exits", exit: "Exit", people: "People", byNearest: "Nearest", lets: "Lets out/min", last: "Last after",
    states: { shut: "shut", threatened: "threatened" } as Record<string, string>,
    measures: "What would help, what would hurt", open: (name: string) => `Open ${name}`, lose: (name: string) => `If ${name} is lost`, steward: (name: string) => `A steward at ${name}`,
    saves: (time: string) => `saves ${time}`, costs: (time: string) => `costs ${time}`, try: "Try", tryOne: (name: string) => `Try with ${name} changed`,
    say: "Say to each zone", of: (people: string) => `${people} people`, assumes: "What this assumes", until: (time: string) => `Valid until ${time}`,
    read: "Read a space…", readTitle: "Read a space from a file", file: "GeoJSON or well-known text", readWhy: "Nothing is kept before you say so.",
    wayCount: (n: number) => many(n, "way out", "ways out"), sound: "Nothing is wrong with it.", keepSpace: "Keep it",
    expired: "expired", atIncident: "Evacuation plans", none: "No plan was asked for here.", ask: "Ask for a plan", askSpace: "Plan of", reason: "Asked at the incident",
    state: { asked: "being planned", failed: "failed", given: "answered", withdrawn: "withdrawn" } as Record<string, string>,
    standing: { accepted: "in force", declined: "declined", none: "not decided", proposed: "proposed", superseded: "replaced" } as Record<string, string>,
    show: "Show", accept: "Put in force", decline: "Decline", withdraw: "Withdraw", why2: "Why not", differentBefore: "Other than the proposal before:", different: "Other than the plan in force:", offered: "Kept for this place", by: (who: string, time: string) => `${who}, ${time}`,
  },
};
