import { ESLint } from "eslint";
import { expect, it } from "vitest";

const linter = new ESLint({ cwd: process.cwd() });
const rulesHit = async (code: string, filePath: string): Promise<string[]> => {
  const [result] = await linter.lintText(code, { filePath });
  return (result?.messages ?? []).map((m) => m.ruleId ?? m.message);
};

it("words in a component are refused, words from the catalogue are not", async () => {
  const where = "src/features/queue/Planted.svelte";
  expect(await rulesHit("<p>Hello there</p>", where)).toContain("local/words");
  expect(await rulesHit('<button title="Close it"></button>', where)).toContain("local/words");
  expect(await rulesHit('<button aria-label={"Close it"}></button>', where)).toContain("local/words");
  expect(await rulesHit('<script lang="ts">import { t } from "../../i18n";</script><p class="t2">{t.close} · 4</p>', where)).not.toContain("local/words");
}, 60_000);

it("figures and times are written in one place", async () => {
  expect(await rulesHit('export const x = (n: number): string => n.toLocaleString("en-GB");', "src/features/detail/planted.ts")).toContain("no-restricted-syntax");
  expect(await rulesHit('import { whole } from "../../ui/numbers"; export const x = (n: number): string => whole(n);', "src/features/detail/planted.ts")).not.toContain("no-restricted-syntax");
}, 60_000);

it("imports go down only; features are strangers; layers never reach into live/", async () => {
  const rule = "local/directions";
  expect(await rulesHit('import "../queue/Queue.svelte";', "src/features/detail/planted.ts")).toContain(rule);
  expect(await rulesHit('import "../../live/city.svelte";', "src/map/layers/planted.ts")).toContain(rule);
  expect(await rulesHit('import "../app/router.svelte";', "src/live/planted.ts")).toContain(rule);
  expect(await rulesHit('import "../../live/city.svelte";', "src/features/detail/planted.ts")).not.toContain(rule);
}, 60_000);

it("one file calls fetch, one opens the stream, none writes markup or style attributes", async () => {
  expect(await rulesHit('void fetch("/x");', "src/features/detail/planted.ts")).toContain("no-restricted-globals");
  expect(await rulesHit('new EventSource("/x");', "src/live/planted.ts")).toContain("no-restricted-globals");
  expect(await rulesHit('<script lang="ts">let { x }: { x: string } = $props();</script>{@html x}', "src/ui/Planted.svelte")).toContain("svelte/no-at-html-tags");
  expect(await rulesHit('<p style="color: red"></p>', "src/ui/Planted.svelte")).toContain("local/style-attribute");
}, 60_000);
