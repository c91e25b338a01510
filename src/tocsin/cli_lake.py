"""``tocsin lake``: the city's history for analysts, on the machine that keeps it."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tocsin.kernel.errors import Invalid

lake = typer.Typer(no_args_is_help=True, help="The city's history: SQL, series and their quality, copies.")

State = Annotated[Path, typer.Option("--state", help="Folder that holds everything this city keeps.")]
Reason = Annotated[str, typer.Option(help="Why personal data is read; without it that is left out.")]
_CITY = Path("state") / "city"


@lake.command("query")
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT; - reads it from standard input.")],
    form: Annotated[str, typer.Option("--format", help="csv, json, arrow or parquet.")] = "csv",
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="name=value for $name; may be repeated.")
    ] = None,
    as_of: Annotated[str, typer.Option(help="Only what had come in by then (2026-11-21T16:00:00Z).")] = "",
    rows: Annotated[int, typer.Option(min=1)] = 10_000,
    seconds: Annotated[float, typer.Option(min=0.1)] = 60.0,
    reason: Reason = "",
    state: State = _CITY,
) -> None:
    """Ask the lake in SQL; the rows go to standard output."""
    from tocsin.app.lake_told import asked_in_sql

    statement = sys.stdin.read() if sql == "-" else sql
    given = dict(_pair(one) for one in parameter or [])
    moment = _moment(as_of)
    data, words = asked_in_sql(
        state, statement, given, form=form, as_of=moment, rows=rows, seconds=seconds, reason=reason
    )
    sys.stdout.buffer.write(data)
    if form == "json":
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()
    typer.echo(words, err=True)


@lake.command("series")
def series(
    state: State = _CITY,
    type_name: Annotated[str | None, typer.Option("--type", help="Of this entity type.")] = None,
    entity: Annotated[str | None, typer.Option(help="Of this entity.")] = None,
    attribute: Annotated[str | None, typer.Option(help="Of this attribute.")] = None,
    days: Annotated[int, typer.Option(min=1, max=31, help="Quality is said of so many days.")] = 7,
    reason: Reason = "",
) -> None:
    """A line for each series: quality, unit, entity."""
    from tocsin.app.lake_told import series_lines

    for line in series_lines(
        state, type_name=type_name, entity=entity, attribute=attribute, days=days, reason=reason
    ):
        typer.echo(line)


@lake.command("schema")
def schema(
    state: State = _CITY,
    type_name: Annotated[str | None, typer.Option("--type", help="Attributes of this entity type.")] = None,
) -> None:
    """Tables and columns, or the attributes of a type: unit, meaning, class, days kept."""
    from tocsin.app.lake_told import schema_lines

    typer.echo("\n".join(schema_lines(state, type_name)))


@lake.command("export")
def export(
    out: Annotated[Path, typer.Argument(help="File to write: .parquet, .csv or .csv.gz.")],
    reason: Annotated[str, typer.Option(help="Why the copy is made, and for whom; recorded.")],
    type_name: Annotated[str | None, typer.Option("--type", help="Of this entity type.")] = None,
    entity: Annotated[str | None, typer.Option(help="Of this entity.")] = None,
    start: Annotated[str, typer.Option(help="Observed from then on (2026-11-01T00:00:00Z).")] = "",
    end: Annotated[str, typer.Option(help="Observed before then.")] = "",
    personal: Annotated[bool, typer.Option("--personal", help="With personal data.")] = False,
    state: State = _CITY,
) -> None:
    """Write readings into a file, as many as there are. Recorded before a byte is written."""
    from tocsin.app.lake_export import write_copy

    count = write_copy(
        state,
        out,
        reason=reason,
        type_name=type_name,
        entity=entity,
        start=_moment(start),
        end=_moment(end),
        personal=personal,
    )
    typer.echo(f"{count} rows in {out}")


@lake.command("erase")
def erase(
    reason: Annotated[str, typer.Option(help="Who asked for it, and when; recorded.")],
    identifier: Annotated[str, typer.Option(help="As a sensor would send it; - asks for it.")] = "",
    entity: Annotated[str, typer.Option(help="A whole entity id.")] = "",
    pseudonym: Annotated[str, typer.Option(help="As it is stored: p:…")] = "",
    state: State = _CITY,
) -> None:
    """Take all readings of a person out of every version of the table, and search the files for them."""
    from tocsin.app.lake_told import erased

    if identifier == "-":  # so that it stands in no history of the shell
        identifier = typer.prompt("identifier", hide_input=True)
    typer.echo(
        json.dumps(
            erased(state, reason=reason, identifier=identifier, entity=entity, pseudonym=pseudonym), indent=2
        )
    )


def _pair(text: str) -> tuple[str, str]:
    name, parted, value = text.partition("=")
    if not parted or not name:
        raise Invalid("no parameter", field="parameter", value=text, cure="give name=value")
    return name, value


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("no moment", field="time", value=text, cure="2026-11-21T16:00:00Z") from error
    if found.tzinfo is None:
        raise Invalid("a time needs its zone", field="time", value=text, cure="add Z for UTC")
    return found
