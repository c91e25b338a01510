/** The English catalogue: every word a person reads. */
import { common } from "./en/common";
import { operator } from "./en/operator";
import { pages } from "./en/pages";
import { sharing } from "./en/sharing";
import { work } from "./en/work";

export const en = { ...common, ...operator, ...pages, ...work, ...sharing };
