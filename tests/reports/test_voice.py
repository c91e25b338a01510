"""Reports in every language: nothing that is said is missing there, and nothing is there that is not said."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from tocsin import reports
from tocsin.identity.policy import ROLES
from tocsin.kernel.decisions import AlertAct, AlertState, Disposition, IncidentAct, TaskState
from tocsin.kernel.events import SEVERITIES
from tocsin.kernel.languages import LANGUAGES, Language
from tocsin.reports.facts import WarningEnd, WarningKind
from tocsin.reports.map import WHYS
from tocsin.reports.voice import Voice, catalogue

OTHERS = [language for language in LANGUAGES if language != "en"]
WHEN = datetime(2026, 11, 22, 11, 4, 12, tzinfo=UTC)


def texts(node: ast.AST) -> Iterator[str]:
    """Texts of ours that a call says: ``say("...")``, ``say.many(n, "...", "...")``, ``map(say, (...))``."""
    if not isinstance(node, ast.Call):
        return
    match node.func:
        case ast.Name("say"):
            said = node.args[:1]
        case ast.Attribute(ast.Name("say"), "many"):
            said = node.args[1:]
        case ast.Name("map") if isinstance(node.args[0], ast.Name) and node.args[0].id == "say":
            said = list(ast.walk(node.args[1]))  # type: ignore[arg-type]
        case _:
            return
    yield from (one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str))


def said_here() -> set[str]:
    found = set(WHYS)
    for path in Path(reports.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found |= set(texts(node))
    return found


#: kind of word to every value that a report may meet
VALUES = {
    "severity": set(SEVERITIES),
    "roles": set(ROLES),
    "outcomes": set(get_args(get_type_hints(Disposition)["outcome"])),
    "acts": {*get_args(AlertAct), *get_args(IncidentAct)},
    "exits": {"open", "shut", "threatened"},
    "warnings": {*get_args(WarningKind), *get_args(WarningEnd)},
    "states": {
        *AlertState,
        *TaskState,
        "open",
        "closed",
        "planned",
        "running",
        "over",
        "held",
        "erased",
    },
}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_with_its_fields_and_no_other(language: Language) -> None:
    whole = catalogue(language)["texts"]
    wanted = said_here()
    assert len(wanted) > 150
    assert wanted - whole.keys() == set()
    assert whole.keys() - wanted == set()
    for english, other in whole.items():
        assert fields(other) == fields(english), english
        assert other.strip(), english
        # what leads or follows with a space is joined to something
        assert (other[0] == " ") == (english[0] == " "), english


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("kind", list(VALUES))
def test_every_word_of_the_kernel_is_there(language: Language, kind: str) -> None:
    assert catalogue(language)[kind].keys() == {str(value) for value in VALUES[kind]}


def test_dates_and_figures_are_the_languages_own() -> None:
    said = {language: Voice("Europe/Oslo", language) for language in LANGUAGES}
    assert {language: say.at(WHEN) for language, say in said.items()} == {
        "en": "2026-11-22 12:04:12",
        "it": "22/11/2026 12:04:12",
        "nb": "22.11.2026 12:04:12",
        "pt": "22/11/2026 12:04:12",
    }
    assert {language: say.number(12345.5, ",.1f") for language, say in said.items()} == {
        "en": "12,345.5",
        "it": "12.345,5",
        "nb": "12\u00a0345,5",
        "pt": "12\u00a0345,5",
    }


def test_what_is_not_known_is_said_as_it_was_written() -> None:
    say = Voice("UTC", "nb")
    assert say("A text that nobody wrote down") == "A text that nobody wrote down"
    assert say.of("roles", "harbour master") == "harbour master"
