/** Pushes in this browser (Push API). The service worker itself is the app's: console/public/sw.js. */
export type PushTry = { endpoint: string; p256dh: string; auth: string } | "cannot" | "denied";

/** Ask the person and the browser. `key`: the installation's public key, base64url. */
export async function subscribe(key: string): Promise<PushTry> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return "cannot";
  const worker = await navigator.serviceWorker.getRegistration();
  if (!worker) return "cannot";
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  try {
    const made = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })).toJSON();
    const { p256dh, auth } = made.keys ?? {};
    return made.endpoint && p256dh && auth ? { endpoint: made.endpoint, p256dh, auth } : "cannot";
  } catch {
    // the browser has no push service, or the key of another installation is subscribed already
    return "cannot";
  }
}
