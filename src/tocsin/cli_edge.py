"""``tocsin edge``: a box at the edge of a city, and at the centre who may connect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

BOX, CITY = Path("state") / "edge", Path("state") / "city"
edge = typer.Typer(
    invoke_without_command=True,
    help="Run this machine as a box at the edge of a city; let boxes in and shut them out at the centre.",
)
At = Annotated[Path, typer.Option("--state", help="Folder that holds everything this box keeps.")]
Centre = Annotated[Path, typer.Option("--state", help="Folder of the city.")]


@edge.callback()
def run(
    context: typer.Context,
    state: At = BOX,
    headless: Annotated[
        bool, typer.Option("--headless", help="First line on standard output is JSON, once it runs.")
    ] = False,
) -> None:
    """Take in readings here, let detectors look, hand all on to the centre. Ends with Ctrl-C."""
    if context.invoked_subcommand is None:
        from tocsin.app.edge_box import run_box

        run_box(state, headless=headless)


@edge.command()
def join(
    file: Annotated[Path, typer.Argument(help="As tocsin edge add printed it at the centre.")],
    state: At = BOX,
) -> None:
    """Make this machine a box of the city that the file is of. The file is not needed afterwards."""
    from tocsin.app.edges import join as take

    invitation = take(state, file)
    print(f"this is {invitation.edge} of {invitation.url}; next: tocsin edge --state {state}; delete {file}")


@edge.command()
def status(state: At = BOX) -> None:
    """What waits at this box, and whether its centre is within reach."""
    from tocsin.app.edge_box import status_lines

    print("\n".join(status_lines(state)))


@edge.command()
def add(name: str, state: Centre = CITY) -> None:
    """At the centre: let a box in. Prints the file that it joins with, this once."""
    from tocsin.app.edges import let_in

    print(let_in(state, name))


@edge.command("list")
def list_edges(state: Centre = CITY) -> None:
    """At the centre: boxes that may connect."""
    from tocsin.app.edges import listed

    print("\n".join(listed(state)) or "no edge yet; tocsin edge add NAME")


@edge.command()
def revoke(name: str, state: Centre = CITY) -> None:
    """At the centre: shut a box out, at once. What it sent stays."""
    from tocsin.app.edges import shut_out

    shut_out(state, name)
    print(f"{name} is shut out")
