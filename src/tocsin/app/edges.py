"""Edges on the command line: at the centre who may connect, at the box how to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tocsin.app.databases import opened
from tocsin.bus.accounts import LIVE, Folder, write_private
from tocsin.bus.leaf import Invitation, authority, check_edge
from tocsin.bus.leaf_tls import check_authority
from tocsin.edge.register import Register
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Conflict, Invalid, Misconfigured
from tocsin.supervise import own

_BY = "command line"
_URL = "tls://"


@contextmanager
def _register(state: Path) -> Iterator[Register]:
    with opened(state) as (place, ops):
        yield Register(ops, place.state, WallClock())


def let_in(state: Path, name: str) -> str:
    """The invitation as JSON, shown once. Raises what ``Register.add`` raises."""
    with _register(state) as register:
        invitation = asyncio.run(register.add(name, by=_BY))
    return msgspec.json.format(msgspec.json.encode(invitation)).decode()


def listed(state: Path) -> list[str]:
    """A line for each edge that may connect."""
    with _register(state) as register:
        return [f"{edge.id}\tsince {edge.at[:10]}\tby {edge.by}" for edge in register.all()]


def shut_out(state: Path, name: str) -> None:
    """Raises ``NotFound``."""
    with _register(state) as register:
        asyncio.run(register.revoke(name, by=_BY))


def join(state: Path, file: Path) -> Invitation:
    """Make a state folder a box. Its readings stay; a box of the same name may get new credentials.

    Raises ``Invalid`` (no invitation), ``Conflict`` (a city, or a box of another name), ``Misconfigured``.
    """
    invitation = read_invitation(file)
    state = state.resolve()
    if (state / "context.db").exists() or Folder(state).credentials(LIVE, "door").exists():
        raise Conflict(
            "a city is kept in this folder", field="state", value=state, cure="give another --state"
        )
    folder = Folder(state)
    try:
        held = msgspec.json.decode(folder.invitation.read_bytes(), type=Invitation)
    except FileNotFoundError:
        held = None
    if held is not None and held.edge != invitation.edge:
        raise Conflict(
            f"this box is {held.edge}", field="edge", value=invitation.edge, cure="give another --state"
        )
    own(state)
    write_private(authority(folder), check_authority(invitation.ca))
    write_private(folder.invitation, msgspec.json.encode(invitation))
    return invitation


def read_invitation(file: Path) -> Invitation:
    """Raises ``Misconfigured`` (no file), ``Invalid``."""
    try:
        read = msgspec.json.decode(file.read_bytes(), type=Invitation)
    except OSError as error:
        raise Misconfigured(
            f"this file cannot be read: {error.strerror}",
            field="file",
            value=file,
            cure="at the centre: tocsin edge add NAME > NAME.json",
        ) from error
    except msgspec.DecodeError as error:
        raise Invalid(
            f"not what tocsin edge add prints: {error}",
            field="file",
            value=file,
            cure="take the file whole, or revoke that edge and add it anew",
        ) from error
    check_edge(read.edge)
    check_authority(read.ca)
    if read.tocsin_edge != 1 or not read.url.startswith(_URL):
        raise Invalid(
            "made by a newer Tocsin", field="file", value=file, cure="update this box to the centre's version"
        )
    return read
