/** Words that two languages share, looked at one by one: names, symbols, ids and true kin. Everything else equal is a word left over. */
const IDS = ["operator", "supervisor", "analyst", "cyber", "planner", "CBRN", "decision maker", "ethics officer", "field responder", "administrator", "crowd.*"];
const SYMBOLS = ["Tocsin", "UTC", "HTTP", "MQTT", "ppm", "hPa", "kWh", "pid", "JPEG", "PNG", "WebP", "WebM", "PDF", "/min", "/ 10 min", "5 min", "10 min", "15 min", "30 min", "−10 min", "−1 min", "+1 min", "+10 min", "Broker", "Webhook", "Webhooks", "Ctrl ⏎", "English", "Italiano", "Norsk bokmål", "Português"];

export const SAME_WORDS = {
  all: new Set([...IDS, ...SYMBOLS]),
  it: new Set(["Area", "Account", "Privacy", "Password", "Browser", "partner"]),
  nb: new Set(["Status", "Admin", "Pause", "over", "Over", "Format", "Parameter", "Person", "partner", "Data", "pseudonym", "Start", "Median", "Cyber", "Polygon", "Radius, m"]),
  pt: new Set<string>(["Supervisor", "E-mail", "Latitude", "Longitude"]),
};

/** Nouns whose plural is the same word ("ett funn, to funn"): one cannot be told from two by them. */
export const SAME_PLURAL: Record<"it" | "nb" | "pt", string[]> = {
  it: [],
  nb: ["evidence.closed", "oversight.day", "oversight.brokenWords", "tasks.steps", "tasks.waiting"],
  pt: [],
};
