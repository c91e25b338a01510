/** Guides are Markdown from a tool's folder: read into plain nodes, drawn as elements, never as markup. */
export type Inline = { kind: "text" | "strong" | "code" | "em"; words: string };
export type Block =
  | { kind: "heading"; level: number; inline: Inline[] }
  | { kind: "paragraph"; inline: Inline[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "code"; words: string }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] };

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

export function inline(words: string): Inline[] {
  const out: Inline[] = [];
  let at = 0;
  for (const hit of words.matchAll(INLINE)) {
    if (hit.index > at) out.push({ kind: "text", words: words.slice(at, hit.index) });
    if (hit[1] !== undefined) out.push({ kind: "code", words: hit[1] });
    else if (hit[2] !== undefined) out.push({ kind: "strong", words: hit[2] });
    else if (hit[3] !== undefined) out.push({ kind: "em", words: hit[3] });
    // a link is shown with its address and is not clickable: a guide must not lead a seat out of the room
    else out.push({ kind: "text", words: hit[4] === hit[5] ? (hit[4] ?? "") : `${hit[4] ?? ""} (${hit[5] ?? ""})` });
    at = hit.index + hit[0].length;
  }
  if (at < words.length) out.push({ kind: "text", words: words.slice(at) });
  return out;
}

const cells = (row: string): string[] => row.trim().replace(/^\||\|$/g, "").split("|").map((c) => c.trim());
const isItem = (row: string): RegExpMatchArray | null => /^\s*(?:([-*+])|(\d+)[.)])\s+(.*)$/.exec(row);

export function markdown(source: string): Block[] {
  const rows = source.replace(/\r\n?/g, "\n").replace(/<!--[\s\S]*?-->/g, "").split("\n");
  const out: Block[] = [];
  let at = 0;
  const row = (): string => rows[at] ?? "";
  while (at < rows.length) {
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(row());
    if (!row().trim()) at++;
    else if (row().startsWith("```")) {
      const code: string[] = [];
      for (at++; at < rows.length && !row().startsWith("```"); at++) code.push(row());
      at++;
      out.push({ kind: "code", words: code.join("\n") });
    } else if (heading) {
      out.push({ kind: "heading", level: heading[1]?.length ?? 1, inline: inline(heading[2] ?? "") });
      at++;
    } else if (row().includes("|") && /^[\s|:-]+$/.test(rows[at + 1] ?? "") && (rows[at + 1] ?? "").includes("-")) {
      const head = cells(row()).map(inline);
      const body: Inline[][][] = [];
      for (at += 2; at < rows.length && row().includes("|"); at++) body.push(cells(row()).map(inline));
      out.push({ kind: "table", head, rows: body });
    } else if (isItem(row())) {
      const ordered = isItem(row())?.[2] !== undefined;
      const items: string[] = [];
      for (; at < rows.length && row().trim(); at++) {
        const item = isItem(row());
        if (item) items.push(item[3] ?? "");
        else items.push(`${items.pop() ?? ""} ${row().trim()}`);
      }
      out.push({ kind: "list", ordered, items: items.map(inline) });
    } else {
      const words: string[] = [];
      for (; at < rows.length && row().trim() && !/^(#{1,6}\s|```)/.test(row()) && !(words.length && isItem(row())); at++) words.push(row().trim());
      out.push({ kind: "paragraph", inline: inline(words.join(" ")) });
    }
  }
  return out;
}
