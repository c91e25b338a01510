/** One's own rules as a table: a row a kind, a box a channel. Pure. */
import type { Kind, NotifyRule, PersonChannel } from "../../api/notify";
import type { Severity } from "../../api/types";

export const KINDS: readonly Kind[] = ["alert", "incident", "task", "escalation", "access", "warning"];
/** lowest first, as a person thinks of "from" */
export const FROM: readonly Severity[] = ["low", "medium", "high", "critical"];

export const ruleOf = (rules: readonly NotifyRule[], kind: Kind): NotifyRule => rules.find((rule) => rule.kind === kind) ?? { kind, severity: "low", channels: [] };

/** The table with one row changed, in the order of kinds; a row without a channel is still a rule: nothing of it. */
function put(rules: readonly NotifyRule[], changed: NotifyRule): NotifyRule[] {
  return KINDS.map((kind) => (kind === changed.kind ? changed : ruleOf(rules, kind)));
}

export function toggled(rules: readonly NotifyRule[], kind: Kind, channel: PersonChannel): NotifyRule[] {
  const rule = ruleOf(rules, kind);
  const channels = rule.channels.includes(channel) ? rule.channels.filter((c) => c !== channel) : [...rule.channels, channel].sort();
  return put(rules, { ...rule, channels });
}

export const from = (rules: readonly NotifyRule[], kind: Kind, severity: Severity): NotifyRule[] => put(rules, { ...ruleOf(rules, kind), severity });
