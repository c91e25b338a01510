import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { modern } from "./tokens";

it("writes colours as the map reads them", () => {
  expect(modern("rgb(255 152 56 / .55)")).toBe("rgba(255,152,56,.55)");
  expect(modern("#ff5a52")).toBe("#ff5a52");
});

it("no colour is written outside tokens.css", () => {
  const css = readFileSync("src/ui/components.css", "utf8");
  expect(css.match(/#[0-9a-f]{3,8}\b|rgba?\(/gi)).toBeNull();
});
