import { describe, expect, it } from "vitest";
import { alert, entity, iso, T0 } from "../testing/make";
import { takeEntity, takeVersion } from "./merge";

describe("newer wins", () => {
  it("by version for alerts", () => {
    const into = new Map([["AL-0001", alert({ version: 3 })]]);
    expect(takeVersion(into, alert({ version: 2, state: "closed" }))).toBe(false);
    expect(into.get("AL-0001")?.state).toBe("new");
    expect(takeVersion(into, alert({ version: 4, state: "acknowledged" }))).toBe(true);
    expect(into.get("AL-0001")?.state).toBe("acknowledged");
  });

  it("by acceptance for entities, an equal time counts as newer", () => {
    const into = new Map();
    const at = (ms: number, n: number) => entity("Camera", "C-1", { n }, { accepted_at: iso(T0 + ms) });
    expect(takeEntity(into, at(0, 1))).toBe(true);
    expect(takeEntity(into, at(-5, 2))).toBe(false);
    expect(takeEntity(into, at(0, 3))).toBe(true);
    expect([...into.values()][0].attributes.n.value).toBe(3);
  });
});
