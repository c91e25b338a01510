/** The European Portuguese catalogue, file by file as the English one: a word that is missing here fails the type check. */
import type { Words } from "./index";
import { account } from "./pt/account";
import { admin } from "./pt/admin";
import { alarms } from "./pt/alarms";
import { analysis } from "./pt/analysis";
import { boards } from "./pt/boards";
import { common } from "./pt/common";
import { evidence } from "./pt/evidence";
import { field } from "./pt/field";
import { first } from "./pt/first";
import { lake } from "./pt/lake";
import { notify } from "./pt/notify";
import { operator } from "./pt/operator";
import { oversight } from "./pt/oversight";
import { pages } from "./pt/pages";
import { privacy } from "./pt/privacy";
import { reports } from "./pt/reports";
import { sharing } from "./pt/sharing";
import { plan } from "./pt/plan";
import { space } from "./pt/space";
import { subscriptions } from "./pt/subscriptions";
import { warning } from "./pt/warning";
import { work } from "./pt/work";

export const pt: Words = { ...common, ...operator, ...pages, ...account, ...evidence, ...admin, ...oversight, ...privacy, ...work, ...sharing, ...alarms, ...reports, ...boards, ...notify, ...field, ...warning, ...first, ...lake, ...analysis, ...subscriptions, ...plan, ...space };
