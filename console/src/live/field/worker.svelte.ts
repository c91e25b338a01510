/** The worker that opens this page without a network, and whether a newer one lies ready. */
import { registered } from "../worker";

class Worker {
  /** a newer version lies ready; it takes effect once every page of this one is closed */
  update = $state(false);

  async start(): Promise<void> {
    // where there is none, everything but opening without a network works
    const registration = await registered();
    if (!registration) return;
    const look = (): void => void (this.update = registration.waiting !== null && registration.active !== null);
    look();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  }
}

export const worker = new Worker();
