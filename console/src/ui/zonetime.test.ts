import { afterEach, expect, it } from "vitest";
import { setOpsZone } from "./time";
import { fromField, toField } from "./zonetime";

afterEach(() => setOpsZone("Europe/Helsinki"));

it("stands in the operations zone, winter and summer", () => {
  expect(toField(Date.parse("2026-11-21T16:42:17Z"))).toBe("2026-11-21T18:42:17");
  expect(fromField("2026-11-21 18:42:17")).toBe(Date.parse("2026-11-21T16:42:17Z"));
  expect(fromField("2026-07-01T12:00")).toBe(Date.parse("2026-07-01T09:00:00Z"));
});

it("goes there and back in any zone", () => {
  for (const zone of ["Europe/Helsinki", "Australia/Melbourne", "America/St_Johns", "UTC"]) {
    setOpsZone(zone);
    for (let at = Date.parse("2026-01-01T00:30:00Z"); at < Date.parse("2027-01-01T00:00:00Z"); at += 86_400_000 * 3.7) {
      const whole = Math.floor(at / 1000) * 1000;
      expect(fromField(toField(whole))).toBe(whole);
    }
  }
});

it("an hour that is repeated is its first, one that is skipped is the one after", () => {
  // clocks go back on 25 Oct 2026 at 04:00 EEST, forward on 29 Mar 2026 at 03:00 EET
  expect(fromField("2026-10-25 03:30:00")).toBe(Date.parse("2026-10-25T00:30:00Z"));
  expect(toField(fromField("2026-03-29 03:30:00"))).toBe("2026-03-29T04:30:00");
});

it.each(["", "now", "2026-13-01 10:00", "21.11.2026 18:42", "2026-11-21"])("%s is no time", (words) => {
  expect(fromField(words)).toBeNaN();
});
