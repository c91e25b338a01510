"""What must hold in a procedure beyond its shape. Found before an emergency finds it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from graphlib import CycleError, TopologicalSorter

from msgspec.structs import replace

from tocsin.incidents.procedures.model import Procedure, Step
from tocsin.incidents.task_flow import settle, tasks_of
from tocsin.kernel.decisions import TaskState
from tocsin.kernel.errors import Invalid

#: every combination of answers is walked through; beyond this nobody could rehearse the procedure either
MOST_WAYS = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check(procedure: Procedure) -> None:
    """Raises ``Invalid`` naming the field, the value and the cure for the first thing that is wrong."""
    ids = _distinct([s.id for s in procedure.steps], "steps[{}].id", "give each step a name of its own")
    for number, step in enumerate(procedure.steps):
        _check_step(f"steps[{number}]", step, ids)
    _check_cycles(procedure)
    _check_needs_met(procedure)


def _check_step(where: str, step: Step, ids: set[str]) -> None:
    _distinct(list(step.needs), where + ".needs[{}]", "name each step once")
    for number, need in enumerate(step.needs):
        _known(f"{where}.needs[{number}]", need, ids)
    answers = step.decision.answers if step.decision else ()
    _distinct(
        [a.answer for a in answers],
        where + ".decision.answers[{}].answer",
        "two answers must differ in words",
    )
    for number, answer in enumerate(answers):
        place = f"{where}.decision.answers[{number}].leads_to"
        _distinct(list(answer.leads_to), place + "[{}]", "name each step once")
        for n, to in enumerate(answer.leads_to):
            _known(f"{place}[{n}]", to, ids)


def _distinct(names: list[str], where: str, cure: str) -> set[str]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            raise Invalid("named twice", field=where.format(number), value=name, cure=cure)
        seen.add(name)
    return seen


def _known(where: str, name: str, ids: set[str]) -> None:
    if name not in ids:
        raise Invalid(
            "leads to no step of this procedure",
            field=where,
            value=name,
            cure=f"use one of {', '.join(sorted(ids))}",
        )


def _check_cycles(procedure: Procedure) -> None:
    before: dict[str, set[str]] = {step.id: set(step.needs) for step in procedure.steps}
    for step in procedure.steps:
        for answer in step.decision.answers if step.decision else ():
            for to in answer.leads_to:
                before[to].add(step.id)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        ring = list(reversed(error.args[1]))
        raise Invalid(
            "these steps wait for each other, so none of them would ever open",
            field=f"steps[{[s.id for s in procedure.steps].index(ring[0])}].needs",
            value=" -> ".join(ring),
            cure="take one of these needs or answers away",
        ) from error


def _check_needs_met(procedure: Procedure) -> None:
    """Without cycles every step opens on some way; but it may wait for one that never comes with it."""
    ways = math.prod(len(s.decision.answers) for s in procedure.steps if s.decision)
    if ways > MOST_WAYS:
        raise Invalid(
            "the decisions branch in too many ways to be rehearsed",
            field="steps",
            value=ways,
            cure=f"keep to {MOST_WAYS} combinations of answers; make two procedures of it",
        )
    walks = list(_walks(procedure))
    for number, step in enumerate(procedure.steps):
        for n, need in enumerate(step.needs):
            if not any({step.id, need} <= walk for walk in walks):
                raise Invalid(
                    "no combination of answers ever reaches both this step and what it needs",
                    field=f"steps[{number}].needs[{n}]",
                    value=need,
                    cure=f"{need} lies on another branch than {step.id}: mend 'needs' or 'leads_to'",
                )


def _walks(procedure: Procedure) -> Iterator[set[str]]:
    """Steps done on each way through, every open task being done."""
    deciding = [step for step in procedure.steps if step.decision]
    options = [[a.answer for a in step.decision.answers] for step in deciding if step.decision]
    for chosen in itertools.product(*options):
        answers = {f"{procedure.id}.{step.id}": answer for step, answer in zip(deciding, chosen, strict=True)}
        tasks = settle(tasks_of(procedure), _EPOCH)
        while any(task.state is TaskState.OPEN for task in tasks):
            done = tuple(
                replace(task, state=TaskState.DONE, answer=answers.get(task.id))
                if task.state is TaskState.OPEN
                else task
                for task in tasks
            )
            tasks = settle(done, _EPOCH)
        yield {task.id.partition(".")[2] for task in tasks if task.state is TaskState.DONE}
