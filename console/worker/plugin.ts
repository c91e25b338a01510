/** Writes the field's worker at the end of a build: `worker/sw.js` with the list of files that the page needs. */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin, Rolldown } from "vite";

type Chunk = Rolldown.OutputChunk & { viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> } };
const SOURCE = fileURLToPath(new URL("sw.js", import.meta.url));
/** what the page loads by itself: the field, and the map when a task is opened */
const PAGES = ["features/field/FieldPage.svelte", "map/FieldMap.svelte"];
/** not in the bundle: served as they are */
const PLAIN = ["/index.html", "/manifest.webmanifest", "/icon.svg", "/icons/bell-192.png"];

/** Files, each once, that the entry and these pages load. Pure. */
export function shellOf(bundle: Record<string, { type: string }>, pages: readonly string[]): string[] {
  const chunks = Object.values(bundle).filter((one): one is Chunk => one.type === "chunk");
  const found = new Set<string>();
  const take = (chunk: Chunk | undefined): void => {
    if (!chunk || found.has(chunk.fileName)) return;
    found.add(chunk.fileName);
    for (const file of [...(chunk.viteMetadata?.importedCss ?? []), ...(chunk.viteMetadata?.importedAssets ?? [])]) found.add(file);
    for (const name of chunk.imports) take(bundle[name] as Chunk | undefined);
  };
  for (const chunk of chunks) if (chunk.isEntry || pages.some((page) => chunk.facadeModuleId?.endsWith(page))) take(chunk);
  // fonts are named by the style sheets; the others are of other scripts and heavier
  for (const name of Object.keys(bundle)) if (/plex-sans-latin-(400|500|600)-normal.*\.woff2$/.test(name) || /maplibre-gl-worker.*\.m?js$/.test(name)) found.add(name);
  return [...found].sort().map((name) => `/${name}`);
}

export const worker = (out: string): Plugin => {
  let files: string[] = [];
  return {
    name: "field-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      files = shellOf(bundle, PAGES);
      for (const page of PAGES) if (!Object.values(bundle).some((one) => one.type === "chunk" && one.facadeModuleId?.endsWith(page))) this.error(`${page} is no page of its own: the worker would not know its files`);
    },
    async writeBundle() {
      const shell = [...PLAIN, ...files];
      const digest = createHash("sha256");
      for (const path of shell) digest.update(path).update(await readFile(join(out, path)));
      const source = await readFile(SOURCE, "utf8");
      const made = source.replace('"__BUILD__"', JSON.stringify(digest.update(source).digest("hex").slice(0, 16))).replace('["__SHELL__"]', JSON.stringify(shell));
      await writeFile(join(out, "sw.js"), made);
    },
  };
};
