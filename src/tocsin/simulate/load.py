"""A load generator for benchmarks: so many entities at so many readings a second, in envelopes over HTTP.

Its readings are encoded ahead and only stamped when sent, so that at 10,000 readings/s it takes a small share
of a core and the figures are those of the system, not its own. Nothing is lost on its side: what was not
accepted is sent again until it is, and everything accepted is written down for whoever matches it.

    TOCSIN_TOKEN=... python -m tocsin.simulate.load --url http://127.0.0.1:8200 --rate 1000 --log sent.jsonl
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from tocsin.kernel.errors import Invalid, TooMany, Unavailable
from tocsin.simulate.delivery import PATH
from tocsin.simulate.http_client import Connection

#: how the values move: every entity goes through its own part of one slow wave
_WAVE = 512


@dataclass(frozen=True, slots=True)
class Accepted:
    """One envelope that the server took. Times are Unix seconds of this machine's clock."""

    number: int
    observed_at: str
    #: its readings are those of the entities ``first`` to ``first + count - 1``, wrapping at the last entity
    first: int
    count: int
    sent: float
    accepted: float
    tries: int

    def line(self) -> str:
        return (
            f'{{"number":{self.number},"observed_at":"{self.observed_at}","first":{self.first},'
            f'"count":{self.count},"sent":{self.sent:.6f},"accepted":{self.accepted:.6f},"tries":{self.tries}}}\n'
        )


@dataclass(slots=True)
class Report:
    """What came of a run. ``late_s``: how far behind its plan the last envelope was sent."""

    readings: int = 0
    envelopes: int = 0
    retries: int = 0
    seconds: float = 0.0
    late_s: float = 0.0
    cpu_s: float = 0.0


def local_id(number: int) -> str:
    """Local id of an entity."""
    return f"LOAD-{number:06d}"


def type_of(number: int) -> str:
    """Every second one counts people on a place, the others count cars: both tools have work."""
    return "CrowdFlowObserved" if number % 2 == 0 else "TrafficFlowObserved"


def urn(number: int) -> str:
    """NGSI-LD id of an entity."""
    return f"urn:ngsi-ld:{type_of(number)}:{local_id(number)}"


class Load:
    """One run.

    Args:
        url: of the server.
        token: with the scope ``ingest``.
        entities: how many different ones report in turn.
        rate: readings per second.
        envelope: readings per request, 1 to 500.
        connections: requests on their way at most.
        accepted: told of every envelope that was taken.

    Raises ``Invalid`` where a figure is out of bounds.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        entities: int = 1000,
        rate: float = 1000.0,
        envelope: int = 100,
        connections: int = 6,
        accepted: Callable[[Accepted], None] = lambda _: None,
    ) -> None:
        for name, value, low, high in (
            ("entities", entities, 1, 200_000), ("rate", rate, 0.1, 1e6),
            ("envelope", envelope, 1, 500), ("connections", connections, 1, 64),
        ):  # fmt: skip
            if not low <= value <= high:
                raise Invalid("out of bounds", field=name, value=value, cure=f"give {low} to {high}")
        if envelope > entities:
            raise Invalid(
                "an envelope would hold an entity twice",
                field="envelope",
                value=envelope,
                cure="more entities",
            )
        self._url, self._token = url, token
        self._entities, self._rate, self._envelope = entities, rate, envelope
        self._connections, self._accepted = connections, accepted
        self._heads = [self._head(number) for number in range(entities)]
        self._tails = [
            str(round(40 + 25 * math.sin(2 * math.pi * step / _WAVE))).encode() + b"}"
            for step in range(_WAVE)
        ]
        self.report = Report()

    @staticmethod
    def _head(number: int) -> bytes:
        """A reading up to its value; ``@`` stands where the time goes."""
        lon, lat = 24.9353 + (number * 37 % 997) * 1.8e-5, 60.1643 + (number * 61 % 991) * 1.48e-5
        kind = type_of(number)
        more = '"area":600,"peopleCount":' if kind == "CrowdFlowObserved" else '"averageVehicleSpeed":'
        text = (
            f'{{"id":"{local_id(number)}","type":"{kind}","lon":{lon:.6f},"lat":{lat:.6f},'
            f'"observedAt":"@",{more}'
        )
        return text.encode()

    def body(self, number: int, observed_at: str) -> tuple[int, bytes]:
        """Envelope ``number``: its first entity and its JSON list."""
        first = number * self._envelope % self._entities
        heads, tails, count = self._heads, self._tails, self._entities
        parts = [
            heads[i % count] + tails[(number + i * 7) % _WAVE] for i in range(first, first + self._envelope)
        ]
        return first, b"[" + b",".join(parts).replace(b"@", observed_at.encode()) + b"]"

    async def run(self, seconds: float) -> Report:
        """Sends by the clock for so long, then waits until everything is accepted."""
        total = math.ceil(self._rate * seconds / self._envelope)
        numbers = iter(range(total))
        cpu, begin = time.process_time(), asyncio.get_running_loop().time()
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(self._connections):
                    tasks.create_task(self._feed(numbers, begin))
        finally:
            self.report.seconds = asyncio.get_running_loop().time() - begin
            self.report.cpu_s = time.process_time() - cpu
        return self.report

    async def _feed(self, numbers: Iterator[int], begin: float) -> None:
        connection = Connection(self._url, self._token)
        loop = asyncio.get_running_loop()
        for number in numbers:
            due = begin + number * self._envelope / self._rate
            wait = due - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            self.report.late_s = max(0.0, loop.time() - due)
            await self._send(connection, number)
        await connection.close()

    async def _send(self, connection: Connection, number: int) -> None:
        sent = time.time()
        observed_at = (
            datetime.fromtimestamp(sent, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        )
        first, body = self.body(number, observed_at)
        tries, pause = 1, 0.05
        while True:
            try:
                await connection.post(PATH, body)
                break
            except TooMany as later:
                await asyncio.sleep(max(pause, later.retry_after_s))
            except Unavailable:
                await asyncio.sleep(pause)
                pause = min(1.0, pause * 2)
            tries += 1
        report = self.report
        report.readings += self._envelope
        report.envelopes += 1
        report.retries += tries - 1
        self._accepted(Accepted(number, observed_at, first, self._envelope, sent, time.time(), tries))


def main() -> None:
    """Command line: prints the report as JSON when done."""
    parser = argparse.ArgumentParser(prog="python -m tocsin.simulate.load", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", default=os.environ.get("TOCSIN_TOKEN"), help="default: $TOCSIN_TOKEN")
    parser.add_argument("--entities", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=1000.0, help="readings per second")
    parser.add_argument("--envelope", type=int, default=100, help="readings per request")
    parser.add_argument("--connections", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--log", help="file for one JSON line per accepted envelope")
    given = parser.parse_args()
    if not given.token:
        parser.error("give --token or set TOCSIN_TOKEN")
    with Path(given.log or os.devnull).open("w", encoding="utf-8", buffering=1) as log:

        def note(envelope: Accepted) -> None:
            log.write(envelope.line())

        load = Load(
            given.url,
            given.token,
            entities=given.entities,
            rate=given.rate,
            envelope=given.envelope,
            connections=given.connections,
            accepted=note,
        )
        report = uvloop.run(load.run(given.seconds))
    sys.stdout.write(json.dumps({key: round(value, 3) for key, value in asdict(report).items()}) + "\n")


if __name__ == "__main__":
    main()
