import { readFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";
import { expect, it } from "vitest";

const BANNER = /^\/\*\*[\s\S]*?\*\/\s*/;

it("the types are those of openapi.json: else `npm run types`", async () => {
  const made = astToString(await openapi(readFileSync("openapi.json", "utf8")));
  expect(readFileSync("src/api/schema.d.ts", "utf8").replace(BANNER, "").trim()).toBe(made.replace(BANNER, "").trim());
}, 30_000);
