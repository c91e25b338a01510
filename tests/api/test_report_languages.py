"""A report in its reader's language: the one asked for, else their own by choice, else the city's."""

from __future__ import annotations

from pathlib import Path

from tests.api.door import at
from tests.api.house import House, house
from tests.api.rooms import at_seat, furnish
from tests.api.test_look_back import incident_was, room
from tests.api.test_reports import BRIEF, REPORT, ask, shift
from tests.incidents.plans import incident

from tocsin.api.commands.spoken import said, texts_in
from tocsin.bus.memory import MemoryBus
from tocsin.incidents import tasks
from tocsin.incidents.procedures.library import Procedures, shipped
from tocsin.incidents.procedures.model import Procedure
from tocsin.incidents.procedures.words import Spoken

NORWEGIAN = ("Hendelsesrapport", "Beslutninger", "Tidslinje", "Alvorlighet")


async def test_in_the_one_asked_for_else_in_ones_own(door: House) -> None:
    await furnish(door)
    await incident_was(door, 1, (0, {}), (60, {"state": "closed"}))
    async with at_seat(door, "police", "operator") as ann:
        assert "Incident report" in await ask(ann, REPORT)
        asked = await ask(ann, REPORT, lang="nb")
        assert all(word in asked for word in NORWEGIAN)
        assert "Incident report" not in asked
        await ann.put("/api/v1/session/language", json={"language": "pt"})
        assert "Relatório da ocorrência" in await ask(ann, REPORT)
        assert "Resumo para decisão" in await ask(ann, BRIEF)
        assert "Passagem de turno" in await shift(ann, "police", 0, 120)
        assert "Incident report" in await ask(ann, REPORT, lang="en")
        answer = await ann.get(REPORT)
        assert '<html lang="pt">' in answer.text
        assert "21/11/2026" in answer.text
        assert (await ann.get(REPORT, params={"lang": "tlh"})).status_code == 422


async def test_who_has_chosen_none_reads_the_citys(folder: Path, bus: MemoryBus) -> None:
    async with house(folder, bus, languages=("it", "en")) as door:
        await furnish(door)
        await incident_was(door, 1, (0, {}))
        async with room(door, "police") as police:
            assert "Rapporto sull" in await ask(police, REPORT)


def asking() -> Procedure:
    """A shipped one whose steps have answers to choose from."""
    return next(one for one in shipped() if any(step.decision for step in one.steps))


def in_norwegian(one: Procedure) -> Spoken:
    return texts_in(Procedures(), "nb")[one.id, one.version]


def test_steps_questions_and_answers_are_read_out() -> None:
    made = asking()
    begun = tasks.start(incident(), made, "kim", at(0)).incident
    step = next(one for one in made.steps if one.decision)
    assert step.decision is not None
    read = said(begun, texts_in(Procedures(), "nb"))
    words = in_norwegian(made)
    assert words.title != made.title
    assert [one.title for one in read.procedures] == [words.title]
    assert [one.title for one in read.tasks] == [words.steps[one.id].title for one in made.steps]
    task = next(one for one in read.tasks if one.id == f"{made.id}.{step.id}")
    assert task.question is not None
    assert task.question.words == words.steps[step.id].question
    assert tuple(one.name for one in task.question.answers) == words.steps[step.id].answers
    # which steps an answer opens is not told twice
    assert [one.leads_to for one in task.question.answers] == [
        tuple(f"{made.id}.{name}" for name in one.leads_to) for one in step.decision.answers
    ]


def test_what_no_longer_fits_its_procedure_stays_as_it_was_written() -> None:
    made = asking()
    begun = tasks.start(incident(), made, "kim", at(0)).incident
    words = in_norwegian(made)
    shorter = Spoken(
        words.id,
        words.version,
        words.language,
        words.title,
        words.words,
        {name: one for name, one in words.steps.items() if name != made.steps[0].id},
    )
    read = said(begun, {(made.id, made.version): shorter})
    assert read.tasks[0] == begun.tasks[0]
    assert said(begun, {}) == begun
