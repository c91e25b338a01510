/** What people did, for the actions lane: from the marks on alerts and the logs of incidents. Pure. */
import type { Alert, Incident } from "../../api/types";
import { t } from "../../i18n";

export interface Act {
  key: string;
  at: number;
  by: string;
  letter: string;
  words: string;
}

export function actionsOf(alerts: Iterable<Alert>, incidents: Iterable<Incident>): Act[] {
  const out: Act[] = [];
  const put = (key: string, kind: string, mark: { by: string; at: string }, words: string): void => {
    out.push({ key, at: Date.parse(mark.at), by: mark.by, letter: t.timeline.letters[kind] ?? "·", words });
  };
  for (const a of alerts) {
    for (const kind of ["acknowledged", "confirmed", "rejected", "shelved", "closed"] as const) {
      const mark = a[kind];
      if (mark) put(`${a.id} ${kind}`, kind, mark, `${t.detail.acts[kind] ?? kind}, ${a.id}`);
    }
  }
  for (const i of incidents) for (const entry of i.log) if (entry.act in t.timeline.letters) put(`${i.id} ${entry.seq}`, entry.act, entry, `${t.incident.acts[entry.act] ?? entry.act}, ${i.id}`);
  return out;
}
