/** Where somebody lands who signs in. Pure. */
const OFFICE = "administrator";

/** Operators at the queue; whoever has another role at their board. An administrator alone has none. */
export const landsOnBoard = (roles: readonly string[]): boolean => !roles.includes("operator") && roles.some((role) => role !== OFFICE);
