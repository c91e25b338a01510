/** Pushes in this browser (Push API, 8), shown by the one service worker. */
import { mine } from "../api/notify";
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

async function subscription(worker: ServiceWorkerRegistration, key: string): Promise<{ endpoint: string; p256dh: string; auth: string } | null> {
  try {
    const { endpoint, keys } = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })).toJSON();
    return endpoint && keys?.p256dh && keys.auth ? { endpoint, p256dh: keys.p256dh, auth: keys.auth } : null;
  } catch {
    // the browser has no push service, or the key of another installation is subscribed already
    return null;
  }
}
