/** The English catalogue: every word a person reads. */
import { common } from "./en/common";
import { operator } from "./en/operator";
import { pages } from "./en/pages";
import { privacy } from "./en/privacy";

export const en = { ...common, ...operator, ...pages, ...privacy };
