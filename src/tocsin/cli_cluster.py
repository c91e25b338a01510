"""``tocsin cluster``: a bus on several machines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

cluster = typer.Typer(no_args_is_help=True, help="A bus on several machines, of which one may be lost.")


@cluster.command()
def new(
    node: Annotated[list[str], typer.Option(help="NAME=ADDRESS of a machine; three times or five.")],
    out: Annotated[Path, typer.Option(help="Folder that is made.")] = Path("cluster"),
    port: Annotated[int, typer.Option(help="Of processes of the city (TLS).")] = 4222,
    mqtt_port: Annotated[int, typer.Option(help="Of devices (TLS).")] = 8883,
    route_port: Annotated[int, typer.Option(help="Of the nodes among themselves (TLS).")] = 6222,
) -> None:
    """Passwords, certificates and a state folder for each node and for the city. Keep it private."""
    from tocsin.bus.cluster import Peer, lay_out
    from tocsin.kernel.errors import Invalid

    peers = []
    for one in node:
        name, parted, host = one.partition("=")
        if not parted or not host:
            raise Invalid("not a node", field="--node", value=one, cure="--node a=10.0.0.1")
        peers.append(Peer(name, host, port, mqtt_port, route_port))
    lines = lay_out(out, peers)
    print("\n".join(f"{out / peer.name}\tto {peer.host}, tocsin run node --state there" for peer in peers))
    print(f"{out / 'city' / 'nats'}\tinto the city's state folder; in its tocsin.toml:\n")
    print("\n".join(lines))
