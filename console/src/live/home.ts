/** Where somebody lands who signs in, by any way: the queue, their board, or the field. Pure. */
const OFFICE = "administrator";
const RESPONDER = "field responder";
export type Home = "queue" | "board" | "field";

/** Who is a responder and may not see the city has tasks alone; operators work the queue; an administrator alone has no board. */
export function homeOf({ roles, permissions }: { roles: readonly string[]; permissions: readonly string[] }): Home {
  if (!permissions.includes("see") && roles.includes(RESPONDER)) return "field";
  return !roles.includes("operator") && roles.some((role) => role !== OFFICE) ? "board" : "queue";
}
