"""``tocsin audit``: is the record whole, and a copy of it that another machine can verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

audit = typer.Typer(no_args_is_help=True, help="The record of actions and reads.")

_CITY = Path("state") / "city"
State = Annotated[Path, typer.Option("--state", help="Folder that holds everything this city keeps.")]
Key = Annotated[
    Path | None, typer.Option("--key", help="Public key that must have signed (audit.pub), from elsewhere.")
]


@audit.command("verify")
def verify(
    file: Annotated[Path | None, typer.Argument(help="An export; without it the city's own record.")] = None,
    state: State = _CITY,
    key: Key = None,
) -> None:
    """Look through every row, hash and signature. Exit code 1, naming the rows, if anything is wrong."""
    from tocsin.app.auditing import told, verify_export, verify_state

    verdict = verify_export(file, key) if file else verify_state(state, key)
    typer.echo("\n".join(told(verdict)))
    if not verdict.whole:
        raise typer.Exit(1)


@audit.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="A file that does not exist yet.")], state: State = _CITY
) -> None:
    """Write the whole record, checkpoints and public key to FILE (JSON lines). This is itself recorded."""
    from tocsin.app.auditing import export_state

    typer.echo(f"{export_state(state, file)} rows written; tocsin audit verify {file}")
