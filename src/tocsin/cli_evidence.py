"""``tocsin evidence``: is all of it whole, and a fresh key for its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

evidence = typer.Typer(no_args_is_help=True, help="Pictures, clips and documents that are kept encrypted.")

State = Annotated[Path, typer.Option("--state", help="Folder that holds everything this city keeps.")]
_CITY = Path("state") / "city"


@evidence.command("verify")
def verify(state: State = _CITY) -> None:
    """Decrypt every piece in memory and compare it with what was entered. Exit code 1 if any is damaged."""
    from tocsin.app.keeping import verify_state

    verdict = verify_state(state)
    typer.echo(f"{verdict.pieces - len(verdict.faults)} of {verdict.pieces} pieces are whole")
    for piece, fault in verdict.faults.items():
        typer.echo(f"{piece}: {fault}")
    if verdict.faults:
        raise typer.Exit(1)


@evidence.command("rotate-keys")
def rotate_keys(state: State = _CITY) -> None:
    """Wrap all keys under a fresh one and destroy the old. Nothing needs to be stopped."""
    from tocsin.app.keeping import rotate

    typer.echo(f"{rotate(state)} keys wrapped anew; make the back-up of the folder keys anew, too")
