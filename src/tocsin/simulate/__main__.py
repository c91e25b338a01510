"""``python -m tocsin.simulate``: the demo city as a process of its own.

python -m tocsin.simulate < config.json          until SIGTERM
python -m tocsin.simulate --devices              {id: title} of the devices that need an MQTT user
python -m tocsin.simulate --acts SEED START      the guided tour of the first story, as JSON
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from datetime import datetime

import msgspec

from tocsin.kernel.errors import TocsinError
from tocsin.simulate.config import read_config
from tocsin.simulate.places import load
from tocsin.simulate.run import run
from tocsin.simulate.scenario import acts

_PR_SET_PDEATHSIG = 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tocsin.simulate", description="The demo city.")
    parser.add_argument("--devices", action="store_true", help="print the MQTT devices as {id: title}")
    parser.add_argument("--acts", nargs=2, metavar=("SEED", "START"), help="print the guided tour")
    wishes = parser.parse_args()
    if wishes.devices:
        _print({d.id: d.name for d in load().devices if d.by == "mqtt"})
        return 0
    if wishes.acts:
        _print(acts(int(wishes.acts[0]), datetime.fromisoformat(wishes.acts[1])))
        return 0
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    try:
        config = read_config(sys.stdin.buffer.read())
        asyncio.run(_until_told(run(config), config.parent or os.getppid()))
    except TocsinError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


async def _until_told(work: Coroutine[None, None, None], parent: int) -> None:
    """Runs until SIGTERM, SIGINT, or the parent's death, also one that died while we started."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    def watch() -> None:
        """Covers systems without prctl, and a parent that died before it."""
        if os.getppid() == parent:
            loop.call_later(1.0, watch)
        else:
            task.cancel()

    watch()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _print(thing: object) -> None:
    sys.stdout.write(msgspec.json.encode(thing).decode() + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
