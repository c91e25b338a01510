/** The English catalogue: every word a person reads. */
import { account } from "./en/account";
import { admin } from "./en/admin";
import { alarms } from "./en/alarms";
import { analysis } from "./en/analysis";
import { boards } from "./en/boards";
import { common } from "./en/common";
import { evidence } from "./en/evidence";
import { field } from "./en/field";
import { first } from "./en/first";
import { lake } from "./en/lake";
import { operator } from "./en/operator";
import { oversight } from "./en/oversight";
import { pages } from "./en/pages";
import { privacy } from "./en/privacy";
import { reports } from "./en/reports";
import { sharing } from "./en/sharing";
import { plan } from "./en/plan";
import { space } from "./en/space";
import { subscriptions } from "./en/subscriptions";
import { warning } from "./en/warning";
import { work } from "./en/work";
import { notify } from "./en/notify";

export const en = { ...common, ...operator, ...pages, ...account, ...evidence, ...admin, ...oversight, ...privacy, ...work, ...sharing, ...alarms, ...reports, ...boards, ...notify, ...field, ...warning, ...first, ...lake, ...analysis, ...subscriptions, ...plan, ...space };
