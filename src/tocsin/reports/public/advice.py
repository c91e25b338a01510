"""Citizens' advice, one short text a danger and language: a title, a list, its sources. Read once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec

from tocsin.kernel.errors import Misconfigured

FOLDER = Path(__file__).with_name("advice")
#: in the order in which they are shown
TOPICS = ("crowd", "shots", "vehicle", "release", "cyber", "power")
_SOURCE = re.compile(r"^Source: (.+) \((https://\S+)\)$")


class Advice(msgspec.Struct, frozen=True):
    """``lang``: of the text, which is English where a language has none. ``sources``: (name, address)."""

    topic: str
    lang: str
    title: str
    items: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]


@cache
def advice(lang: str) -> tuple[Advice, ...]:
    """All topics, each in this language or else in English. Raises ``Misconfigured`` naming the line."""
    return tuple(_read(topic, lang) for topic in TOPICS)


def _read(topic: str, lang: str) -> Advice:
    spoken = lang if (FOLDER / lang / f"{topic}.md").exists() else "en"
    return parse((FOLDER / spoken / f"{topic}.md").read_text("utf-8"), topic, spoken)


def parse(text: str, topic: str, lang: str) -> Advice:
    """Lines are ``# title``, ``- item`` or ``Source: name (https://...)``. Raises ``Misconfigured``."""
    title, items, sources = "", [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("# ") and not title:
            title = line[2:].strip()
        elif line.startswith("- "):
            items.append(line[2:].strip())
        elif found := _SOURCE.match(line):
            sources.append((found[1], found[2]))
        elif line.strip():
            raise _wrong(topic, lang, number, "is no title, item or source")
    if not (title and items and sources):
        raise _wrong(topic, lang, 1, "lacks a title, an item or a source")
    return Advice(topic, lang, title, tuple(items), tuple(sources))


def _wrong(topic: str, lang: str, line: int, why: str) -> Misconfigured:
    name = f"{lang}/{topic}.md"
    return Misconfigured(f"{name}, line {line} {why}", field=name, cure="see the other texts beside it")
