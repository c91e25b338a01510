"""``tocsin.toml`` as it is first written: what was answered, what each means, and what is likely next."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from tocsin.kernel.geo import Point
from tocsin.kernel.languages import Language
from tocsin.settings import listing

FILE = "tocsin.toml"
#: asked for soon by most cities, with a value that shows the form
_NEXT = (
    ("http.public_url", "https://tocsin.city.example"),
    ("bus.host", "0.0.0.0"),  # noqa: S104 - shown as a comment, bound by nobody
    ("bus.mqtt_port", 1883),
    ("privacy.controller", "City of ..., street, town"),
    ("privacy.contact", "privacy@city.example"),
    ("notify.smtp_host", "mail.city.example"),
    ("feeds.contact", "it@city.example"),
)


class Answered(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def place(self) -> Point | None: ...
    @property
    def zone(self) -> str: ...
    @property
    def languages(self) -> tuple[Language, ...]: ...
    @property
    def contact(self) -> str: ...


Table = Mapping[str, Mapping[str, object]]


def standing(file: Path) -> Table:
    """What stands in a file that ``settings.load`` has read; nothing where there is none."""
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def written(answers: Answered, at: datetime, old: Table = MappingProxyType({})) -> str:
    """The whole file. Every line of it is understood by ``settings.load``.

    ``old``: of the file before; outside ``[city]`` it stays as it was.
    """
    languages = " ".join(answers.languages)
    place = f"{answers.place.lon},{answers.place.lat}" if answers.place else ""
    sections: list[tuple[str, list[tuple[str, object]]]] = [
        (
            "city",
            [("name", answers.name), ("zone", answers.zone), ("languages", languages), ("place", place)],
        ),
        # each warning must speak all of them: the first is enough to begin with
        ("warnings", [("languages", answers.languages[0])]),
    ]
    if answers.contact:
        sections.append(("feeds", [("contact", answers.contact)]))
    given = {"city", "feeds"} if answers.contact else {"city"}
    stays = {name: dict(entries) for name, entries in old.items() if name not in given}
    sections = [(name, entries) for name, entries in sections if name not in stays]
    sections += [(name, list(entries.items())) for name, entries in stays.items()]
    means = {name: words for name, _, _, words in listing()}
    lines = [
        f"# Written by tocsin init on {at:%Y-%m-%d}; yours from here on. All settings stand in",
        "# docs/reference/settings.md. A wrong one is refused at the next start, with the cure.",
    ]
    for section, entries in sections:
        lines += ["", f"[{section}]"]
        for name, value in entries:
            lines += [f"# {means[f'{section}.{name}']}", f"{name} = {_value(value)}"]
    if not old:
        lines += [
            "",
            "# Likely next; take the # away in front of a line and of its section.",
            *_likely(means),
        ]
    return "\n".join(lines) + "\n"


def _likely(means: dict[str, str]) -> Iterable[str]:
    section = ""
    for setting, value in _NEXT:
        of, _, name = setting.partition(".")
        if of != section:
            yield f"# [{of}]"
            section = of
        yield f"# {name} = {_value(value)}   # {means[setting]}"


def _value(value: object) -> str:
    """Text, figures and truth values are written as in JSON, but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
