/** A browser's name for itself in words: "Firefox on Linux". Pure. */
const BROWSERS: [RegExp, string][] = [
  [/\bEdg\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\//, "Firefox"],
  [/\b(Chrome|Chromium|HeadlessChrome)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/\bAndroid\b/, "Android"],
  [/\b(iPhone|iPad)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];
const named = (among: [RegExp, string][], agent: string): string => among.find(([shape]) => shape.test(agent))?.[1] ?? "";

/** "" where nothing is known of it. Everybody can claim to be any browser: it is a hint, no proof. */
export function agentWords(agent: string): string {
  const browser = named(BROWSERS, agent);
  const system = named(SYSTEMS, agent);
  return browser && system ? `${browser} on ${system}` : browser || system;
}
