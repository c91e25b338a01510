"""A process that plans what happened to warnings: ``killed_planner.py <database> <where it dies> <now>``.

Where: ``before`` the commit of effect and position, ``after`` it, or ``never``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime

from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.db import Database, positions
from tocsin.kernel.clock import FileClock
from tocsin.notify.delivery.escalation import Escalations
from tocsin.notify.delivery.stage import Notify


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(database: str, where: str, now: str) -> None:
    db = Database(database, durable=True, name="ops")
    clock = FileClock(datetime.fromisoformat(now))
    stage = Notify(MemoryBus(MemoryLog()), db, clock, rules=Escalations(), stands=lambda *_: None)
    if where == "before":
        save = positions.save

        def saved_then_killed(*given: object) -> None:
            save(*given)  # type: ignore[arg-type]
            die()

        positions.save = saved_then_killed  # type: ignore[assignment]
    if where == "after":
        db.after_commit(die)
    await stage.warn()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3]))
