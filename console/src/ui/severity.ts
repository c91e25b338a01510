export type Severity = "low" | "medium" | "high" | "critical";
