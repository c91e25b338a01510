import { beforeEach, expect, it, vi } from "vitest";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
vi.stubGlobal("document", { documentElement: { dataset: {} } });
vi.stubGlobal("HTMLElement", Map); // any class: no press here comes from an element
const { keys } = await import("./keys.svelte");
const { settings } = await import("./settings.svelte");

const press = (key: string, more = {}) => {
  const event = { key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, target: null, preventDefault: vi.fn(), ...more };
  keys.press(event as unknown as KeyboardEvent);
  return event.preventDefault;
};
beforeEach(() => settings.set({ keys: {}, singleKeys: true }));

it("asks the newest taker first, the next where it declines", () => {
  const heard: string[] = [];
  const offA = keys.on("acknowledge", () => void heard.push("old"));
  const offB = keys.on("acknowledge", () => (heard.push("new"), false));
  expect(press("a")).toHaveBeenCalled();
  expect(heard).toEqual(["new", "old"]);
  offA();
  offB();
  expect(press("a")).not.toHaveBeenCalled();
});

it("leaves the browser its own shortcuts", () => {
  const then = vi.fn();
  const off = keys.on("confirm", then);
  press("c", { ctrlKey: true });
  expect(then).not.toHaveBeenCalled();
  off();
});

it("single keys can be switched off; hints follow; others stay", () => {
  const [single, fixed] = [vi.fn(), vi.fn()];
  const offs = [keys.on("acknowledge", single), keys.on("escape", fixed)];
  settings.set({ singleKeys: false });
  press("a");
  press("Escape");
  expect(single).not.toHaveBeenCalled();
  expect(fixed).toHaveBeenCalled();
  expect(keys.hint("acknowledge")).toBe("");
  expect(keys.hint("escape")).toBe("Esc");
  offs.forEach((off) => off());
});

it("a remapped key changes places with who had it", () => {
  expect(keys.remap("acknowledge", "C")).toBe("confirm");
  expect([keys.of("acknowledge"), keys.of("confirm")]).toEqual(["C", "A"]);
});

it("a dialog shields what stands behind it", () => {
  const [behind, before] = [vi.fn(), vi.fn()];
  const off = keys.on("down", behind);
  const lift = keys.shield();
  const offB = keys.on("up", before);
  press("j");
  press("k");
  expect(behind).not.toHaveBeenCalled();
  expect(before).toHaveBeenCalled();
  lift();
  press("j");
  expect(behind).toHaveBeenCalled();
  off();
  offB();
});
