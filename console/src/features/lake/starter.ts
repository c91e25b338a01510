/** A first question about a series, as text that its reader goes on from. Pure. */
import type { LakeSeries, View } from "../../api/lake";

/** days that the list of series looks back on, and the question with it */
export const DAYS = 7;
/** above so many readings a chart of each is slower and says no more: means of steps instead */
const MOST_READINGS = 5000;
const STEP = "5 minutes";

/** A text within SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Numbers over time as a line; words counted, as bars. */
export function starter(series: LakeSeries): { sql: string; view: View } {
  const where = [
    "FROM observations",
    `WHERE entity = ${quoted(series.entity)}`,
    `  AND attribute = ${quoted(series.attribute)}`,
    `  AND day >= current_date - ${DAYS}`,
  ];
  if (!series.numeric) return { sql: ["SELECT text, count(*) AS readings", ...where, "GROUP BY text", "ORDER BY readings DESC"].join("\n"), view: "chart" };
  if (series.quality.readings <= MOST_READINGS) return { sql: ["SELECT observed_at, value", ...where, "ORDER BY observed_at"].join("\n"), view: "chart" };
  return {
    sql: [`SELECT time_bucket(INTERVAL '${STEP}', observed_at) AS time,`, "  avg(value) AS mean, min(value) AS least, max(value) AS most", ...where, "GROUP BY time", "ORDER BY time"].join("\n"),
    view: "chart",
  };
}

/** The columns and the first rows of a table. */
export const peek = (table: string): string => (table === "observations" ? "SELECT *\nFROM observations\nWHERE day = current_date\nLIMIT 100" : `SELECT *\nFROM ${table}`);

/** How a question looks, before there is one. */
export const EXAMPLE = "SELECT … FROM observations WHERE day = current_date";
