/** The English catalogue: every word a person reads. */
import { alarms } from "./en/alarms";
import { common } from "./en/common";
import { operator } from "./en/operator";
import { pages } from "./en/pages";

export const en = { ...common, ...operator, ...pages, ...alarms };
