/** Addresses of reports: opened by the browser itself in a tab of their own, as pages or PDF, in this page's language. */
import { url } from "../../api/http";
import { language } from "../../i18n";

export type Form = "html" | "pdf";
export type Sheet = "report" | "brief";

const iso = (at: number): string => new Date(at).toISOString();

/** `at`: the moment looked back at, in milliseconds; null for now. */
export const incidentReport = (incident: string, sheet: Sheet, format: Form, at: number | null): string =>
  url(`/incidents/${encodeURIComponent(incident)}/${sheet}`, { format, lang: language, at: at === null ? undefined : iso(at) });

/** The page of a plan that an advisor answered with. */
export const planSheet = (consultation: string, format: Form): string => url(`/advice/${encodeURIComponent(consultation)}/sheet`, { format, lang: language });

/** `until` null: to the moment it is opened. */
export const shiftSheet = (room: string, since: number, until: number | null, format: Form): string =>
  url(`/rooms/${encodeURIComponent(room)}/handover`, { since: iso(since), until: until === null ? undefined : iso(until), format, lang: language });
