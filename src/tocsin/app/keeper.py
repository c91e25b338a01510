"""The process *keeper* of a city whose bus runs on servers of its own: makes the streams, trims them.

Where the bus is started with the city, the supervisor does both.
"""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from tocsin.app.hosting import House, Place
from tocsin.bus.edges import marks_with
from tocsin.bus.nats_driver import NatsBus
from tocsin.bus.retention import Trimmer, kept_for
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ports import Bus
from tocsin.supervise import readers_of

log = structlog.get_logger(__name__)

_PAUSE_S = 0.5


async def compose(place: Place, bus: Bus) -> House:
    assert isinstance(bus, NatsBus), "streams are made on servers alone"
    while True:
        try:
            await bus.make_streams()
            break
        except Unavailable as error:
            log.info("streams_wait", reason=str(error))
            await asyncio.sleep(_PAUSE_S)
    marks = partial(marks_with, place.state)
    return House([Trimmer(bus, readers_of(place.realm), kept=kept_for(place.settings), marks=marks)])
