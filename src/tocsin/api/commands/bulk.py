"""Several at once, one transaction each: what can be done is done, what failed is named with its reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from tocsin.api.commands import alerts, incidents, proposals
from tocsin.api.services import Services
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Subject
from tocsin.kernel.errors import Invalid, TocsinError


class BulkItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``version``: refuse this one if it has moved on since."""

    id: str
    version: int | None = None


class BulkDone(msgspec.Struct, frozen=True):
    id: str
    version: int


class BulkFailed(msgspec.Struct, frozen=True):
    """``type``, ``detail``, ``field``, ``value``, ``cure``: as in the problem that a single call answers."""

    id: str
    type: str
    detail: str
    field: str | None
    value: str | None
    cure: str | None


class BulkAnswer(msgspec.Struct, frozen=True):
    """In the order given."""

    done: list[BulkDone]
    failed: list[BulkFailed]


async def bulk(
    ask: Services, caller: Subject, verb: str, items: Sequence[BulkItem], words: str, outcome: str | None
) -> BulkAnswer:
    """``verb`` accept (proposals), acknowledge (alerts) or close (alerts, incidents). Raises ``Invalid``."""
    policy.require(caller, Permission.ACT)
    if len({item.id for item in items}) != len(items):
        raise Invalid("name each once", field="items", value=len(items), cure="mend the list")
    done, failed = [], []
    for item in items:
        try:
            after = await _one(ask, caller, verb, item, words, outcome)
            done.append(BulkDone(item.id, after.version))
        except TocsinError as error:
            failed.append(
                BulkFailed(item.id, error.kind, error.message, error.field, error.value, error.cure)
            )
    return BulkAnswer(done, failed)


async def _one(
    ask: Services, caller: Subject, verb: str, item: BulkItem, words: str, outcome: str | None
) -> Any:
    async def accept() -> Any:
        return await proposals.accept(ask, caller, item.id, item.version)

    async def on_alert() -> Any:
        return await alerts.act(
            ask, caller, item.id, verb, version=item.version, reason=words or None, until=None
        )

    async def close_incident() -> Any:
        return await incidents.close(ask, caller, item.id, outcome or "", words, item.version)

    known: dict[tuple[str, str], Callable[[], Awaitable[Any]]] = {
        ("accept", "PR"): accept,
        ("acknowledge", "AL"): on_alert,
        ("close", "AL"): on_alert,
        ("close", "INC"): close_incident,
    }
    act = known.get((verb, item.id.partition("-")[0]))
    if act is None:
        cure = "accept PR-…, acknowledge AL-…, close AL-… or INC-…"
        raise Invalid(f"{verb} is not for this", field="id", value=item.id, cure=cure)
    return await act()
