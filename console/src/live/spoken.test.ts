import { expect, it } from "vitest";
import type { ProcedureWords } from "../api/types";
import { task } from "../testing/make";
import { answerWords, foreign, said } from "./spoken.svelte";

const words = (more: Partial<ProcedureWords["steps"][string]> = {}): ProcedureWords => ({
  id: "surge", version: 1, language: "nb", title: "Trengsel", words: "For trengsel.",
  steps: { look: { title: "Se på stedet", words: "Se etter.", checklist: ["Tetthet"], question: "Ekte?", answers: ["ja", "nei"], request: "Hvilke porter", ...more } },
});
const look = task({
  checklist: [{ words: "Density", ticked: null }],
  question: { words: "Real?", answers: [{ name: "yes", leads_to: [] }, { name: "no", leads_to: [] }] },
  advice: { tool: "evacuation", request: "Which gates" },
});

it("reads a step out in the language, and keeps the names that the server knows", () => {
  const spoken = said(look, words());
  expect([spoken.title, spoken.words, spoken.checklist[0]?.words, spoken.question?.words, spoken.advice?.request]).toEqual(["Se på stedet", "Se etter.", "Tetthet", "Ekte?", "Hvilke porter"]);
  expect(spoken.question?.answers.map((answer) => answer.name)).toEqual(["yes", "no"]);
  expect(answerWords(spoken, "no")).toBe("nei");
  expect(spoken.id).toBe(look.id);
});

it("marks what is not in the page's language", () => {
  expect(foreign(said(look, words()))).toBe("nb");
  expect(foreign(said(look, { ...words(), language: "en" }))).toBeNull();
  expect(foreign(look)).toBeNull();
});

it("shows a step as it was written where the texts do not fit it", () => {
  for (const other of [words({ checklist: [] }), words({ answers: ["ja"] }), { ...words(), steps: {} }, null]) expect(said(look, other)).toBe(look);
});
