"""A process that sends what is due, until it is killed: ``python killed.py <folder> <database>``."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from random import Random

from tocsin.db import Database
from tocsin.identity.sealing import Seal
from tocsin.kernel.clock import WallClock
from tocsin.notify.delivery.channels.post import Poster
from tocsin.notify.delivery.channels.webhook import Webhooks
from tocsin.notify.delivery.sender import Delivering
from tocsin.notify.delivery.steps import Desk


async def main(folder: Path, database: str) -> None:
    db = Database(database, durable=True, name="ops")
    desk = Desk(lambda *_: None, Seal(folder), timedelta(days=9999), Random(1))
    channel = Webhooks(Poster(frozenset({"127.0.0.1"})))
    await Delivering(db, WallClock(), {"webhook": channel}, desk, base_url="http://x", tick_s=0.05).run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
