/** The English catalogue: every word a person reads. */
import { account } from "./en/account";
import { common } from "./en/common";
import { operator } from "./en/operator";
import { pages } from "./en/pages";

export const en = { ...common, ...operator, ...pages, ...account };
