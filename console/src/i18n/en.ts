/** The English catalogue: every word a person reads. */
import { account } from "./en/account";
import { admin } from "./en/admin";
import { alarms } from "./en/alarms";
import { common } from "./en/common";
import { evidence } from "./en/evidence";
import { operator } from "./en/operator";
import { oversight } from "./en/oversight";
import { pages } from "./en/pages";
import { privacy } from "./en/privacy";
import { sharing } from "./en/sharing";
import { warning } from "./en/warning";
import { work } from "./en/work";

export const en = { ...common, ...operator, ...pages, ...account, ...evidence, ...admin, ...oversight, ...privacy, ...work, ...sharing, ...alarms, ...warning };
