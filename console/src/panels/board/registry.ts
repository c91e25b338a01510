/** Which component draws what: one file a renderer, fetched when a board first needs it. */
import type { Component } from "svelte";
import type { PanelProps } from "./kind";

type Load = () => Promise<{ default: Component<PanelProps> }>;
/** one that is handed nothing draws what it knows by itself */
const bare = (load: () => Promise<{ default: Component<Record<string, never>> }>): Load => load as unknown as Load;

const KINDS: Record<string, Load> = {
  queue: () => import("./Queue.svelte"),
  map: () => import("./Map.svelte"),
  "time-series": () => import("./Readings.svelte"),
  table: () => import("./Readings.svelte"),
  bars: () => import("./Readings.svelte"),
  number: () => import("./Readings.svelte"),
  graph: () => import("./Graph.svelte"),
  incidents: () => import("./Incidents.svelte"),
  form: () => import("./Form.svelte"),
  text: () => import("./Words.svelte"),
  "image-boxes": () => import("./Pictures.svelte"),
  "status-wall": () => import("./Wall.svelte"),
  checklist: () => import("./Duties.svelte"),
  load: bare(() => import("./Load.svelte")),
  "alarm-figures": bare(() => import("./AlarmFigures.svelte")),
  response: bare(() => import("./Response.svelte")),
  records: () => import("./Records.svelte"),
  shares: () => import("./Shares.svelte"),
  processing: bare(() => import("./Processing.svelte")),
  deletions: () => import("./Deletions.svelte"),
  reads: bare(() => import("./Reads.svelte")),
};
const TOOL: Load = () => import("./ToolPanel.svelte");

/** `tool/panel` is drawn by its renderer; null: nobody here draws it. */
export const loadOf = (shows: string): Load | null => (shows.includes("/") ? TOOL : (KINDS[shows] ?? null));
export const KNOWN = Object.keys(KINDS);
