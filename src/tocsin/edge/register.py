"""Who may connect as an edge, and the record of who let it in or shut it out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tocsin.bus.edges import add_edge, remove_edge, require_listener
from tocsin.bus.leaf import EdgeUser, EdgeUsers, Invitation, check_edge
from tocsin.db import Database
from tocsin.identity.policy import Subject
from tocsin.identity.recording import record
from tocsin.kernel.clock import Clock, iso
from tocsin.kernel.errors import Conflict, NotFound

KIND = "edge"


class Register:
    """Edges of one city. What is recorded comes first: nobody connects, or stays, without a trace."""

    def __init__(self, ops: Database, state: Path, clock: Clock) -> None:
        self._ops, self._state, self._clock = ops, state, clock

    def all(self) -> Sequence[EdgeUser]:
        """In order of name."""
        return [user for _, user in sorted(EdgeUsers(self._state).all().items())]

    async def add(self, name: str, *, by: Subject | str) -> Invitation:
        """Let it in. Raises ``Invalid`` (name), ``Conflict`` (exists), ``Misconfigured`` (no port for it)."""
        check_edge(name)
        require_listener(self._state)
        if name in EdgeUsers(self._state).all():
            raise Conflict(
                "there is an edge of this name", field="name", value=name, cure="revoke it, or another name"
            )
        await self._ops.write(lambda conn: record(conn, by, "edge.add", kind=KIND, object_id=name))
        person = by if isinstance(by, str) else by.name
        return await add_edge(self._state, name, by=person, at=iso(self._clock.now()))

    async def revoke(self, name: str, *, by: Subject | str) -> None:
        """Shut it out, its link ended when this returns. Raises ``NotFound``."""
        if name not in EdgeUsers(self._state).all():
            await remove_edge(self._state, name)  # one before may have failed half way: its link ends first
            raise NotFound("no such edge", field="name", value=name, cure="tocsin edge list")
        await self._ops.write(lambda conn: record(conn, by, "edge.revoke", kind=KIND, object_id=name))
        await remove_edge(self._state, name)
