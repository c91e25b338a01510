"""``tocsin privacy``: the register of processing, and what was deleted when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

privacy = typer.Typer(no_args_is_help=True, help="What is held of people, why and how long.")

State = Annotated[Path, typer.Option("--state", help="Folder that holds everything this city keeps.")]
_CITY = Path("state") / "city"


@privacy.command("register")
def register(
    html: Annotated[bool, typer.Option("--html/--json", help="A page to print, or JSON.")] = True,
    state: State = _CITY,
) -> None:
    """Write the record of processing activities (GDPR Art 30) to standard output."""
    from tocsin.app.privacy_told import register_of

    typer.echo(register_of(state, html=html), nl=False)


@privacy.command("deletions")
def deletions(
    state: State = _CITY,
    store: Annotated[str | None, typer.Option(help="context, lake, quarantine …")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
) -> None:
    """What was deleted because its term was over, newest first."""
    from tocsin.app.privacy_told import deletions_of

    lines = deletions_of(state, store=store, limit=limit)
    typer.echo("\n".join(lines) or "nothing has been deleted yet")


@privacy.command("keys")
def keys(state: State = _CITY) -> None:
    """Keys of pseudonyms that are there, and when each is destroyed. Never their bytes."""
    from tocsin.app.privacy_told import keys_of

    typer.echo("\n".join(keys_of(state)) or "no key yet: nothing personal has come in")
