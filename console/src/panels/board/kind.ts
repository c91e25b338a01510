/** What every panel of a board is handed. */
import type { Panel, Value } from "../../api/types";
import type { Links } from "../links";

export interface PanelProps {
  /** the kind, or tool/panel */
  shows: string;
  settings: Record<string, NonNullable<Value>>;
  links: Links;
  /** what a tool's panel says of itself, and the tool's id */
  panel: Panel | null;
  tool: string;
}

export const text = (settings: PanelProps["settings"], name: string, otherwise = ""): string => {
  const value = settings[name];
  return typeof value === "string" ? value : otherwise;
};
export const count = (settings: PanelProps["settings"], name: string, otherwise: number): number => {
  const value = settings[name];
  return typeof value === "number" ? value : otherwise;
};
