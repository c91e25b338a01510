/** Where a board can lead: handed down by the app, so that no feature knows another. */
export interface Links {
  operator: (alert: string) => void;
  incident: (id: string) => void;
  sensor: (id: string) => void;
  tool: (id: string) => void;
  maintenance?: (entity: string) => void;
  /** write a warning to the public for this incident */
  warning?: (incident: string) => void;
  /** another board, and perhaps one thing or part of it */
  go?: (board: "admin" | "boards" | "quarantine" | "spaces" | "planning", id?: string) => void;
}
export interface BoardProps {
  /** the one thing in hand, from the address */
  id: string | null;
  links: Links;
  onpick: (id: string | null) => void;
}
