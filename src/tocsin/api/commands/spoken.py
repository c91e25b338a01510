"""An incident with the texts of its procedures in a reader's language. The record keeps them as written."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from tocsin.incidents.procedures.library import Procedures
from tocsin.incidents.procedures.words import Spoken, StepWords
from tocsin.kernel.decisions import Incident, Task, TaskQuestion
from tocsin.kernel.languages import Language

#: procedure and version
Texts = Mapping[tuple[str, int], Spoken]


def texts_in(procedures: Procedures, language: Language) -> Texts:
    """Blocks: it may read files."""
    return {(words.id, words.version): words for words in procedures.known().spoken(language)}


def said(incident: Incident, texts: Texts) -> Incident:
    """As it stands, its steps read out. One that no longer fits its procedure stays as it was written."""
    begun = {one.id: texts.get((one.id, one.version)) for one in incident.procedures}
    titles = [replace(p, title=words.title) if (words := begun[p.id]) else p for p in incident.procedures]
    tasks = [_task(task, begun.get(task.procedure)) for task in incident.tasks]
    return replace(incident, procedures=tuple(titles), tasks=tuple(tasks))


def _task(task: Task, words: Spoken | None) -> Task:
    step = words.steps.get(task.id.removeprefix(f"{task.procedure}.")) if words else None
    asked = task.question
    if step is None or len(step.answers) != (len(asked.answers) if asked else 0):
        return task
    named = dict(zip((one.name for one in asked.answers), step.answers, strict=True)) if asked else {}
    return replace(
        task,
        title=step.title,
        words=step.words,
        question=_question(task, step),
        answer=named.get(task.answer, task.answer) if task.answer else task.answer,
    )


def _question(task: Task, step: StepWords) -> TaskQuestion | None:
    if task.question is None:
        return None
    answers = zip(task.question.answers, step.answers, strict=True)
    return replace(
        task.question,
        words=step.question or task.question.words,
        answers=tuple(replace(answer, name=name) for answer, name in answers),
    )
