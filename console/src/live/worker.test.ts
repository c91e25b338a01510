import { expect, it } from "vitest";
import { works } from "./worker";

/** A worker that comes to a state when told. */
class Coming extends EventTarget {
  state = "installing";
  come(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}
const of = (given: object): Parameters<typeof works>[0] => ({ active: null, waiting: null, installing: null, ...given }) as Parameters<typeof works>[0];

it("waits for one that is being installed, and for no other", async () => {
  expect(await works(of({ active: {} }))).toBe(true);
  expect(await works(of({}))).toBe(false);
  const [good, bad] = [new Coming(), new Coming()];
  const [first, second] = [works(of({ installing: good })), works(of({ installing: bad }))];
  good.come("activating");
  good.come("activated");
  bad.come("redundant");
  expect([await first, await second]).toEqual([true, false]);
});
