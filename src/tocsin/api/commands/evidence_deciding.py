"""Evidence: to whom it is open, how long it stays, and its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tocsin.api.commands.evidence import KIND, intake_of, require_keeper
from tocsin.api.commands.reach import room_of
from tocsin.api.commands.unit import decide
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.evidence import custody, service
from tocsin.evidence.exhibit import Exhibit
from tocsin.identity import sharing
from tocsin.identity.policy import Relation, Subject
from tocsin.identity.recording import record
from tocsin.identity.repository import standing_ids
from tocsin.kernel.sharing import Level


async def share(
    ask: Services,
    caller: Subject,
    exhibit: str,
    *,
    level: Level,
    rooms: Sequence[str],
    reason: str,
    version: int | None,
) -> Exhibit:
    def command(conn: Connection, by: str, at: datetime) -> Exhibit:
        standing = standing_ids(conn)

        def move(found: Exhibit) -> Exhibit:
            after = sharing.share(found.sharing, room_of(caller), level, rooms, standing)
            return custody.shared(found, after, reason, by, at)

        return service.revise(conn, exhibit, version, move)

    return await decide(
        ask,
        caller,
        command,
        action="evidence.share",
        kind=KIND,
        object_id=exhibit,
        needs=Relation.OWNS,
        reason=reason,
        detail={"level": level.value, "rooms": " ".join(rooms)},
    )


async def hold(
    ask: Services, caller: Subject, exhibit: str, *, held: bool, reason: str, version: int | None
) -> Exhibit:
    move = custody.held if held else custody.released
    action = "evidence.hold" if held else "evidence.release"
    return await _keep(ask, caller, exhibit, move, action=action, reason=reason, version=version)


async def erase(ask: Services, caller: Subject, exhibit: str, *, reason: str, version: int | None) -> Exhibit:
    """Answers once the key is destroyed: no copy of it anywhere can be read from then on."""
    gone = await _keep(
        ask, caller, exhibit, custody.erased, action="evidence.erase", reason=reason, version=version
    )
    await service.complete(ask.ops, intake_of(ask).vault)
    return gone


async def _keep(
    ask: Services,
    caller: Subject,
    exhibit: str,
    move: Callable[[Exhibit, str, str, datetime], Exhibit],
    *,
    action: str,
    reason: str,
    version: int | None,
) -> Exhibit:
    """As ``decide``, for those who keep evidence and need not be those who act on alerts."""
    at = ask.clock.now()

    def whole(conn: Connection) -> Exhibit:
        def kept(found: Exhibit) -> Exhibit:
            require_keeper(caller, found)
            return move(found, reason, caller.name, at)

        moved = service.revise(conn, exhibit, version, kept)
        record(conn, caller, action, kind=KIND, object_id=exhibit, reason=reason)
        return moved

    return await ask.ops.write(whole)
