"""What a statement may read, and what each column means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tocsin.lake.rows import moment

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from tocsin.lake.sql.records import Job

#: entity type and attribute; None: rows without an attribute
Pair = tuple[str, str | None]


class Meaning(NamedTuple):
    """A column. ``unit``: in words, or where it is told."""

    name: str
    type: str
    unit: str
    words: str


OBSERVATIONS = (
    Meaning(
        "day", "DATE", "day, UTC", "the day of observed_at; name it in WHERE and only its files are read"
    ),
    Meaning("entity", "VARCHAR", "", "what was observed: its NGSI-LD id"),
    Meaning("type", "VARCHAR", "", "its entity type (Smart Data Models)"),
    Meaning("attribute", "VARCHAR", "", "what of it; null for a deletion or a place alone"),
    Meaning("value", "DOUBLE", "that of column unit", "a number; true is 1, false 0; null for words"),
    Meaning("text", "VARCHAR", "", "words (true and false too); null for numbers"),
    Meaning("unit", "VARCHAR", "UN/CEFACT Rec 20 code", "of value; null where a number carries none"),
    Meaning("observed_at", "TIMESTAMP WITH TIME ZONE", "instant", "when it was so"),
    Meaning("accepted_at", "TIMESTAMP WITH TIME ZONE", "instant", "when it came in"),
    Meaning("lon", "DOUBLE", "degree, WGS 84", "longitude; null where nothing was said"),
    Meaning("lat", "DOUBLE", "degree, WGS 84", "latitude"),
    Meaning("source", "VARCHAR", "", "the feed that brought it"),
    Meaning("quality", "DOUBLE", "0 to 1", "how far the reading is to be believed"),
    Meaning("doubts", "VARCHAR", "", "why not wholly"),
    Meaning("kind", "VARCHAR", "", "update or delete"),
    Meaning("observation", "VARCHAR", "", "the reading's id: one reading has a row for each attribute"),
)
ATTRIBUTES = (
    Meaning("type", "VARCHAR", "", "entity type; * for every type"),
    Meaning("attribute", "VARCHAR", "", "as it is spelled in the readings"),
    Meaning("kind", "VARCHAR", "", "number, integer, text, bool, enum or any"),
    Meaning(
        "unit", "VARCHAR", "UN/CEFACT Rec 20 code", "of the standard model; readings are converted to it"
    ),
    Meaning("unit_words", "VARCHAR", "", "the unit in words"),
    Meaning("meaning", "VARCHAR", "", "what it says, as the model has it"),
    Meaning("low", "DOUBLE", "that of column unit", "below lies a broken sensor"),
    Meaning("high", "DOUBLE", "that of column unit", "above lies a broken sensor"),
    Meaning("class", "VARCHAR", "", "of personal data: none, pseudonym, personal or sensitive"),
    Meaning("keep_days", "INTEGER", "day", "readings older than that are deleted; null: kept"),
)
TABLES: dict[str, tuple[Meaning, ...]] = {"observations": OBSERVATIONS, "attributes": ATTRIBUTES}


def offer(duck: DuckDBPyConnection, job: Job) -> None:
    """Make both tables on this connection."""
    given = ", ".join(f'"{m.name}" {m.type}' for m in ATTRIBUTES)
    duck.execute(f"CREATE TABLE attributes ({given})")
    if job.attributes:
        marks = ", ".join("?" * len(ATTRIBUTES))
        duck.executemany(f"INSERT INTO attributes VALUES ({marks})", [list(row) for row in job.attributes])  # noqa: S608 - marks
    columns = ", ".join(m.name for m in OBSERVATIONS)
    if not job.files:
        given = ", ".join(f"{m.name} {m.type}" for m in OBSERVATIONS)
        duck.execute(f"CREATE TABLE observations ({given})")
        return
    files = ", ".join(_quoted(path) for path in job.files)
    read = f"read_parquet([{files}], hive_partitioning = true, hive_types = {{'day': DATE}})"
    # our own columns, paths from the table's log, conditions from classes: nothing that a person asks
    duck.execute(f"CREATE VIEW observations AS SELECT {columns} FROM {read}{_kept(job)}")  # noqa: S608


def _kept(job: Job) -> str:
    """What is left out, as a condition."""
    rules = []
    if job.as_of_us is not None:
        rules.append(f"accepted_at <= TIMESTAMPTZ '{moment(job.as_of_us).isoformat()}'")
    rules += left_out(job.hidden, job.pseudonyms)
    return f" WHERE {' AND '.join(rules)}" if rules else ""


def left_out(hidden: Sequence[Pair], pseudonyms: Sequence[Pair]) -> list[str]:
    """Conditions on the rows of the files, for what ``Personal.among`` found."""
    rules = [f"NOT ({_pair(*pair)})" for pair in hidden]
    return rules + [f"NOT ({_pair(*pair)} AND coalesce(text LIKE 'p:%', false))" for pair in pseudonyms]


def _pair(type_name: str, attribute: str | None) -> str:
    named = "attribute IS NULL" if attribute is None else f"coalesce(attribute = {_quoted(attribute)}, false)"
    return f"type = {_quoted(type_name)} AND {named}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
