import { common } from "./common";

const { many } = common;

const KINDS: Record<string, string> = { Alert: "Warning", Update: "Update", Cancel: "Cancellation" };

export const warning = {
  warning: {
    title: "Public warning",
    compose: "New warning",
    exercise: "Exercise: nothing that is issued here reaches the public.",
    inForce: "Before the public now", noneInForce: "No warning is in force.",
    waiting: "In our hands", noneWaiting: "No draft.", noneWaitingWhy: "A warning is written by one person and approved by another. Drafts wait here.",
    over: "Over", noneOver: "None is over yet.",
    others: "another room's",
    left: (span: string) => `${span} left`, ended: "ended", soon: "ends soon",
    states: { draft: "draft", submitted: "waiting for approval", refused: "sent back", withdrawn: "withdrawn", issued: "in force", updated: "updated", cancelled: "cancelled", expired: "expired" } as Record<string, string>,
    kinds: KINDS,
    kindOf: (kind: string, of: string | null): string => `${KINDS[kind] ?? kind}${of ? ` of ${of}` : ""}`,
    mayNot: "Your roles here do not let you write warnings. What is in force stands on the left.",
    choose: "Choose a warning.",
    failed: "The warnings could not be read.",

    template: "Begin with", blank: "Empty",
    facts: "What it is",
    category: "Category", response: "People should", urgency: "Urgency", severity: "Severity", certainty: "Certainty", lasts: "Lasts",
    categories: { Geo: "Ground and earthquake", Met: "Weather", Safety: "Public safety", Security: "Security", Rescue: "Rescue", Fire: "Fire", Health: "Health", Env: "Environment", Transport: "Transport", Infra: "Services and utilities", CBRNE: "Chemical, biological, nuclear", Other: "Other" } as Record<string, string>,
    responses: { Shelter: "go inside, stay inside", Evacuate: "leave the area", Prepare: "get ready", Execute: "do as planned", Avoid: "keep away", Monitor: "follow the news", Assess: "judge for themselves", AllClear: "go on as usual", None: "do nothing" } as Record<string, string>,
    urgencies: { Immediate: "now", Expected: "within the hour", Future: "later", Past: "over", Unknown: "not known" } as Record<string, string>,
    severities: { Extreme: "extreme", Severe: "severe", Moderate: "moderate", Minor: "minor", Unknown: "not known" } as Record<string, string>,
    certainties: { Observed: "seen", Likely: "likely", Possible: "possible", Unlikely: "unlikely", Unknown: "not known" } as Record<string, string>,
    durations: [[30, "30 min"], [60, "1 h"], [120, "2 h"], [240, "4 h"], [720, "12 h"]] as [number, string][],
    minutes: (n: number) => many(n, "minute", "minutes"),

    area: "Where", areaName: "What people call it", shape: "Shape",
    circle: "Circle", polygon: "Polygon",
    around: "Around", pickPlace: "a known place", lat: "Latitude", lon: "Longitude", radius: "Radius, m",
    corners: "Corners: latitude, longitude, one a line", cornersCount: (n: number) => many(n, "corner", "corners"),
    badLine: (line: number) => `Line ${line} is no pair of degrees.`,
    fewCorners: "A polygon needs three corners.", crossed: "The outline crosses itself.", noCentre: "Give a centre and a radius.",
    mapPolygon: "Press the map to add a corner, drag a corner to move it. By keyboard: arrows move the map, Enter adds a corner at the cross.",
    mapCircle: "Press the map to move the centre. By keyboard: arrows move the map, Enter sets the centre at the cross.",
    map: "Map of the area", undoCorner: "Remove last corner", clear: "Clear",

    words: "What people read", language: (code: string) => ({ en: "English", it: "Italiano", nb: "Norsk bokmål", pt: "Português", de: "Deutsch", fr: "Français", fi: "Suomi", sv: "Svenska", es: "Español" } as Record<string, string>)[code] ?? code,
    event: "What happens", headline: "Headline", description: "What is known", instruction: "What to do, one step a line",
    fill: "Fill in, in every language", fields: { destination: "Where to go", cause: "What does not work", time: "Time", sender: "Who warns" } as Record<string, string>,
    open: (n: number) => many(n, "field open", "fields open"),

    approver: "Who approves", anyone: "whoever may first", noApprover: "Nobody else in this room may approve: a decision maker or supervisor is needed.",
    save: "Save draft", submit: "Send for approval", submitKey: "Ctrl ⏎", sent: "Sent. A second person reads and approves it.",
    preview: "As the public reads it", until: (time: string) => `Until ${time}`, from: (who: string) => who, untitled: "No headline yet",
    approve: "Approve and issue", approveWhy: "It is before the public the moment you press.", refuse: "Send back", refuseWhy: "Say what must change. It goes back to its author.",
    ownWork: "You wrote a part of it: a second person approves.", notAsked: (who: string) => `${who} was asked to approve it.`, wrongRole: "A decision maker or supervisor of the owning room approves.",
    takeBack: "Take back to change", withdraw: "Withdraw", update: "Update", cancel: "Cancel it",
    by: (names: string) => `written by ${names}`, approvedBy: (who: string, time: string) => `approved by ${who}, ${time}`, asked: (who: string) => `${who} is asked`,
    flaws: "Before it can be sent", fit: "Ready to be sent.", clause: (clause: string) => `CAP 1.2, ${clause}`,
    history: "What was done", document: "CAP document", readDocument: "Show the CAP document", feed: "Public feed",
    sentBack: (who: string, why: string) => `${who} sent it back: ${why}`,
    openIncident: "Warn the public", openIncidentWhy: "Write a warning filled in from this incident",
    steps: { composed: "written", changed: "changed", submitted: "sent for approval", refused: "sent back", withdrawn: "withdrawn", issued: "issued", updated: "updated", cancelled: "cancelled", expiring: "ends soon", expired: "expired" } as Record<string, string>,
  },
};
