import { expect, it } from "vitest";
import { inline, markdown } from "./markdown";

it("reads headings, paragraphs, lists, tables and code", () => {
  const kinds = markdown("# Title\n\nSome *words*\nand more.\n\n- one\n- two\n  goes on\n\n1. first\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```\nx = 1\n```").map((b) => b.kind);
  expect(kinds).toEqual(["heading", "paragraph", "list", "list", "table", "code"]);
});

it("keeps markup of the page as words", () => {
  expect(inline("<img src=x onerror=alert(1)>")).toEqual([{ kind: "text", words: "<img src=x onerror=alert(1)>" }]);
});

it("shows where a link goes instead of following it", () => {
  expect(inline("see [here](https://a.example/x)").map((i) => i.words).join("")).toBe("see here (https://a.example/x)");
});

it("ends on any input", () => {
  for (const odd of ["```", "|", "| a |\n|", "#", "- ", "**", "\n\n", "- a\n- b\n```\n"]) expect(Array.isArray(markdown(odd))).toBe(true);
});
