"""The laws of an advisor. Each has a deliberately broken one in ``tests/sdk/broken/`` that fails it alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from math import isfinite

import msgspec

from tocsin.kernel.errors import NotFound, TocsinError
from tocsin.sdk import checks_static as static
from tocsin.sdk.checks_advice_case import AdviceCase, Calls
from tocsin.sdk.checks_case import Broken
from tocsin.sdk.consult import Given
from tocsin.sdk.rerun import digest_of
from tocsin.sdk.tool import Cancelled, OutOfTime

#: progress may be told so often after it has said that nobody waits
MOST_AFTER_CANCEL = 1


def requests_stand(case: AdviceCase) -> None:
    """There is a request that is answered and one that is refused, with its field and a cure."""
    questions = case.questions()
    if not case.answered:
        raise Broken("tests/requests holds none that is answered")
    refused = {name: q for name, q in questions.items() if q.refused is not None}
    if not refused:
        raise Broken("tests/requests holds none that is refused: say what is bad input")
    for name, question in refused.items():
        try:
            case.ask(question)
        except TocsinError as error:
            if error.field != question.refused or not error.cure:
                raise Broken(
                    f"{name}: refused with field {error.field!r}, cure {error.cure!r}; "
                    f"expected field {question.refused!r} and a cure"
                ) from None
        else:
            raise Broken(f"{name}: answered; it should be refused with field {question.refused!r}")


def request_unmutated(case: AdviceCase) -> None:
    """What is asked, and what the city is told to be, is not changed."""
    for name, question in case.questions().items():
        before = msgspec.msgpack.encode(question)
        with suppress(TocsinError):
            case.ask(question)
        if msgspec.msgpack.encode(question) != before:
            raise Broken(f"{name}: the request or its surroundings were changed")


def same_advice(case: AdviceCase) -> None:
    """The same request gives the same advice: again, after others, and under another hash seed."""
    advisor = case.advisor()
    for round_ in ("first", "second"):
        for name, question in case.questions().items():
            with suppress(TocsinError):
                told = case.ask(question, advisor=advisor)
                if told != case.answered.get(name):
                    raise Broken(f"{name}: another answer in the {round_} round of one advisor")
    here = digest_of(case.answered)
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-m", "tocsin.sdk.rerun", str(case.folder.path), case.folder.package, "advice"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if run.returncode:
            raise Broken(f"hash seed {seed}: {run.stderr.strip()[-300:]}")
        if run.stdout.strip() != here:
            raise Broken(f"hash seed {seed}: other advice (the order of a set?)")


def cancel_obeyed(case: AdviceCase) -> None:
    """It tells its progress; told that nobody waits, it stops; at the end of its time too."""
    for name, question in case.questions().items():
        if question.refused is not None:
            continue
        free = Calls()
        case.ask(question, calls=free)
        if not free.shares:
            raise Broken(f"{name}: tells no progress, so that nobody can stop it")
        if any(not 0 <= s <= 1 for s in free.shares) or free.shares != sorted(free.shares):
            raise Broken(f"{name}: its progress is {free.shares[:5]}: shares from 0 to 1 that never fall")
        for at in sorted({1, (len(free.shares) + 1) // 2, len(free.shares)}):
            for why in (Cancelled, OutOfTime):
                _stopped(case, name, at, why)


def _stopped(case: AdviceCase, name: str, at: int, why: type[Cancelled]) -> None:
    calls = Calls(stop_at=at, why=why)
    try:
        case.ask(case.questions()[name], calls=calls)
        if why is Cancelled:
            raise Broken(f"{name}: cancelled at call {at}, it answers all the same")
    except Cancelled:
        pass
    more = len(calls.shares) - at
    if more > MOST_AFTER_CANCEL:
        raise Broken(f"{name}: stopped at call {at}, it goes on for {more} calls")


def advice_whole(case: AdviceCase) -> None:
    """Advice has words, bounds that are numbers, what it assumes, and a validity that begins now."""
    for name, advice in case.answered.items():
        now = case.questions()[name].surroundings.now
        if not advice.words.strip() or not advice.plan:
            raise Broken(f"{name}: no words, or no plan")
        if not advice.bounds or not all(isfinite(value) for value in advice.bounds.values()):
            raise Broken(f"{name}: bounds are {advice.bounds}: state how good it can be at best, in numbers")
        if not advice.assumptions or not all(one.strip() for one in advice.assumptions):
            raise Broken(f"{name}: says not what it assumes")
        if not advice.valid_until > now:
            raise Broken(f"{name}: valid until {advice.valid_until}, asked at {now}")


def manifest_read(case: AdviceCase) -> None:
    """It looks at the types of entities that the manifest declares: no other; an advisor alone, all."""
    seen: set[str] = set()
    for name, question in case.questions().items():
        given = _Watched(question.surroundings, case.manifest.consumes)
        try:
            with suppress(TocsinError):
                case.ask(question, given=given)
        finally:
            seen |= given.asked
        if given.refused:
            raise Broken(f"{name}: looks at {given.refused}, which manifest.toml does not declare")
    unseen = set(case.manifest.types) - seen
    if unseen and not case.manifest.detects:
        raise Broken(f"manifest.toml declares {sorted(unseen)}, which no request makes it look at")


class _Watched(Given):
    """Remembers which types were asked for."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.asked: set[str] = set()
        self.refused: str | None = None

    def entities(self, *, type: str | None = None) -> object:  # type: ignore[override]  # noqa: A002
        try:
            found = super().entities(type=type)
        except NotFound:
            self.refused = type
            raise
        self.asked |= {type} if type is not None else set(self._types)
        return found


def answer_in_time(case: AdviceCase) -> None:
    """Every answer takes less processor time than the manifest's budget."""
    assert case.manifest.advice is not None
    for name, question in case.questions().items():
        began = time.process_time()
        with suppress(TocsinError):
            case.ask(question)
        took_s = time.process_time() - began
        if took_s > case.manifest.advice.budget_s:
            raise Broken(f"{name}: {took_s:.1f} s; the manifest says {case.manifest.advice.budget_s:g}")


ADVICE_LAWS: tuple[Callable[[AdviceCase], None], ...] = (
    static.no_clock,
    static.params_declared,
    static.guide_whole,
    requests_stand,
    request_unmutated,
    same_advice,
    cancel_obeyed,
    advice_whole,
    manifest_read,
    answer_in_time,
)
