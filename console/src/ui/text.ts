/** Words from outside: shown as text, with what would deceive the eye made visible. */
// bidirectional controls and invisible characters, which can make a name read as another one
// eslint-disable-next-line no-control-regex -- that is what it looks for
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

const shown = (char: string): string => `\u27e8${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`;

/** One line of foreign words, at most `most` characters. */
export function plain(words: string, most = 400): string {
  const line = words.replace(/[\t\n\r]+/g, " ").replace(HIDDEN, shown);
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** Several lines of foreign text: line ends kept, the rest as in `plain`. */
export const raw = (words: string): string => words.replace(/\r\n?/g, "\n").replace(HIDDEN, (char) => (char === "\n" ? char : shown(char)));

/** The part of an NGSI-LD id that people say: urn:ngsi-ld:ItemFlowObserved:K-05 -> K-05. */
export const localId = (urn: string): string => (urn.startsWith("urn:ngsi-ld:") ? plain(urn.split(":").slice(3).join(":"), 60) : plain(urn, 60));

export const typeOf = (urn: string): string => (urn.startsWith("urn:ngsi-ld:") ? (urn.split(":")[2] ?? "") : "");
