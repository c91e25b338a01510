"""``tocsin search``: does the index say what the alerts and incidents say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

search = typer.Typer(no_args_is_help=True, help="The index that alerts and incidents are searched by.")

State = Annotated[Path, typer.Option("--state", help="Folder that holds everything this city keeps.")]
_CITY = Path("state") / "city"


@search.command("check")
def check(state: State = _CITY) -> None:
    """Compare the index with every alert and incident. Exit code 1, naming them, if any differs."""
    from tocsin.app.searching import check as differing

    found = differing(state)
    typer.echo("\n".join(found) or "the index says what they say")
    if found:
        raise typer.Exit(1)


@search.command("rebuild")
def rebuild(state: State = _CITY) -> None:
    """Make the index anew from the alerts and incidents."""
    from tocsin.app.searching import rebuild as again

    typer.echo(f"{again(state)} alerts and incidents are in the index")
