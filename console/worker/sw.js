/**
 * The field's page without a network. Built into /sw.js with the list of files that the page is made of; a new
 * build is another list, so another worker. It waits until every page of the old one is closed.
 *
 * Nothing under /api/ passes through here: what is read of tasks, the page keeps by itself, for one person.
 */
const BUILD = "__BUILD__";
/** paths with a hash of their content in the name, and the page itself */
const SHELL = ["__SHELL__"];
const PAGE = "/index.html";
const SHELL_CACHE = `tocsin-field-${BUILD}`;
/** the base map: fetched whole once a piece of it was asked for */
const MAP = "/map/helsinki.pmtiles";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(SHELL.map((path) => new Request(path, { cache: "no-cache" })))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("tocsin-field-") && name !== SHELL_CACHE) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") event.respondWith(shell(PAGE, request));
  else if (SHELL.includes(url.pathname)) event.respondWith(shell(url.pathname, request));
  else if (url.pathname === MAP) event.respondWith(map(request, event));
});

async function shell(path, request) {
  const known = await (await caches.open(SHELL_CACHE)).match(path);
  return known ?? fetch(request);
}

/** Ranges out of the whole file; the network answers until that is here. */
async function map(request, event) {
  const cache = await caches.open(SHELL_CACHE);
  const whole = await cache.match(MAP);
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "");
  if (!whole || !range) {
    if (!whole) event.waitUntil(cache.add(MAP).catch(() => undefined));
    return fetch(request);
  }
  const bytes = await whole.arrayBuffer();
  const [from, to] = [Number(range[1]), Math.min(Number(range[2]), bytes.byteLength - 1)];
  const headers = { "content-type": "application/vnd.pmtiles", "content-range": `bytes ${from}-${to}/${bytes.byteLength}` };
  const etag = whole.headers.get("etag");
  return new Response(bytes.slice(from, to + 1), { status: 206, headers: etag ? { ...headers, etag } : headers });
}

// --- web push: the server sends JSON {tag, title, body, link, severity}, as in worker/push.json ------------
// link is a path of this installation; a repeat under the same tag takes the place of the first

const TITLE = "Tocsin";
const MOST = { title: 180, body: 400, link: 400, tag: 80, severity: 20 };

/** Words of a push, bounded; a link that leads elsewhere leads to the tasks. */
function told(data) {
  let said = {};
  try {
    said = data?.json() ?? {};
  } catch {
    // not ours: a notice without words is still a notice
  }
  const text = (name) => (typeof said[name] === "string" ? said[name].slice(0, MOST[name]) : "");
  const link = text("link");
  const ours = link.startsWith("/") && !link.startsWith("//") && !link.includes("\\");
  return { title: text("title") || TITLE, body: text("body"), link: ours ? link : "/field", tag: text("tag"), grave: text("severity") === "critical" };
}

self.addEventListener("push", (event) => {
  const { title, body, link, tag, grave } = told(event.data);
  // a browser refuses to renotify under no tag
  const again = tag ? { tag, renotify: true } : {};
  event.waitUntil(self.registration.showNotification(title, { body, data: { link }, icon: "/icons/bell-192.png", badge: "/icons/bell-192.png", requireInteraction: grave, ...again }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const link = event.notification.data?.link ?? "/field";
  event.waitUntil(
    (async () => {
      const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
      const open = pages.find((page) => new URL(page.url).pathname === link);
      await (open ? open.focus() : self.clients.openWindow(link));
    })(),
  );
});
