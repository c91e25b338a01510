import { describe, expect, it } from "vitest";
import { alert, incident, iso, T0 } from "../testing/make";
import { isQueued, rank } from "./rank";

const order = (groups: ReturnType<typeof rank>): string[] => groups.flatMap((g) => g.rows.map((r) => `${r.rank} ${r.alert.id}`));

describe("rank", () => {
  it("goes by severity, then new, then the latest onset", () => {
    const alerts = [
      alert({ id: "a", severity: "medium" }),
      alert({ id: "b", severity: "critical", state: "acknowledged" }),
      alert({ id: "c", severity: "critical", onset: iso(T0 - 9000) }),
      alert({ id: "d", severity: "critical", onset: iso(T0 - 1000) }),
    ];
    expect(order(rank(alerts, new Map()))).toEqual(["1 d", "2 c", "3 b", "4 a"]);
  });

  it("groups by open incident, counts on through the groups", () => {
    const alerts = [alert({ id: "a", severity: "medium" }), alert({ id: "b", incident: "INC-001" }), alert({ id: "c", severity: "low", incident: "INC-001" })];
    const groups = rank(alerts, new Map([["INC-001", incident()]]));
    expect(groups.map((g) => g.incident?.id ?? null)).toEqual(["INC-001", null]);
    expect(order(groups)).toEqual(["1 b", "2 c", "3 a"]);
  });

  it("puts a graver alert of no incident before an incident", () => {
    const alerts = [alert({ id: "a", severity: "critical" }), alert({ id: "b", incident: "INC-001" })];
    expect(order(rank(alerts, new Map([["INC-001", incident()]])))).toEqual(["1 a", "2 b"]);
  });

  it("a closed incident swallows nothing", () => {
    const groups = rank([alert({ incident: "INC-001" })], new Map([["INC-001", incident({ state: "closed" })]]));
    expect(groups[0]?.incident).toBeNull();
    expect(groups[0]?.rows).toHaveLength(1);
  });

  it("leaves out what is shelved, held back, rejected or closed", () => {
    const shelved = { by: "x", at: iso(T0), until: iso(T0), reason: "works", once: false };
    expect(isQueued(alert())).toBe(true);
    expect(isQueued(alert({ shelved }))).toBe(false);
    expect(isQueued(alert({ suppressed: { rule: { id: "F", words: "" }, at: iso(T0) } }))).toBe(false);
    expect(isQueued(alert({ state: "rejected" }))).toBe(false);
    expect(isQueued(alert({ state: "closed" }))).toBe(false);
  });
});
