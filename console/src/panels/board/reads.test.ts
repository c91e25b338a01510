import { expect, it } from "vitest";
import type { DayFigures } from "../../api/oversight";
import { totalsOf } from "./reads";

const day = (of: string, more: Partial<DayFigures> = {}): DayFigures => ({ day: of, rows: 0, looks: 0, unfit: 0, refused: 0, sign_ins: 0, purposes: {}, ...more });
const days = [day("2026-11-20", { looks: 9, unfit: 4, purposes: { oversight: 9 } }), day("2026-11-21", { looks: 3, refused: 2, purposes: { "confirm a weapon": 2, oversight: 1 } })];

it("today is the newest day, whichever way round they come", () => {
  for (const given of [days, days.toReversed()]) {
    const sum = totalsOf(given);
    expect([sum.today, sum.unfit, sum.refused]).toEqual([3, 0, 2]);
    expect(sum.purposes).toEqual([{ purpose: "confirm a weapon", today: 2, all: 2 }, { purpose: "oversight", today: 1, all: 10 }]);
  }
});

it("nothing recorded is nothing", () => expect(totalsOf([])).toEqual({ today: 0, unfit: 0, refused: 0, purposes: [] }));
