"""The words of a procedure in another language: a file of the same name in a folder named after it.

``weapon-seen.yaml`` says what is done by whom and when; ``nb/weapon-seen.yaml`` says its texts in Norwegian
and nothing else, step by step under the same ids. Who does it, order and time limits stay in one place.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.incidents.procedures.load import convert, named
from tocsin.incidents.procedures.model import Procedure, Step
from tocsin.kernel.errors import Invalid
from tocsin.kernel.languages import LANGUAGES, Language

#: procedure, version, language
Key = tuple[str, int, Language]

_Title = Annotated[str, Meta(min_length=1, max_length=80)]
_Words = Annotated[str, Meta(min_length=1, max_length=800)]


class StepWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a step says. ``answers`` and ``checklist`` in the order of the procedure."""

    title: _Title
    words: _Words
    checklist: tuple[Annotated[str, Meta(min_length=1, max_length=160)], ...] = ()
    question: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    answers: tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...] = ()
    request: Annotated[str, Meta(min_length=1, max_length=300)] | None = None


class Translation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file: of which version it is, and its texts."""

    id: str
    version: int
    title: _Title
    words: _Words
    steps: dict[str, StepWords]


class Spoken(msgspec.Struct, frozen=True):
    """The texts of one version, in ``language``: the one asked for, or the one that it was written in."""

    id: str
    version: int
    language: Language
    title: str
    words: str
    steps: dict[str, StepWords]


def translations_in(folder: Path) -> list[Path]:
    """``<folder>/<language>/*.yaml``."""
    return [path for language in LANGUAGES for path in sorted((folder / language).glob("*.yaml"))]


def language_of(path: Path) -> Language:
    return next(language for language in LANGUAGES if language == path.parent.name)


def read_translation(path: Path) -> Translation:
    """One file. Raises ``Invalid`` naming the file, and the field, its value and the cure."""
    return named(path, partial(convert, into=Translation))


def check_translation(path: Path, translation: Translation, procedure: Procedure | None) -> None:
    """Raises ``Invalid`` for the first text that is missing, or that there is nothing for."""
    where = f"{path.parent.name}/{path.name}"
    if procedure is None:
        raise Invalid(
            f"{where}: there is no such version of {translation.id}",
            field="version",
            value=translation.version,
            cure="translate the version that is there, and count up here too",
        )
    for problem in differences(procedure, translation):
        raise Invalid(
            f"{where}: does not fit version {procedure.version} of {procedure.id}",
            field=problem,
            cure="give each text of the procedure once, under the same id and in the same order",
        )


def differences(procedure: Procedure, translation: Translation) -> Iterator[str]:
    """Fields that are missing or too many."""
    own = {step.id: _written(step) for step in procedure.steps}
    yield from (f"steps.{step}" for step in sorted(own.keys() ^ translation.steps.keys()))
    for step in own.keys() & translation.steps.keys():
        mine, theirs = own[step], translation.steps[step]
        if len(mine.checklist) != len(theirs.checklist):
            yield f"steps.{step}.checklist"
        if len(mine.answers) != len(theirs.answers) or len(set(theirs.answers)) < len(theirs.answers):
            yield f"steps.{step}.answers"
        if (mine.question is None) != (theirs.question is None):
            yield f"steps.{step}.question"
        if (mine.request is None) != (theirs.request is None):
            yield f"steps.{step}.request"


def spoken(procedure: Procedure, language: Language, said: Translation | None) -> Spoken:
    """In ``language`` where it is translated into it (``said``), else as it was written."""
    if said is None:
        steps = {step.id: _written(step) for step in procedure.steps}
        return Spoken(
            procedure.id, procedure.version, procedure.language, procedure.title, procedure.words, steps
        )
    return Spoken(said.id, said.version, language, said.title, said.words, said.steps)


def _written(step: Step) -> StepWords:
    decision = step.decision
    return StepWords(
        title=step.title,
        words=step.words,
        checklist=step.checklist,
        question=decision.question if decision else None,
        answers=tuple(a.answer for a in decision.answers) if decision else (),
        request=step.advice.request if step.advice else None,
    )
