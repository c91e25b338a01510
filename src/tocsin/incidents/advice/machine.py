"""The life of a consultation. Pure: a consultation in, an event or a refusal out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from tocsin.kernel.advice import (
    AdviceAnswered,
    Consultation,
    ConsultationAct,
    ConsultationEvent,
    Gist,
    Request,
    Why,
)
from tocsin.kernel.decisions import Mark
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.events import Advice
from tocsin.kernel.text import clean

REASON_CHARS = 1000
#: a bound that moved by less is not told as a difference
_TOLD_SHARE = 0.01


class Ask(msgspec.Struct, frozen=True):
    """What is to be asked. ``key``: once in an incident, whoever restarts; ``filled`` and the rest: see
    ``Consultation``.
    """

    key: str
    tool: str
    request: Request
    why: Why
    reason: str
    space: str | None = None
    task: str | None = None
    beside: str | None = None
    filled: tuple[str, ...] = ()

    @property
    def open_to_threats(self) -> bool:
        """Whoever wrote it says nothing of them."""
        return "threats" not in self.request

    def filled_with(self, threats: Sequence[dict[str, Any]]) -> Ask:
        """How many people there are, the advisor counts."""
        if not threats:
            return self
        return replace(self, request={**self.request, "threats": [*threats]}, filled=("threats",))


def consultation_id(number: int) -> str:
    return f"AD-{number:04d}"


def begin(number: int, incident: str, ask: Ask, by: str, at: datetime) -> ConsultationEvent:
    made = Consultation(
        id=consultation_id(number),
        version=1,
        incident=incident,
        tool=ask.tool,
        request=ask.request,
        why=ask.why,
        reason=clean(ask.reason, REASON_CHARS),
        state="asked",
        standing="none",
        asked_by=by,
        asked_at=at,
        updated_at=at,
        space=ask.space,
        task=ask.task,
        beside=ask.beside,
        filled=ask.filled,
    )
    return ConsultationEvent("asked", by, at, made)


def answered(
    c: Consultation, told: AdviceAnswered, before: Gist | None, by: str, at: datetime
) -> ConsultationEvent | None:
    """``before``: of the plan in force. None where nobody waits for it any more, or it came before."""
    if c.state != "asked" or told.withdrawn:
        return None
    if told.advice is None:
        return failed(c, told.trouble or "no answer", by, at)
    gist = gist_of(told.advice, told.took_s)
    return _step(
        c,
        "given",
        by,
        at,
        state="given",
        standing="proposed",
        gist=gist,
        differences=differences(before, told.advice) if c.beside else (),
        share=1.0,
    )


def failed(c: Consultation, trouble: str, by: str, at: datetime) -> ConsultationEvent:
    return _step(c, "failed", by, at, state="failed", trouble=clean(trouble, REASON_CHARS))


def withdraw(c: Consultation, by: str, at: datetime) -> ConsultationEvent:
    """Nobody waits any more. Raises ``Conflict``."""
    if c.state != "asked":
        raise Conflict(f"{c.id} is {c.state}", field="state", value=c.state, cure="look again")
    return _step(c, "withdrawn", by, at, state="withdrawn")


def accept(c: Consultation, reason: str | None, by: str, at: datetime) -> ConsultationEvent:
    """From now on it is the plan in force. Raises ``Conflict``."""
    _require_proposed(c)
    mark = Mark(by, at, clean(reason or "", REASON_CHARS) or None)
    return _step(c, "accepted", by, at, standing="accepted", decided=mark)


def decline(c: Consultation, reason: str | None, by: str, at: datetime) -> ConsultationEvent:
    """Raises ``Conflict``, ``Invalid``."""
    _require_proposed(c)
    said = clean(reason or "", REASON_CHARS)
    if not said:
        raise Invalid("a reason is needed", field="reason", value=reason, cure="say why it is not followed")
    return _step(c, "declined", by, at, standing="declined", decided=Mark(by, at, said))


def superseded(c: Consultation, by: str, at: datetime) -> ConsultationEvent:
    """Another one was accepted."""
    return _step(c, "superseded", by, at, standing="superseded")


def gist_of(advice: Advice, took_s: float) -> Gist:
    return Gist(
        words=advice.words,
        bounds=advice.bounds,
        assumptions=advice.assumptions,
        valid_until=advice.valid_until,
        complete=advice.complete,
        tool_version=advice.tool_version,
        took_s=round(took_s, 3),
    )


def differences(before: Gist | None, advice: Advice) -> tuple[str, ...]:
    """As the advisor says it, in ``differences`` of its plan; else what became of each bound."""
    said = advice.plan.get("differences")
    if isinstance(said, list | tuple) and said and all(isinstance(one, str) for one in said):
        return tuple(clean(str(one), 300) for one in said[:50])
    if before is None:
        return ()
    return tuple(
        f"{name}: {before.bounds[name]:g}, now {value:g}"
        for name, value in advice.bounds.items()
        if name in before.bounds and abs(value - before.bounds[name]) > _TOLD_SHARE * abs(before.bounds[name])
    )


def _require_proposed(c: Consultation) -> None:
    if c.standing == "proposed":
        return
    who = f" by {c.decided.by}" if c.decided else ""
    how = c.standing if c.standing != "none" else c.state
    raise Conflict(f"{c.id} is {how}{who}", field="state", value=how, cure="look again")


def _step(c: Consultation, act: ConsultationAct, by: str, at: datetime, **fields: Any) -> ConsultationEvent:
    at = max(at, c.updated_at)
    return ConsultationEvent(act, by, at, replace(c, version=c.version + 1, updated_at=at, **fields))
