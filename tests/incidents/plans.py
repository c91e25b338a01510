"""Procedures and incidents for tests, and random ones of every shape that the loader lets through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tocsin.incidents.procedures.model import Answer, Decision, Procedure, Step, Trigger
from tocsin.kernel.decisions import Incident, LogEntry

T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    return T0 + timedelta(minutes=number)


def incident(**given: Any) -> Incident:
    values = {
        "id": "INC-001",
        "version": 1,
        "state": "open",
        "kind": "incident",
        "title": "Surge",
        "severity": "high",
        "owner": "kim",
        "alerts": ("AL-0001",),
        "place": None,
        "opened_at": T0,
        "updated_at": T0,
        "log": (LogEntry(1, "opened", "kim", T0, "Surge"),),
    }
    return Incident(**(values | given))


def step(name: str, *needs: str, **given: Any) -> Step:
    values = {"title": name.title(), "words": f"Do {name}.", "role": "operator", "minutes": 5}
    return Step(id=name, needs=needs, **(values | given))


def decision(**answers: tuple[str, ...]) -> Decision:
    return Decision("What now?", tuple(Answer(name, leads) for name, leads in answers.items()))


def procedure(*steps: Step, **given: Any) -> Procedure:
    values = {
        "id": "p",
        "version": 1,
        "title": "Plan",
        "words": "For tests.",
        "sources": ("none",),
        "trigger": Trigger(),
    }
    return Procedure(steps=steps, **(values | given))


#: look -> decide -> (yes: act, tell -> both) | (no: leave); report after whichever it was
FORK = procedure(
    step("look", minutes=2, checklist=("camera", "counter")),
    step("decide", "look", decision=decision(yes=("act", "tell"), no=("leave",))),
    step("act", role="field responder", minutes=10),
    step("tell", role="supervisor", minutes=3),
    step("both", "act", "tell"),
    step("leave"),
    step("report", "both", "leave", minutes=30),
)


@st.composite
def procedures(draw: st.DrawFn) -> Procedure:
    """Two to nine steps; needs look back, answers lead on, so that there is never a cycle."""
    count = draw(st.integers(2, 9))
    steps = []
    for number in range(count):
        earlier = [f"s{n}" for n in range(number)]
        later = [f"s{n}" for n in range(number + 1, count)]
        needs = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)) if earlier else []
        decides = None
        if later and draw(st.integers(0, 2)) == 0:
            branches = draw(
                st.lists(
                    st.lists(st.sampled_from(later), unique=True, min_size=1, max_size=3),
                    min_size=2,
                    max_size=3,
                )
            )
            decides = decision(**{f"a{n}": tuple(leads) for n, leads in enumerate(branches)})
        lines = tuple(f"line {n}" for n in range(draw(st.integers(0, 2))))
        role = draw(st.sampled_from(["operator", "supervisor", "decision maker", "cyber"]))
        limit = draw(st.integers(1, 20))
        steps.append(step(f"s{number}", *needs, decision=decides, checklist=lines, role=role, minutes=limit))
    return procedure(*steps)
