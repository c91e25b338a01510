/** The Norwegian (Bokmål) catalogue, file by file as the English one: a word that is missing here fails the type check. */
import type { Words } from "./index";
import { account } from "./nb/account";
import { admin } from "./nb/admin";
import { alarms } from "./nb/alarms";
import { analysis } from "./nb/analysis";
import { boards } from "./nb/boards";
import { common } from "./nb/common";
import { evidence } from "./nb/evidence";
import { field } from "./nb/field";
import { first } from "./nb/first";
import { lake } from "./nb/lake";
import { notify } from "./nb/notify";
import { operator } from "./nb/operator";
import { oversight } from "./nb/oversight";
import { pages } from "./nb/pages";
import { privacy } from "./nb/privacy";
import { reports } from "./nb/reports";
import { sharing } from "./nb/sharing";
import { plan } from "./nb/plan";
import { space } from "./nb/space";
import { subscriptions } from "./nb/subscriptions";
import { warning } from "./nb/warning";
import { work } from "./nb/work";

export const nb: Words = { ...common, ...operator, ...pages, ...account, ...evidence, ...admin, ...oversight, ...privacy, ...work, ...sharing, ...alarms, ...reports, ...boards, ...notify, ...field, ...warning, ...first, ...lake, ...analysis, ...subscriptions, ...plan, ...space };
