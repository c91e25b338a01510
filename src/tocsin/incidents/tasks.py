"""What people do with the tasks of an incident, and what the incident is after. Pure: event or refusal out.

``open -> in progress -> done | skipped``; every act is a line in the incident's log. Which tasks open or fall
away with it: ``task_flow``. A closed incident takes no progress.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from tocsin.incidents import task_flow
from tocsin.incidents.machine import WORDS_CHARS, require_open, step
from tocsin.incidents.procedures.model import Procedure
from tocsin.kernel.decisions import (
    Incident,
    IncidentAct,
    IncidentEvent,
    Mark,
    ProcedureStarted,
    Task,
    TaskState,
)
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.text import clean

#: a person cannot follow more, and every event carries them all
MOST_TASKS = 120
_TO_DO = frozenset({TaskState.OPEN, TaskState.IN_PROGRESS})


def start(incident: Incident, procedure: Procedure, by: str, at: datetime) -> IncidentEvent:
    """Its steps become tasks of the incident; the first open at once. Raises ``Conflict``, ``Invalid``."""
    require_open(incident)
    at = max(at, incident.updated_at)
    if any(begun.id == procedure.id for begun in incident.procedures):
        raise Conflict(
            f"{incident.id} follows {procedure.title} already",
            field="procedure",
            value=procedure.id,
            cure="look again",
        )
    added = task_flow.settle(task_flow.tasks_of(procedure), at)
    if len(incident.tasks) + len(added) > MOST_TASKS:
        raise Invalid(
            f"an incident holds {MOST_TASKS} tasks at most",
            field="procedure",
            value=procedure.id,
            cure="open another incident for it",
        )
    words = f"{procedure.title} (version {procedure.version}), {len(added)} steps{_news((), added)}"
    begun = ProcedureStarted(procedure.id, procedure.version, procedure.title, by, at)
    return step(
        incident,
        "procedure started",
        by,
        at,
        words,
        [task.id for task in added if task.state is TaskState.OPEN],
        procedures=(*incident.procedures, begun),
        tasks=(*incident.tasks, *added),
    )


def begin(incident: Incident, task: str, by: str, at: datetime) -> IncidentEvent:
    """Somebody has taken it on. Raises ``NotFound``, ``Conflict``."""
    found = _to_do(incident, task)
    if found.state is TaskState.IN_PROGRESS:
        who = f" by {found.started.by}" if found.started else ""
        raise Conflict(
            f"{found.title} is in progress{who}", field="task", value=found.state, cure="look again"
        )
    return _act(incident, "task started", by, at, found.title, _begun(found, by, _later(incident, at)))


def tick(incident: Incident, task: str, item: int, on: bool, by: str, at: datetime) -> IncidentEvent:
    """Tick (``on``) or untick a line of its checklist, counted from 0; the first tick begins the task.

    Raises ``NotFound``, ``Invalid``, ``Conflict``.
    """
    found = _to_do(incident, task)
    if not 0 <= item < len(found.checklist):
        raise Invalid(
            "no such line of the checklist",
            field="item",
            value=item,
            cure=f"{found.title} has {len(found.checklist)}, counted from 0",
        )
    line = found.checklist[item]
    if (line.ticked is not None) == on:
        raise Conflict(
            f"'{line.words}' is {'ticked' if on else 'not ticked'}",
            field="item",
            value=item,
            cure="look again",
        )
    at = _later(incident, at)
    after = _with_item(_begun(found, by, at), item, Mark(by, at) if on else None)
    return _act(
        incident, "task ticked" if on else "task unticked", by, at, f"{found.title}: {line.words}", after
    )


def done(incident: Incident, task: str, reason: str | None, by: str, at: datetime) -> IncidentEvent:
    """Finished. A reason is asked for where lines of its checklist are not ticked.

    Raises ``NotFound``, ``Invalid``, ``Conflict`` (also for a decision, which is answered).
    """
    found = _to_do(incident, task)
    if found.question is not None:
        raise Conflict(
            f"{found.title} ends with a decision: {found.question.words}",
            field="task",
            value=task,
            cure="answer it: " + ", ".join(a.name for a in found.question.answers),
        )
    said = _complete(found, reason)
    return _end(incident, "task done", found, TaskState.DONE, f"{found.title}{said}", reason, by, at)


def answer(
    incident: Incident, task: str, given: str, reason: str | None, by: str, at: datetime
) -> IncidentEvent:
    """Decide: opens the answer's branch, the others are not needed. Raises as ``done``."""
    found = _to_do(incident, task)
    if found.question is None:
        raise Conflict(f"{found.title} asks nothing", field="task", value=task, cure="mark it done")
    names = [a.name for a in found.question.answers]
    if given not in names:
        raise Invalid("no such answer", field="answer", value=given, cure=f"answer {' or '.join(names)}")
    words = f"{found.question.words} {given}{_complete(found, reason)}"
    return _end(
        incident,
        "task answered",
        replace(found, answer=given),
        TaskState.DONE,
        words,
        reason,
        by,
        at,
    )


def skip(incident: Incident, task: str, reason: str | None, by: str, at: datetime) -> IncidentEvent:
    """Left out, for a stated reason; what follows opens. A decision is answered, never skipped."""
    found = _to_do(incident, task)
    if found.question is not None:
        raise Conflict(
            f"{found.title} decides what follows; it cannot be skipped",
            field="task",
            value=task,
            cure="answer it: " + ", ".join(a.name for a in found.question.answers),
        )
    said = _reason(reason, "say why it is left out")
    return _end(incident, "task skipped", found, TaskState.SKIPPED, f"{found.title}: {said}", reason, by, at)


def undo(
    incident: Incident, task: str, reason: str | None, by: str, at: datetime, done_at: datetime | None = None
) -> IncidentEvent:
    """Take back the last act on a task: its end, else its newest tick, else its beginning.

    ``done_at``: when that act was done, as the caller saw it. The task's time limit goes on from when it
    first opened. Raises ``Conflict`` where another act came after that one, or where somebody has since begun
    what the act had opened: that is undone first.
    """
    require_open(incident)
    found = _get(incident, task)
    said = _reason(reason, "say why it is taken back")
    if found.state not in task_flow.TOUCHED:
        raise Conflict(
            f"nothing was done about {found.title}", field="task", value=found.state, cure="look again"
        )
    last, what, after = _before(found)
    if done_at is not None and last.at != done_at:
        raise Conflict(
            f"{last.by} did something about {found.title} since you looked: {what}",
            field="done_at",
            value=done_at,
            cure="look again, then decide",
        )
    uprooted = task_flow.uprooted(task_flow.settle(_replaced(incident.tasks, after), at))
    if uprooted:
        raise Conflict(
            f"{uprooted[0].title} was begun because of it",
            field="task",
            value=uprooted[0].id,
            cure="undo that first",
        )
    return _act(incident, "task undone", by, at, f"{found.title}: {what} taken back: {said}", after)


def _before(task: Task) -> tuple[Mark, str, Task]:
    """What was done last, in words too, and the task without it."""
    if task.ended is not None:
        state = TaskState.IN_PROGRESS if task.started else TaskState.OPEN
        before = replace(task, state=state, ended=None, answer=None)
        return task.ended, task.answer or task.state.value, before
    ticked = [(line.ticked.at, n, line.ticked) for n, line in enumerate(task.checklist) if line.ticked]
    if ticked:
        _, newest, mark = max(ticked, key=lambda tick: tick[:2])
        return mark, f"'{task.checklist[newest].words}'", _with_item(task, newest, None)
    assert task.started is not None, "touched tasks have begun"
    return task.started, "start", replace(task, state=TaskState.OPEN, started=None)


def _end(
    incident: Incident,
    act: IncidentAct,
    task: Task,
    state: TaskState,
    words: str,
    reason: str | None,
    by: str,
    at: datetime,
) -> IncidentEvent:
    at = _later(incident, at)
    mark = Mark(by, at, clean(reason or "", WORDS_CHARS) or None)
    return _act(incident, act, by, at, words, replace(task, state=state, ended=mark))


def _act(
    incident: Incident, act: IncidentAct, by: str, at: datetime, words: str, after: Task
) -> IncidentEvent:
    """The event, with every other task as it now follows."""
    at = _later(incident, at)
    tasks = task_flow.settle(_replaced(incident.tasks, after), at)
    named = dict.fromkeys([after.id, *(task.id for task in _moved(incident.tasks, tasks))])
    return step(incident, act, by, at, words + _news(incident.tasks, tasks), named, tasks=tasks)


def _news(before: Iterable[Task], after: Iterable[Task]) -> str:
    """What opened and what fell away, in words."""
    was = {task.id: task.state for task in before}
    moved = _moved(before, after)
    opened = [
        f"{t.title} ({t.role}, {t.minutes} min)"
        for t in moved
        if t.state is TaskState.OPEN and was.get(t.id, TaskState.WAITING) not in task_flow.TOUCHED
    ]
    fell = [t.title for t in moved if t.state is TaskState.NOT_NEEDED]
    parts = [("now open: ", opened), ("not needed: ", fell)]
    return "".join(f"; {head}{', '.join(names)}" for head, names in parts if names)


def _moved(before: Iterable[Task], after: Iterable[Task]) -> list[Task]:
    """Tasks in another state than before."""
    was = {task.id: task.state for task in before}
    return [task for task in after if was.get(task.id, TaskState.WAITING) is not task.state]


def _complete(task: Task, reason: str | None) -> str:
    """Words for the log about lines not ticked. Raises ``Invalid`` where there are some and no reason."""
    left = [line.words for line in task.checklist if line.ticked is None]
    if not left:
        return ""
    said = clean(reason or "", WORDS_CHARS)
    if not said:
        raise Invalid(
            f"not ticked: {'; '.join(left)}",
            field="reason",
            value=reason,
            cure="tick what is done, or say why it ends without",
        )
    return f", without {'; '.join(left)}: {said}"


def _reason(reason: str | None, cure: str) -> str:
    said = clean(reason or "", WORDS_CHARS)
    if not said:
        raise Invalid("a reason is needed", field="reason", value=reason, cure=cure)
    return said


def _to_do(incident: Incident, task: str) -> Task:
    require_open(incident)
    found = _get(incident, task)
    if found.state in _TO_DO:
        return found
    who = f" by {found.ended.by}" if found.ended else ""
    if found.state is TaskState.WAITING:
        by_id = {t.id: t for t in incident.tasks}
        left = [by_id[n].title for n in found.needs if by_id[n].state not in task_flow.ENDED]
        cure = f"end {' and '.join(left)} first" if left else "the decision that leads to it is still open"
    else:
        cure = "undo it, with a reason" if found.ended else "undo the decision that made it so"
    raise Conflict(f"{found.title} is {found.state.value}{who}", field="task", value=found.state, cure=cure)


def _get(incident: Incident, task: str) -> Task:
    for found in incident.tasks:
        if found.id == task:
            return found
    raise NotFound(
        f"{incident.id} has no task {task[:80]!r}", field="task", value=task, cure="look at its tasks"
    )


def _begun(task: Task, by: str, at: datetime) -> Task:
    if task.state is TaskState.IN_PROGRESS:
        return task
    return replace(task, state=TaskState.IN_PROGRESS, started=Mark(by, at))


def _with_item(task: Task, item: int, ticked: Mark | None) -> Task:
    lines = list(task.checklist)
    lines[item] = replace(lines[item], ticked=ticked)
    return replace(task, checklist=tuple(lines))


def _replaced(tasks: tuple[Task, ...], after: Task) -> tuple[Task, ...]:
    return tuple(after if task.id == after.id else task for task in tasks)


def _later(incident: Incident, at: datetime) -> datetime:
    """A clock that went back does not turn the log round."""
    return max(at, incident.updated_at)
