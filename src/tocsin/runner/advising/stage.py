"""Asks advisors: requests of incidents, which are kept, and what-ifs, which are not.

Of what is in hand nothing is stored here: a request without an answer in the stream ADVICE is open. After any
death the stream is read from its start (it is trimmed behind what is answered), what is open is asked again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from tocsin.bus.codec import decode, encode
from tocsin.kernel.advice import (
    AdviceAnswered,
    AdviceAsked,
    AdviceProgress,
    Request,
    Surroundings,
    SurroundingsAsked,
    WhatIf,
)
from tocsin.kernel.errors import Invalid, NotFound, TocsinError, TooMany, Unavailable
from tocsin.kernel.ids import random_id
from tocsin.kernel.ports import Bus, Health, Message, Outgoing
from tocsin.kernel.subjects import ADVICE_GIVEN, ADVICE_REQUESTED, SURROUNDINGS, WHAT_IF, token
from tocsin.runner.advising.crew import IDLE_S, Crew
from tocsin.runner.advising.process import Died
from tocsin.runner.advising.wire import Done, Going, Job
from tocsin.sdk.discover import ToolFolder
from tocsin.sdk.status import ToolStatus

log = structlog.get_logger(__name__)

STREAM = "ADVICE"
RETRY_S = 1.0
#: a process that died is asked once more: it may have been killed from outside
_TRIES = 2
_MOST_WAITING = 16
_TELL_S = 0.25


class Advisors:
    """Stage. ``folders``: the tools that advise."""

    name = "advisors"

    def __init__(
        self,
        bus: Bus,
        folders: Sequence[ToolFolder],
        *,
        params: Path | None = None,
        city: Mapping[str, object] | None = None,
        idle_s: float = IDLE_S,
    ) -> None:
        self._bus = bus
        self._folders = {folder.id: folder for folder in folders if folder.manifest.advice is not None}
        self.crew = Crew(params=params, city=city or {}, idle_s=idle_s)
        self._position = 0
        self._open: dict[str, tuple[int, AdviceAsked]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        #: what-ifs wait for each other, so that an incident always finds a process
        self._idly, self._wondering = asyncio.Semaphore(1), 0
        self._figures = {"answered": 0, "failed": 0, "withdrawn": 0, "what_ifs": 0, "died": 0}
        self._last: dict[str, str] = {}

    async def run(self) -> None:
        try:
            async with self._bus.answer(WHAT_IF.subject, self._what_if), asyncio.TaskGroup() as group:
                await self._follow(group)
        finally:
            await self.crew.close()

    async def _follow(self, group: asyncio.TaskGroup) -> None:
        info = await self._bus.info(STREAM)
        end = info.last if info.messages else 0
        patterns = [ADVICE_REQUESTED.pattern, ADVICE_GIVEN.pattern]
        self._position = max(0, info.first - 1) if info.messages else info.last
        async with self._bus.read(STREAM, after=self._position, subjects=patterns) as batches:
            async for messages in batches:
                for message in messages:
                    self._take(message)
                if self._position >= end:  # what lies before may have been answered before we died
                    for name, (_, asked) in self._open.items():
                        if name not in self._tasks:
                            self._tasks[name] = group.create_task(self._serve(asked))

    def _take(self, message: Message) -> None:
        self._position = message.seq
        try:
            if message.subject.startswith("advice.given."):
                self._closed(decode(message.data, AdviceAnswered).id)
                return
            asked = decode(message.data, AdviceAsked)
        except Invalid as error:
            log.error("advice_refused", seq=message.seq, subject=message.subject, reason=str(error))
            return
        if not asked.withdrawn:
            self._open.setdefault(asked.id, (message.seq, asked))
        elif asked.id in self._open:
            self._open[asked.id] = (self._open[asked.id][0], asked)
            if asked.id in self._tasks:
                self._tasks[asked.id].cancel()  # and it is served anew, as withdrawn

    def _closed(self, name: str) -> None:
        self._open.pop(name, None)
        self._tasks.pop(name, None)

    async def _serve(self, asked: AdviceAsked) -> None:
        try:
            answered = await self._answered(asked)
        except asyncio.CancelledError:
            if not self._open.get(asked.id, (0, asked))[1].withdrawn:
                raise
            answered = AdviceAnswered(asked.id, withdrawn=True)
        counted = "withdrawn" if answered.withdrawn else "answered" if answered.advice else "failed"
        self._figures[counted] += 1
        out = Outgoing(f"advice.given.{token(asked.id)}", encode(answered), msg_id=f"advice:{asked.id}")
        while True:
            try:
                await self._bus.publish(out)
                return
            except Unavailable as error:
                log.warning("advice_not_stored", id=asked.id, reason=str(error), again_s=RETRY_S)
                await asyncio.sleep(RETRY_S)

    async def _answered(self, asked: AdviceAsked) -> AdviceAnswered:
        if asked.withdrawn:
            return AdviceAnswered(asked.id, withdrawn=True)
        while True:
            try:
                tell = _Teller(self._bus, asked.id)
                done = await self._consult(asked.tool, asked.request, asked.id, "", asked.incident, tell.told)
                return AdviceAnswered(asked.id, done.advice, footing=done.footing, took_s=done.took_s)
            except Unavailable as error:
                log.warning("advice_waits", id=asked.id, reason=str(error), again_s=RETRY_S)
                await asyncio.sleep(RETRY_S)
            except TocsinError as error:
                return AdviceAnswered(asked.id, trouble=str(error))

    async def _what_if(self, data: bytes) -> bytes:
        """Raises what the advisor refuses with."""
        asked = decode(data, WhatIf)
        if self._wondering >= _MOST_WAITING:
            raise TooMany("too many questions are waiting", retry_after_s=5.0)
        self._wondering += 1
        try:
            async with self._idly:
                name = f"what-if {random_id()}"
                done = await self._consult(
                    asked.tool, asked.request, name, asked.organisation, None, lambda _: None
                )
        finally:
            self._wondering -= 1
        self._figures["what_ifs"] += 1
        return encode(AdviceAnswered(name, done.advice, footing=done.footing, took_s=done.took_s))

    async def _consult(
        self,
        tool: str,
        request: Request,
        name: str,
        organisation: str,
        incident: str | None,
        tell: Callable[[Going], None],
    ) -> Done:
        """An answer with advice. Raises a ``TocsinError`` where there is none."""
        folder = self._folders.get(tool)
        if folder is None or folder.manifest.advice is None:
            known = ", ".join(sorted(self._folders)) or "none is installed"
            raise NotFound("no such advisor", field="tool", value=tool, cure=f"known: {known}")
        asked = SurroundingsAsked(tool, request, folder.manifest.types, organisation, incident)
        told = await self._bus.ask(SURROUNDINGS.subject, encode(asked))
        job = Job(name, request, decode(told, Surroundings))
        budget_s = folder.manifest.advice.budget_s
        died = ""
        for _ in range(_TRIES):
            try:
                async with self.crew.one(folder) as process:
                    done = await process.ask(job, budget_s, tell)
            except Died as error:
                died = str(error)
                self._figures["died"] += 1
                log.error("advisor_died", tool=tool, id=name, reason=died)
                continue
            self._last[tool] = f"answered in {done.took_s:.1f} s" if done.advice else "gave no answer"
            return _with_advice(done, budget_s)
        self._last[tool] = died
        raise _Failed(f"the advisor {tool} failed: {died}", cure="ask again, or decide without it")

    def health(self) -> Health:
        waiting = [seq for seq, _ in self._open.values()]
        return Health(
            name=self.name,
            words=f"{len(waiting)} asked" if waiting else "nobody asks",
            position={STREAM: min(waiting) - 1 if waiting else self._position},
            figures={
                **{k: float(v) for k, v in self._figures.items()},
                "processes": float(len(self.crew.pids)),
            },
            detail={"tools": [self._status(f) for f in self._folders.values() if not f.manifest.detects]},
        )

    def _status(self, folder: ToolFolder) -> ToolStatus:
        m = folder.manifest
        return ToolStatus(
            id=m.id,
            title=m.title,
            claim=m.claim,
            version=m.version,
            capability=m.capability,
            state="working",
            words=self._last.get(m.id, "waits to be asked"),
            advises_a_person=m.advises_a_person,
            personal_data=m.personal_data,
            panels=folder.panels,
            guide_md=folder.guide_md,
        )


class _Failed(TocsinError):
    """The advisor's own failure, not a mistake of who asked."""

    status, kind = 502, "advisor-failed"


def _with_advice(done: Done, budget_s: float) -> Done:
    if done.refusal is not None:
        raise done.refusal.error()
    if done.defect is not None:
        raise _Failed(f"the advisor failed: {done.defect}", cure="ask again, or decide without it")
    if done.advice is None:
        raise _Failed(
            f"no answer within its {budget_s:g} s, and none that is good enough so far",
            cure="ask for less, or decide without it",
        )
    return done


class _Teller:
    """Progress for open screens, now and then."""

    def __init__(self, bus: Bus, name: str) -> None:
        self._bus, self._name, self._at = bus, name, float("-inf")
        self._telling: asyncio.Task[None] | None = None

    def told(self, going: Going) -> None:
        now = time.monotonic()
        if now - self._at >= _TELL_S and (self._telling is None or self._telling.done()):
            self._at = now
            self._telling = asyncio.create_task(
                self._tell(AdviceProgress(self._name, going.share, going.words))
            )

    async def _tell(self, progress: AdviceProgress) -> None:
        with suppress(TocsinError):  # it is shown, nothing rests on it
            await self._bus.announce(f"advising.{token(self._name)}", encode(progress))
