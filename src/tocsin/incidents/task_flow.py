"""Which task of a procedure may be done now. Pure: tasks in, tasks out.

A task that nobody has touched follows from the others alone, so it is worked out anew after every act and an
undo needs no memory. Branches that a decision left fall away with all that follows from them alone; a task
that is still wanted from another side does not wait for them (dead-path elimination: Leymann & Roller,
Production Workflow, 2000, ch. 3.5; WS-BPEL 2.0, 11.6.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.incidents.procedures.model import Procedure, Step
from tocsin.kernel.decisions import AdviceWanted, Task, TaskAnswer, TaskItem, TaskQuestion, TaskState

ENDED = frozenset({TaskState.DONE, TaskState.SKIPPED, TaskState.NOT_NEEDED})
#: states that a person brought about
TOUCHED = frozenset({TaskState.IN_PROGRESS, TaskState.DONE, TaskState.SKIPPED})


def tasks_of(procedure: Procedure) -> tuple[Task, ...]:
    """The steps as tasks, all of them waiting; ``settle`` opens the first."""
    return tuple(_task(procedure.id, step) for step in procedure.steps)


def settle(tasks: tuple[Task, ...], at: datetime) -> tuple[Task, ...]:
    """The same tasks with every untouched one waiting, open or not needed as the others now make it.

    A task that opens is due ``minutes`` after ``at``; one that was open stays due when it was.
    """
    now = {task.id: task for task in tasks}
    moved = True
    while moved:  # one pass a step of depth: a procedure has no cycles (``load`` refuses them)
        moved = False
        for task in list(now.values()):
            state = readiness(task, now)
            if task.state not in TOUCHED and task.state != state:
                now[task.id] = _moved(task, state, at)
                moved = True
    return tuple(now[task.id] for task in tasks)


def readiness(task: Task, now: Mapping[str, Task]) -> TaskState:
    """Open, waiting or not needed: what its needs and the decisions that lead to it say."""
    gates = [other for other in now.values() if _leads(other, task.id)]
    if gates and not any(_chose(gate, task.id) for gate in gates):
        over = all(gate.state in ENDED for gate in gates)
        return TaskState.NOT_NEEDED if over else TaskState.WAITING
    needed = [now[need].state for need in task.needs]
    if needed and not gates and all(state is TaskState.NOT_NEEDED for state in needed):
        return TaskState.NOT_NEEDED
    return TaskState.OPEN if all(state in ENDED for state in needed) else TaskState.WAITING


def uprooted(tasks: Iterable[Task]) -> list[Task]:
    """Tasks that somebody has begun although, as things now stand, they should not be open."""
    now = {task.id: task for task in tasks}
    return [t for t in now.values() if t.state in TOUCHED and readiness(t, now) is not TaskState.OPEN]


def _leads(task: Task, to: str) -> bool:
    return task.question is not None and any(to in answer.leads_to for answer in task.question.answers)


def _chose(task: Task, to: str) -> bool:
    answers = task.question.answers if task.question is not None else ()
    return task.state is TaskState.DONE and any(a.name == task.answer and to in a.leads_to for a in answers)


def _moved(task: Task, state: TaskState, at: datetime) -> Task:
    if state is TaskState.OPEN:
        return replace(task, state=state, opened_at=at, due_at=at + timedelta(minutes=task.minutes))
    return replace(task, state=state, opened_at=None, due_at=None, escalations=())


def _task(procedure: str, step: Step) -> Task:
    def own(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(f"{procedure}.{name}" for name in ids)

    decision, advice = step.decision, step.advice
    return Task(
        id=f"{procedure}.{step.id}",
        procedure=procedure,
        title=step.title,
        words=step.words,
        role=step.role,
        state=TaskState.WAITING,
        minutes=step.minutes,
        needs=own(step.needs),
        checklist=tuple(TaskItem(words) for words in step.checklist),
        question=TaskQuestion(
            decision.question, tuple(TaskAnswer(a.answer, own(a.leads_to)) for a in decision.answers)
        )
        if decision
        else None,
        advice=AdviceWanted(advice.tool, advice.request) if advice else None,
        opens=step.opens,
    )
