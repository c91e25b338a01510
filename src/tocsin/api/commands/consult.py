"""Reading what is personal or sensitive: the reading and the record of it are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Subject
from tocsin.identity.recording import record
from tocsin.identity.refusals import Attempt
from tocsin.kernel.errors import Forbidden

T = TypeVar("T")
_NOTHING: Mapping[str, object] = MappingProxyType({})


async def consult(
    ask: Services,
    caller: Subject,
    needs: Permission,
    read: Callable[[Connection], T],
    *,
    action: str,
    kind: str,
    object_id: str = "",
    purpose: str,
    reason: str,
    detail: Mapping[str, object] = _NOTHING,
) -> T:
    """What ``read(conn)`` answers, once it is recorded who read it and why: nothing is seen unrecorded.

    Raises ``Forbidden``, and ``Unavailable`` where the record cannot be written.
    """

    def seen(conn: Connection) -> T:
        found = read(conn)
        record(
            conn,
            caller,
            action,
            kind=kind,
            object_id=object_id,
            purpose=purpose,
            reason=reason,
            detail=detail,
        )
        return found

    try:
        policy.require(caller, needs)
        return await ask.ops.write(seen)
    except Forbidden as error:
        await ask.identity.refusals.note(caller, Attempt(action, kind, object_id), error)
        raise
