/** The Italian catalogue, file by file as the English one: a word that is missing here fails the type check. */
import type { Words } from "./index";
import { account } from "./it/account";
import { admin } from "./it/admin";
import { alarms } from "./it/alarms";
import { analysis } from "./it/analysis";
import { boards } from "./it/boards";
import { common } from "./it/common";
import { evidence } from "./it/evidence";
import { field } from "./it/field";
import { first } from "./it/first";
import { lake } from "./it/lake";
import { notify } from "./it/notify";
import { operator } from "./it/operator";
import { oversight } from "./it/oversight";
import { pages } from "./it/pages";
import { privacy } from "./it/privacy";
import { reports } from "./it/reports";
import { sharing } from "./it/sharing";
import { plan } from "./it/plan";
import { space } from "./it/space";
import { subscriptions } from "./it/subscriptions";
import { warning } from "./it/warning";
import { work } from "./it/work";

export const it: Words = { ...common, ...operator, ...pages, ...account, ...evidence, ...admin, ...oversight, ...privacy, ...work, ...sharing, ...alarms, ...reports, ...boards, ...notify, ...field, ...warning, ...first, ...lake, ...analysis, ...subscriptions, ...plan, ...space };
