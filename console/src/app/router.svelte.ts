/** The address bar decides the page; the history API moves it. */
export interface Route {
  board: "operator" | "incident" | "sensors" | "tools" | "status" | "quarantine" | "account" | "admin" | "oversight" | "privacy" | "tasks" | "requests" | "alarms" | "maintenance" | "shift" | "boards" | "notify" | "warning" | "first" | "lake" | "analysis" | "subscriptions" | "planning" | "spaces" | "missing";
  id: string | null;
}
const BOARDS = new Set(["incident", "sensors", "tools", "status", "quarantine", "account", "admin", "oversight", "privacy", "tasks", "requests", "alarms", "maintenance", "shift", "boards", "notify", "warning", "first", "lake", "analysis", "subscriptions", "planning", "spaces"]);

/** /, /sensors, /sensors/<id>: a board and perhaps one thing on it. Pure. */
export function parse(path: string): Route {
  const [board = "", ...rest] = path.split("/").filter(Boolean);
  const id = rest.length ? safely(rest.join("/")) : null;
  if (board === "") return { board: "operator", id: null };
  if (board === "alerts" && id) return { board: "operator", id };
  return BOARDS.has(board) ? { board: board as Route["board"], id } : { board: "missing", id: null };
}

function safely(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const pathOf = (board: Route["board"], id?: string | null): string => (board === "operator" ? (id ? `/alerts/${encodeURIComponent(id)}` : "/") : `/${board}${id ? `/${encodeURIComponent(id)}` : ""}`);

class Router {
  now = $state.raw<Route>(parse(location.pathname));

  start(): () => void {
    const moved = (): void => void (this.now = parse(location.pathname));
    addEventListener("popstate", moved);
    return () => removeEventListener("popstate", moved);
  }

  go(board: Route["board"], id: string | null = null): void {
    const path = pathOf(board, id);
    // the moment looked back at goes along
    if (path !== location.pathname) history.pushState(null, "", path + location.search);
    this.now = parse(path);
  }

  /** For links: a plain press stays in the page, a press with a modifier does what the browser does. */
  follow = (event: MouseEvent): void => {
    const link = event.currentTarget;
    if (!(link instanceof HTMLAnchorElement) || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const route = parse(new URL(link.href).pathname);
    this.go(route.board, route.id);
  };
}

export const router = new Router();
