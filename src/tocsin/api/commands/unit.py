"""The edge of a command: who, may they, and one transaction that holds the effect and the record of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from tocsin.api.commands.reach import require_reach
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Relation, Subject
from tocsin.identity.recording import record

T = TypeVar("T")
_NOTHING: Mapping[str, object] = MappingProxyType({})


async def decide(
    ask: Services,
    caller: Subject,
    command: Callable[[Connection, str, datetime], T],
    *,
    action: str = "decision.other",
    kind: str = "",
    object_id: str = "",
    reason: str | None = None,
    detail: Mapping[str, object] = _NOTHING,
    permission: Permission = Permission.ACT,
    needs: Relation = Relation.WORKS,
    also: Sequence[tuple[str, str]] = (),
) -> T:
    """Run ``command(conn, by, at)`` in one transaction: all of it holds, or none. Raises ``Forbidden``.

    The caller's room must be ``needs`` to the object and to ``also`` ((kind, id), ...): asked in the same
    transaction, so that nobody acts on what was un-shared a moment ago.
    ``action`` (``incident.close``) goes into the record, with what it was done to and why. Without
    ``object_id`` that is the ``id`` of what the command answers.
    """
    policy.require(caller, permission)
    at = ask.clock.now()

    def whole(conn: Connection) -> T:
        if object_id:
            require_reach(conn, caller, kind, object_id, needs)
        for also_kind, also_id in also:
            require_reach(conn, caller, also_kind, also_id, needs)
        result = command(conn, caller.name, at)
        done_to = object_id or str(getattr(result, "id", ""))
        record(conn, caller, action, kind=kind, object_id=done_to, reason=reason, detail=detail)
        return result

    return await ask.ops.write(whole)


async def tell(
    ask: Services, caller: Subject, action: str, *, kind: str, object_id: str, reason: str | None = None
) -> None:
    """Record what was done elsewhere than in ``ops`` (the lake, a file), once it is done."""
    await ask.ops.write(
        lambda conn: record(conn, caller, action, kind=kind, object_id=object_id, reason=reason)
    )
