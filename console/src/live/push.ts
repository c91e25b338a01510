/** Pushes in this browser (Push API, 8), shown by the one service worker. */
import { mine } from "../api/notify";
import { FIELD } from "./field/place";
import { registered, works } from "./worker";

/** "cannot": no secure page, no worker, or no push service; "denied": the person or the browser said no. */
export type PushTry = "on" | "cannot" | "denied";

/** Ask the person and the browser, and tell the server. `key`: the installation's public key, base64url. Throws `ApiProblem`. */
export async function takePushes(key: string): Promise<PushTry> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !key) return "cannot";
  const worker = await registered();
  if (!worker || !(await works(worker))) return "cannot";
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const made = await subscription(worker, key);
  if (!made) return "cannot";
  await mine.addBrowser(made.endpoint, made.p256dh, made.auth);
  return "on";
}

/**
 * Whoever leaves is told no more on this machine, and what was told is taken away: the next who sits here reads none
 * of it. The push service answers the server that the browser is gone, which then forgets it. Never stands in the way.
 */
export async function endPushes(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    const worker = await navigator.serviceWorker.getRegistration(FIELD);
    for (const told of (await worker?.getNotifications()) ?? []) told.close();
    await (await worker?.pushManager.getSubscription())?.unsubscribe();
  } catch {
    // no push service behind this browser: then nothing can be told here
  }
}

async function subscription(worker: ServiceWorkerRegistration, key: string): Promise<{ endpoint: string; p256dh: string; auth: string } | null> {
  try {
    const { endpoint, keys } = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })).toJSON();
    return endpoint && keys?.p256dh && keys.auth ? { endpoint, p256dh: keys.p256dh, auth: keys.auth } : null;
  } catch {
    // the browser has no push service, or the key of another installation is subscribed already
    return null;
  }
}
