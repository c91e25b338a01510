/** The worker that opens this page without a network. Its scope is the field's page alone. */
import { FIELD } from "./place";

class Worker {
  /** a newer version lies ready; it takes effect once every page of this one is closed */
  update = $state(false);

  async start(): Promise<void> {
    // not over plain HTTP but on this machine: browsers allow no worker there, and the page works without
    if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
    try {
      const registration = await navigator.serviceWorker.register("/sw.js", { scope: FIELD, updateViaCache: "none" });
      const look = (): void => void (this.update = registration.waiting !== null && registration.active !== null);
      look();
      registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
    } catch {
      // refused by the browser's settings: everything but opening without a network works
    }
  }
}

export const worker = new Worker();
