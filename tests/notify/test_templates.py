"""The texts written beforehand: whole in every language, filled, fit for the public."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.notify.desk import CIRCLE, Desk

from tocsin.kernel.errors import Misconfigured
from tocsin.notify.warnings import templates
from tocsin.notify.warnings.model import WarningArea
from tocsin.notify.warnings.templates import Template, begun, shipped
from tocsin.notify.warnings.words import FIELD, HEADLINE, tidy

LANGUAGES = ("en", "it", "nb", "pt")
VALUES = {
    "place": "Prato della Valle",
    "time": "17:42",
    "sender": "Comune di Padova",
    "destination": "Via Roma",
    "cause": "the tram",
}


def test_each_is_told_in_every_language() -> None:
    assert len(shipped()) >= 7
    for template in shipped():
        assert tuple(template.texts) == LANGUAGES, template.id


@pytest.mark.parametrize("template", shipped(), ids=lambda one: one.id)
def test_each_filled_is_issued_as_it_stands(desk: Desk, template: Template) -> None:
    content = begun(template, LANGUAGES, VALUES)
    assert [text.language for text in content.texts] == list(LANGUAGES)
    drawn = replace(content, area=WarningArea("Prato della Valle", circle=CIRCLE))
    fields = {name: getattr(drawn, name) for name in drawn.__struct_fields__}
    issued = desk.issue(**fields)
    assert issued.identifier
    for text in issued.content.texts:
        assert not FIELD.search(text.headline + text.description + text.instruction)
        assert len(text.headline) < HEADLINE  # whole, not cut
        assert "\n" in text.instruction


def test_the_place_follows_what_the_author_calls_the_area() -> None:
    content = begun(shipped()[0], ("en",), VALUES)
    assert content.area.name == "Prato della Valle"
    assert "{place}" in content.texts[0].description
    named = tidy(replace(content, area=WarningArea("the square", circle=CIRCLE)))
    assert "the square" in named.texts[0].description
    assert "{place}" not in named.texts[0].description


def test_the_same_fields_stand_in_every_language() -> None:
    for template in shipped():
        found = [
            sorted(set(FIELD.findall(f"{words.headline} {words.description} {words.instruction}")))
            for words in template.texts.values()
        ]
        assert all(one == found[0] for one in found), template.id


def test_what_is_not_known_stays_open_and_is_seen() -> None:
    content = begun(shipped()[0], ("it",), {"time": "17:42"})
    assert "{place}" in content.texts[0].description
    assert "17:42" in content.texts[0].description


def test_a_city_that_speaks_other_languages_still_gets_a_text() -> None:
    assert [text.language for text in begun(shipped()[0], ("fi",), VALUES).texts] == ["en"]


@pytest.mark.parametrize(
    ("was", "now"),
    [("{place}", "{plaza}"), ("Severe", "Awful"), ("lasts_min: 60", "lasts_min: 1"), ("id:", "- :")],
)
def test_a_broken_file_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was: str, now: str
) -> None:
    text = (templates.FOLDER / "leave-the-area.yaml").read_text()
    assert was in text
    (tmp_path / "x.yaml").write_text(text.replace(was, now))
    monkeypatch.setattr(templates, "FOLDER", tmp_path)
    with pytest.raises(Misconfigured, match=r"x\.yaml"):
        shipped.__wrapped__()
