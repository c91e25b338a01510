"""The public page's words, advice and colours: whole in every language, sourced, and readable."""

from __future__ import annotations

import re
import string
from pathlib import Path

import msgspec
import pytest

from tocsin.kernel.errors import Misconfigured
from tocsin.reports import html as report_html
from tocsin.reports.public import advice as texts
from tocsin.reports.public.advice import TOPICS, advice, parse
from tocsin.reports.public.words import WORDS, Words

PUBLIC = Path(texts.__file__).with_name("style.css").read_text()


def fields(text: str) -> int:
    return sum(name is not None for _, name, _, _ in string.Formatter().parse(text))


@pytest.mark.parametrize("lang", list(WORDS))
def test_every_word_has_as_many_places_to_fill_as_the_english_one(lang: str) -> None:
    for field in msgspec.structs.fields(Words):
        english, other = getattr(WORDS["en"], field.name), getattr(WORDS[lang], field.name)
        if isinstance(english, str):
            assert other.strip(), field.name
            assert fields(other) == fields(english), field.name
        else:
            assert other.keys() == english.keys()


def test_a_language_without_a_word_does_not_load() -> None:
    whole = msgspec.to_builtins(WORDS["it"])
    assert msgspec.convert(whole, Words) == WORDS["it"]
    with pytest.raises(msgspec.ValidationError, match="intro"):
        msgspec.convert({k: v for k, v in whole.items() if k != "intro"}, Words)


@pytest.mark.parametrize("lang", list(WORDS))
def test_advice_on_every_danger_names_a_source_and_the_number_to_call(lang: str) -> None:
    found = advice(lang)
    assert [one.topic for one in found] == list(TOPICS)
    for one in found:
        assert one.sources, one.topic
        assert all(address.startswith("https://") for _, address in one.sources)
        assert any("112" in item for item in one.items), f"{one.lang}/{one.topic}"
        # short: read on a phone by somebody who is afraid
        assert len(one.items) <= 7
        assert sum(map(len, one.items)) < 1000


@pytest.mark.parametrize(
    "text",
    ["# Title\n- item\n", "- item\nSource: A (https://a.example)", "# T\nprose\n- i\nSource: A (https://a)"],
)
def test_advice_without_title_or_source_or_with_prose_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured):
        parse(text, "crowd", "en")


# --- colours ---------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def themes(css: str) -> list[dict[str, str]]:
    """The tokens of each ``:root`` that sets a ground: light, dark."""
    roots = re.findall(r":root \{([^}]*--ground: #[0-9a-f]{6}[^}]*)\}", css)
    return [dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", root)) for root in roots]


@pytest.mark.parametrize("css", [PUBLIC, report_html.STYLE], ids=["public page", "report"])
def test_text_can_be_read_in_both_themes(css: str) -> None:
    light, dark = themes(css)[:2]
    assert luminance(light["ground"]) > luminance(dark["ground"])
    for theme in (light, dark):
        for ground in ("ground", "panel"):
            for ink in ("text", "text-2", *(["link"] if "link" in theme else [])):
                assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
            assert contrast(theme["line-strong"], theme[ground]) >= 3.0
