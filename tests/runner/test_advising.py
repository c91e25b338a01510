"""Advisors in processes of their own: answered, refused, stopped, killed, begun anew. Real processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tocsin.bus.codec import decode, encode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.kernel.advice import (
    AdviceAnswered,
    AdviceAsked,
    AdviceProgress,
    Surroundings,
    SurroundingsAsked,
    WhatIf,
)
from tocsin.kernel.errors import AdvisorFailed, Invalid, NotFound
from tocsin.kernel.ports import Outgoing
from tocsin.kernel.subjects import SURROUNDINGS, WHAT_IF
from tocsin.runner.advising import process
from tocsin.runner.advising.stage import Advisors
from tocsin.sdk.checks_advice_case import AdviceCase
from tocsin.sdk.discover import ToolFolder, read_folder
from tocsin.sdk.manifest import Advises
from tocsin.sdk.scaffold import new_tool

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

#: computes until it is stopped: ``how`` asks for its manners
SLOW = """
    def advise(self, request, context, progress):
        how = request.get("how")
        if how is None:
            return self.quick(request, context, progress)
        best, n = None, 0
        while True:
            n += 1
            if how == "crash":
                raise RuntimeError("a defect")
            if how == "die":
                import signal
                signal.raise_signal(signal.SIGSEGV)
            if how != "deaf":
                if how == "best":
                    best = self.quick(request, context, lambda *_: None)
                progress(min(0.9, n / 1000), "working", best)
            sum(range(20_000))

    def quick(self, request, context, progress):
"""
ADVISE = "    def advise(self, request: Mapping[str, Any], context: Context, progress: Progress) -> Advice:\n"


@pytest.fixture
def folder(tmp_path: Path) -> ToolFolder:
    made = new_tool("wardens", tmp_path, advisor=True)
    text = (made / "advisor.py").read_text()
    assert ADVISE in text
    (made / "advisor.py").write_text(text.replace(ADVISE, SLOW))
    manifest = (made / "manifest.toml").read_text()
    (made / "manifest.toml").write_text(manifest.replace("budget_s = 5.0", "budget_s = 0.7"))
    return read_folder(made)


class Desk:
    """Stands for the incidents stage: tells the surroundings, keeps what is answered."""

    def __init__(self, bus: MemoryBus, folder: ToolFolder) -> None:
        self.bus = bus
        self.around: Surroundings = AdviceCase(folder).questions()["plain"].surroundings
        self.told: list[SurroundingsAsked] = []

    async def tell(self, data: bytes) -> bytes:
        self.told.append(decode(data, SurroundingsAsked))
        return encode(self.around)

    async def ask(self, name: str, withdrawn: bool = False, **request: Any) -> None:
        full = {"space": "square", "crowd": 1000, **request}
        asked = AdviceAsked(name, "wardens", full, "INC-001", NOW, withdrawn=withdrawn)
        await self.bus.publish(Outgoing(f"advice.requested.{name}", encode(asked)))

    async def answers(self) -> dict[str, list[AdviceAnswered]]:
        found: dict[str, list[AdviceAnswered]] = {}
        if (await self.bus.info("ADVICE")).messages:
            end = (await self.bus.info("ADVICE")).last
            async with self.bus.read("ADVICE", after=0) as batches:
                async for messages in batches:
                    for m in messages:
                        if m.subject.startswith("advice.given."):
                            told = decode(m.data, AdviceAnswered)
                            found.setdefault(told.id, []).append(told)
                    if messages[-1].seq >= end:
                        break
        return found

    async def answer(self, name: str) -> AdviceAnswered:
        async with asyncio.timeout(30):
            while name not in (found := await self.answers()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert len(found[name]) == 1
        return found[name][0]

    async def wonder(self, **request: Any) -> AdviceAnswered:
        asked = WhatIf("wardens", {"space": "square", "crowd": 1000, **request}, "police")
        return decode(await self.bus.ask(WHAT_IF.subject, encode(asked), timeout_s=30), AdviceAnswered)


@contextlib.asynccontextmanager
async def hosted(log: MemoryLog, folder: ToolFolder, **more: Any) -> AsyncIterator[Advisors]:
    stage = Advisors(MemoryBus(log), [folder], **more)
    running = asyncio.create_task(stage.run())
    await until(lambda: any(subject == WHAT_IF.subject for subject, _ in log.answers))
    try:
        yield stage
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@contextlib.asynccontextmanager
async def desk(log: MemoryLog, folder: ToolFolder) -> AsyncIterator[Desk]:
    made = Desk(MemoryBus(log), folder)
    async with made.bus.answer(SURROUNDINGS.subject, made.tell):
        yield made


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def living(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def test_answered_once_by_a_process_that_stays_warm_and_ends_when_idle(folder: ToolFolder) -> None:
    log = MemoryLog()
    async with desk(log, folder) as here, hosted(log, folder, idle_s=0.2) as stage:
        assert stage.crew.pids == ()  # nobody has asked
        await here.ask("AD-0001")
        told = await here.answer("AD-0001")
        assert told.advice is not None
        assert (told.advice.request, told.advice.tool, told.advice.complete) == ("AD-0001", "wardens", True)
        assert told.advice.words == "5 stewards on 2 ways out of Square"
        assert [(f.kind, f.id, f.value) for f in told.footing] == [("space", "square", 3)]
        assert here.told == [
            SurroundingsAsked(
                "wardens", {"space": "square", "crowd": 1000}, ("CrowdFlowObserved",), "", "INC-001"
            )
        ]
        [pid] = stage.crew.pids
        await here.ask("AD-0002")
        await here.answer("AD-0002")
        assert stage.crew.pids == (pid,)
        await until(lambda: not stage.crew.pids and not living(pid))
        assert stage.health().position == {"ADVICE": (await here.bus.info("ADVICE")).last}


async def test_a_refusal_keeps_its_field_and_cure(folder: ToolFolder) -> None:
    log = MemoryLog()
    async with desk(log, folder) as here, hosted(log, folder):
        await here.ask("AD-0001", crowd=-4)
        told = await here.answer("AD-0001")
        assert told.advice is None
        assert told.trouble == ("not a number of people; field 'crowd' = '-4'; cure: 0 to 10 million")
        with pytest.raises(Invalid) as refused:
            await here.wonder(crowd="many")
        assert (refused.value.field, refused.value.cure) == ("crowd", "0 to 10 million")
        asked = WhatIf("nobody", {}, "police")
        with pytest.raises(NotFound, match="no such advisor"):
            await here.bus.ask(WHAT_IF.subject, encode(asked))


async def test_a_what_if_is_answered_and_kept_by_nobody(folder: ToolFolder) -> None:
    log = MemoryLog()
    async with desk(log, folder) as here, hosted(log, folder):
        told = await here.wonder(crowd=5000)
        assert told.advice is not None
        assert told.advice.plan["crowd"] == 5000
        assert here.told[0].organisation == "police"
        assert here.told[0].incident is None
        assert (await here.bus.info("ADVICE")).messages == 0


@pytest.mark.parametrize("how", ["crash", "die"])
async def test_a_failure_is_an_answer_with_words(folder: ToolFolder, how: str) -> None:
    log = MemoryLog()
    async with desk(log, folder) as here, hosted(log, folder) as stage:
        await here.ask("AD-0001", how=how)
        told = await here.answer("AD-0001")
        assert told.advice is None
        said = {"crash": "RuntimeError: a defect", "die": "its process ended by signal 11"}[how]
        assert said in str(told.trouble)
        with pytest.raises(AdvisorFailed, match=said):
            await here.wonder(how=how)
        await here.ask("AD-0002")  # and the next one is answered
        assert (await here.answer("AD-0002")).advice is not None
        assert stage.health().figures["failed"] == 1


async def test_at_the_end_of_its_time_the_best_counts_or_it_has_failed(
    folder: ToolFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GRACE_S", 0.3)
    log = MemoryLog()
    async with desk(log, folder) as here, hosted(log, folder):
        await here.ask("AD-0001", how="best")
        best = (await here.answer("AD-0001")).advice
        assert best is not None
        assert (best.complete, best.request, best.tool) == (False, "AD-0001", "wardens")
        for name, how in (("AD-0002", "none"), ("AD-0003", "deaf")):
            await here.ask(name, how=how)
            told = await here.answer(name)
            assert told.advice is None
            assert "no answer within its 0.7 s" in str(told.trouble)


@pytest.mark.parametrize("how", ["heard", "deaf"])
async def test_withdrawn_in_the_middle_of_computing(
    folder: ToolFolder, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GRACE_S", 0.3)
    patient = msgspec.structs.replace(folder.manifest, advice=Advises(60.0, "in peace"))
    log = MemoryLog()
    async with desk(log, folder) as here, hosted(log, _with(folder, patient)) as stage:
        await here.ask("AD-0001", how=how)
        await until(lambda: bool(stage.crew.pids))
        [pid] = stage.crew.pids
        await here.ask("AD-0001", withdrawn=True)
        told = await here.answer("AD-0001")
        assert (told.withdrawn, told.advice, told.trouble) == (True, None, None)
        assert living(pid) == (how == "heard")  # who does not hear is killed
        await here.ask("AD-0002")
        assert (await here.answer("AD-0002")).advice is not None


async def test_progress_is_told_to_screens(folder: ToolFolder) -> None:
    log = MemoryLog()
    async with desk(log, folder) as here, hosted(log, folder), here.bus.listen("advising.>") as heard:
        await here.ask("AD-0001", how="none")
        async with asyncio.timeout(20):
            message = await anext(heard)
        told = decode(message.data, AdviceProgress)
        assert (told.id, told.words) == ("AD-0001", "working")
        assert 0 < told.share < 1
        await here.answer("AD-0001")


async def test_a_killed_process_is_started_anew_and_the_answer_comes_once(folder: ToolFolder) -> None:
    patient = msgspec.structs.replace(folder.manifest, advice=Advises(2.0, "soon"))
    log = MemoryLog()
    async with desk(log, folder) as here, hosted(log, _with(folder, patient)) as stage:
        await here.ask("AD-0001", how="best")
        await until(lambda: bool(stage.crew.pids))
        [pid] = stage.crew.pids
        os.kill(pid, signal.SIGKILL)
        told = await here.answer("AD-0001")
        assert told.advice is not None
        assert stage.health().figures["died"] == 1
        assert stage.crew.pids != (pid,)


async def test_what_was_open_when_the_host_died_is_answered_once_after_it(folder: ToolFolder) -> None:
    log = MemoryLog()
    async with desk(log, folder) as here:
        async with hosted(log, folder):
            await here.ask("AD-0001")
            await here.answer("AD-0001")
        await here.ask("AD-0002")
        await here.ask("AD-0003", how="deaf")
        await here.ask("AD-0003", withdrawn=True)
        async with hosted(log, folder):
            assert (await here.answer("AD-0002")).advice is not None
            assert (await here.answer("AD-0003")).withdrawn
        async with hosted(log, folder) as again:
            await asyncio.sleep(0.1)
            assert again.health().words == "nobody asks"
        found = await here.answers()
        assert {name: len(told) for name, told in found.items()} == {"AD-0001": 1, "AD-0002": 1, "AD-0003": 1}


async def test_asked_while_the_city_cannot_be_told_it_waits(folder: ToolFolder) -> None:
    log = MemoryLog()
    bus = MemoryBus(log)
    async with hosted(log, folder) as stage:
        here = Desk(bus, folder)
        await here.ask("AD-0001")
        await until(lambda: stage.health().words == "1 asked")
        assert stage.health().position == {"ADVICE": 0}  # nothing of it may be trimmed
        async with bus.answer(SURROUNDINGS.subject, here.tell):
            assert (await here.answer("AD-0001")).advice is not None


def _with(folder: ToolFolder, manifest: Any) -> ToolFolder:
    return ToolFolder(folder.id, folder.path, folder.package, manifest, folder.panels, folder.guide_md)
