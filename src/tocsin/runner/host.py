"""Hosts one tool: reads the log, feeds the detector, publishes what it says, saves snapshot and position.

What was published and what is saved cannot part: findings leave first, then snapshot and position are saved
as one file. After any death the log is read again from the saved position; the feeder is deterministic, so
the same findings leave again under the same ids and versions, and readers drop those they have.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import structlog

from tocsin.bus.codec import encode
from tocsin.kernel.errors import Misconfigured, TocsinError, Unavailable
from tocsin.kernel.events import Finding
from tocsin.kernel.ports import Bus, Message, Outgoing
from tocsin.kernel.subjects import token
from tocsin.runner.decoded import Decoded
from tocsin.runner.overrides import read_overrides
from tocsin.runner.snapshots import Saved, Snapshots
from tocsin.runner.strikes import Strikes
from tocsin.runner.timed import Timed
from tocsin.runner.watchdog import Watchdog
from tocsin.sdk.discover import LoadedTool, ToolFolder, load
from tocsin.sdk.feed import Feeder
from tocsin.sdk.params import describe, make_params

log = structlog.get_logger(__name__)

STREAM, SUBJECTS = "OBS", ("obs.src.>", "obs.api.>", "obs.edge.>")
#: Envelopes taken at once: few enough that the others get their turn and the loop stays responsive.
BATCH = 32
RETRY_S = 1.0
#: What was odd at the start is shown for so long.
NOTES_S = 120.0
_NOT_SAVED = "snapshot not saved"
#: Start-up may take this many times the hard limit: numerical libraries take seconds to import.
START_PATIENCE = 6.0


class Host:
    """``run`` until cancelled. The public figures are for ``status.py``.

    ``params_file``: TOML with ``[params]``; need not exist. ``snapshot_s``: wall seconds between snapshots.
    """

    def __init__(
        self,
        folder: ToolFolder,
        bus: Bus,
        decoded: Decoded,
        watchdog: Watchdog,
        *,
        directory: Path,
        params_file: Path | None,
        city: Mapping[str, object],
        snapshot_s: float,
    ) -> None:
        self.folder, self.id = folder, folder.id
        self._bus, self._decoded, self._watchdog = bus, decoded, watchdog
        self._params_file, self._city, self._snapshot_s = params_file, city, snapshot_s
        self._snapshots = Snapshots(directory, folder.id, folder.manifest.version)
        self.strikes = Strikes(directory)
        self._loaded: LoadedTool | None = None
        self._wake = asyncio.Event()
        self._clean = True
        self._held: list[int] = []  # positions of the snapshots on disk, older first
        self._saved_at = self._started_at = 0.0
        self.feeder: Feeder | None = None
        self.timed: Timed | None = None
        self.params: dict[str, dict[str, object]] = {}
        self.seq = 0  # the last message fed
        self.read_time: datetime | None = None  # when that message was stored
        self.taken_at = time.monotonic()  # when a reading was last fed
        self.restarts = 0
        self.out = ""  # why it is out of service
        self.notes: list[str] = []  # what an operator should know of this start
        self.snapshot_ms, self.snapshot_bytes = 0.0, 0
        self._flooded, self._flooded_at = 0, float("-inf")

    @property
    def position(self) -> int:
        """What may be forgotten of the log: covered by both snapshots on disk."""
        return self._held[0] if self._held else 0

    def restart(self) -> None:
        """A person wants it back: forgive, and start from the last snapshot."""
        self.strikes.clear()
        self.out = ""
        self._wake.set()

    async def run(self) -> None:
        while True:
            hold = self.strikes.hold_s(time.time())
            if hold > 0 or self.out:
                if not self.out and hold == float("inf"):
                    self._retire(f"failed {self.strikes.count} times: {self.strikes.reason}")
                self._wake.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), None if self.out else hold)
                continue
            try:
                await self._session()
            except Misconfigured as error:
                self._retire(str(error))
            except TocsinError as error:
                if isinstance(error, Unavailable):
                    await asyncio.sleep(RETRY_S)
                elif self.feeder is None:
                    self._retire(str(error))  # cannot start: the words name the cure
                else:
                    self._strike(str(error))
            except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything; it stays alone
                self._strike(f"{type(error).__name__}: {error}")

    def _retire(self, reason: str) -> None:
        self.out, self.feeder = reason, None
        log.error("tool_out_of_service", tool=self.id, reason=reason)

    def _strike(self, reason: str) -> None:
        self.strikes.strike(reason, self.seq + 1, time.time())
        self.restarts += 1
        self.feeder = None
        trace = traceback.format_exc(limit=-5)[-2000:]
        log.error("tool_failed", tool=self.id, reason=reason, strikes=self.strikes.count, trace=trace)

    async def _session(self) -> None:
        """From start to failure or cancellation."""
        self.feeder = None
        feeder = self._start()
        end = (await self._bus.info(STREAM)).last
        if feeder.covered > end:
            # the log was lost or made anew; what was learnt holds, and what comes again is dropped as old
            self.notes.append(
                f"the log ends at {end}, before position {feeder.covered}: reads it from its start"
            )
            feeder.rewind()
        self.feeder, self.seq = feeder, feeder.covered
        self._saved_at = self._started_at = time.monotonic()
        self._clean = True
        try:
            reading = self._bus.read(STREAM, after=feeder.covered, subjects=SUBJECTS, max_batch=BATCH)
            async with reading as batches:
                async for messages in batches:
                    await self._take(feeder, messages)
                    if time.monotonic() - self._saved_at >= self._snapshot_due_s():
                        content = self._content(feeder)
                        await asyncio.to_thread(self._write, content)
                    await asyncio.sleep(0)
        except asyncio.CancelledError:
            if self._clean:
                self._write(self._content(feeder))
            raise

    def _start(self) -> Feeder:
        manifest, self.notes = self.folder.manifest, []
        self._watchdog.call(self.id, patience=START_PATIENCE)
        try:
            if self._loaded is None:
                self._loaded = load(self.folder)
            where = str(self._params_file or "defaults")
            known = {field.name for field in fields(self._loaded.params_class)}
            given = {name: value for name, value in self._city.items() if name in known}
            given |= read_overrides(self._params_file)
            params = make_params(self._loaded.params_class, given, where=where)
            self.params = describe(params)
            make = self._loaded.make
            sound, words = self._snapshots.candidates()
            self.notes += words
            for saved in sound:
                self.timed = Timed(make(params), self.id, self._watchdog)
                feeder = Feeder(self.timed, manifest)
                try:
                    feeder.restore(saved.state)
                except Exception as error:  # noqa: BLE001 - a snapshot that cannot be used is passed over
                    self.notes.append(f"a snapshot was refused: {error}")
                    continue
                self._held = [s.position for s in reversed(sound)]
                return feeder
            if self.notes:
                self.notes.append("starts afresh from what the log still holds")
            self._held = []
            self._watchdog.call(self.id, patience=START_PATIENCE)
            self.timed = Timed(make(params), self.id, self._watchdog)
            return Feeder(self.timed, manifest)
        finally:
            self._watchdog.done()
            for note in self.notes:
                log.warning("tool_start", tool=self.id, note=note)

    async def _take(self, feeder: Feeder, messages: Sequence[Message]) -> None:
        self._clean = False
        told: list[Finding] = []
        before = feeder.fed
        for message in messages:
            told += feeder.feed(self._decoded.get(message), message.seq)
            self.seq = message.seq
        self.read_time = messages[-1].time
        if feeder.fed != before:
            self.taken_at = time.monotonic()
        if told:
            await self._publish(told)
        self._clean = True

    async def _publish(self, told: Sequence[Finding]) -> None:
        subject = f"finding.{token(self.id)}"
        outs = [Outgoing(subject, encode(f), msg_id=f"finding:{self.id}:{f.id}:{f.version}") for f in told]
        while True:
            try:
                await self._bus.publish_many(outs)
                break
            except Unavailable as error:
                log.warning("finding_not_stored", tool=self.id, reason=str(error), again_s=RETRY_S)
                await asyncio.sleep(RETRY_S)

    def _content(self, feeder: Feeder) -> tuple[int, bytes]:
        start = time.perf_counter()
        position = feeder.covered
        content = self._snapshots.encode(Saved(position, feeder.snapshot()))
        self.snapshot_ms, self.snapshot_bytes = 1000 * (time.perf_counter() - start), len(content)
        return position, content

    def _write(self, made: tuple[int, bytes]) -> None:
        position, content = made
        self._saved_at = time.monotonic()
        try:
            self._snapshots.write(content)
        except OSError as error:  # a full disk: go on, the last good snapshot and the log are still there
            self.notes = [f"{_NOT_SAVED}: {error}"]
            log.error("snapshot_not_saved", tool=self.id, reason=str(error))
            return
        self._held = [*self._held, position][-2:]
        running_s = time.monotonic() - self._started_at
        self.notes = [n for n in self.notes if running_s <= NOTES_S and not n.startswith(_NOT_SAVED)]
        self.strikes.passed(position, running_s)

    def _snapshot_due_s(self) -> float:
        """Snapshots of a large state come less often, so that making them costs at most 2 % of the time."""
        return max(self._snapshot_s, 50 * self.snapshot_ms / 1000)

    def recent_flood(self, now: float) -> bool:
        """Whether findings were held back within the last minute."""
        flooded = self.feeder.episodes.flooded if self.feeder else 0
        if flooded > self._flooded:
            self._flooded, self._flooded_at = flooded, now
        return now - self._flooded_at < 60.0

    def lag_s(self) -> float:
        """Wall seconds since the last message fed was stored."""
        return (
            0.0 if self.read_time is None else max(0.0, (datetime.now(UTC) - self.read_time).total_seconds())
        )
