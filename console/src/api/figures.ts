/** Alarm figures of rooms. */
import { call } from "./http";
import type { AlarmFigures } from "./types";

/** Without `room`: of one's own. */
export const alarmFigures = (period: AlarmFigures["period"], room: string | null, signal?: AbortSignal): Promise<AlarmFigures> => call("GET", "/alerts/figures", { query: { period, room }, signal });
