"""The edge of a command: who, may they, and one transaction. The record of actions joins in here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Subject

T = TypeVar("T")


async def decide(ask: Services, caller: Subject, command: Callable[[Connection, str, datetime], T]) -> T:
    """Run ``command(conn, by, at)`` in one transaction: all of it holds, or none. Raises ``Forbidden``."""
    policy.require(caller, Permission.ACT)
    at = ask.clock.now()
    return await ask.ops.write(lambda conn: command(conn, caller.name, at))
