/** Boards that the menu leads to. */
export type Menu = "operator" | "incident" | "tasks" | "sensors" | "tools" | "status" | "alarms" | "quarantine" | "privacy" | "admin" | "oversight" | "shift" | "boards" | "notify" | "warning" | "first" | "lake" | "analysis" | "subscriptions" | "planning" | "spaces";
/** Also those that other parts of the top bar lead to. */
export type Board = Menu | "requests" | "account";
