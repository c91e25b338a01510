import { expect, it } from "vitest";
import type { Message } from "../../api/notify";
import { about, lastStep } from "./words";

const message = (given: Partial<Message>): Message => ({ id: "1", state: "planned", channel: "email", recipient: "ann", room: "police", kind: "alert", act: "raised", object: "AL-0001", severity: "high", planned_at: "", due_at: "", sent_at: null, tries: 1, notes: [], digest: null, counts: [], ...given });

it("names the thing, never its headline", () => {
  expect(about(message({}))).toBe("Alert · AL-0001");
  expect(about(message({ kind: "test", object: "" }))).toBe("Test");
  expect(about(message({ kind: "digest", object: "", counts: [["critical", 2], ["high", 12]] }))).toBe("14 more in the queue");
});

it("says why it is not there yet, and how often it was tried", () => {
  const notes = [{ at: "", what: "planned", words: "" }, { at: "", what: "failed", words: "refused\u202e" }, { at: "", what: "tried", words: "" }];
  expect(lastStep(message({ tries: 3, notes }))).toBe("3 tries · refused⟨202E⟩");
  expect(lastStep(message({}))).toBe("");
});
