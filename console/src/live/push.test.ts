import { afterEach, expect, it, vi } from "vitest";
import { endPushes } from "./push";

afterEach(() => vi.unstubAllGlobals());

function browser(unsubscribe: () => Promise<boolean>, close: () => void): void {
  const registration = { getNotifications: () => Promise.resolve([{ close }, { close }]), pushManager: { getSubscription: () => Promise.resolve({ unsubscribe }) } };
  vi.stubGlobal("navigator", { serviceWorker: { getRegistration: (scope: string) => Promise.resolve(scope === "/field" ? registration : undefined) } });
}

it("ends the pushes of who leaves, and takes away what was told", async () => {
  const unsubscribe = vi.fn(() => Promise.resolve(true)), close = vi.fn();
  browser(unsubscribe, close);
  await endPushes();
  expect(unsubscribe).toHaveBeenCalledOnce();
  expect(close).toHaveBeenCalledTimes(2);
});

it("never stands in the way of leaving", async () => {
  browser(() => Promise.reject(new Error("no push service")), () => undefined);
  await expect(endPushes()).resolves.toBeUndefined();
  vi.stubGlobal("navigator", {});
  await expect(endPushes()).resolves.toBeUndefined();
  vi.stubGlobal("navigator", { serviceWorker: { getRegistration: () => Promise.resolve(undefined) } });
  await expect(endPushes()).resolves.toBeUndefined();
});
