/**
 * The one service worker: it opens the field's page without a network and shows pushes. Its scope is the field's
 * page alone; a registration takes pushes for the whole installation, whichever page asked for it.
 */
import { FIELD } from "./field/place";

/** Null where browsers allow none: over plain HTTP from another machine, or by their settings. */
export async function registered(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return null;
  try {
    return await navigator.serviceWorker.register("/sw.js", { scope: FIELD, updateViaCache: "none" });
  } catch {
    return null;
  }
}

/** Once one works: no pushes can be asked for before. False for one that could not be installed. */
export function works(registration: Pick<ServiceWorkerRegistration, "active" | "waiting" | "installing">): Promise<boolean> {
  const coming = registration.installing ?? registration.waiting;
  if (registration.active || !coming) return Promise.resolve(registration.active !== null);
  return new Promise((resolve) => {
    const look = (): void => {
      if (coming.state === "activated") resolve(true);
      if (coming.state === "redundant") resolve(false);
    };
    coming.addEventListener("statechange", look);
    look();
  });
}
