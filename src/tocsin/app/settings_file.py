"""``tocsin.toml`` as it is first written: what was answered, what each means, and what is likely next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
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


def written(answers: Answered, at: datetime) -> str:
    """The whole file. Every line of it is understood by ``settings.load``."""
    languages = " ".join(answers.languages)
    place = f"{answers.place.lon},{answers.place.lat}" if answers.place else ""
    sections: list[tuple[str, list[tuple[str, str]]]] = [
        (
            "city",
            [("name", answers.name), ("zone", answers.zone), ("languages", languages), ("place", place)],
        ),
        ("public", [("languages", languages)]),
        # each warning must speak all of them: the first is enough to begin with
        ("warnings", [("languages", answers.languages[0])]),
    ]
    means = {name: words for name, _, _, words in listing()}
    lines = [
        f"# Written by tocsin init on {at:%Y-%m-%d}; yours from here on. All settings stand in",
        "# docs/reference/settings.md. A wrong one is refused at the next start, with the cure.",
    ]
    for section, entries in sections:
        lines += ["", f"[{section}]"]
        for name, value in entries:
            lines += [f"# {means[f'{section}.{name}']}", f"{name} = {_quoted(value)}"]
    lines += ["", "# Likely next; take the # away in front of a line and of its section.", *_likely(means)]
    return "\n".join(lines) + "\n"


def _likely(means: dict[str, str]) -> Iterable[str]:
    section = ""
    for setting, value in _NEXT:
        of, _, name = setting.partition(".")
        if of != section:
            yield f"# [{of}]"
            section = of
        shown = _quoted(value) if isinstance(value, str) else str(value)
        yield f"# {name} = {shown}   # {means[setting]}"


def _quoted(words: str) -> str:
    """A TOML basic string: as in JSON, but for DEL, which ``clean`` has taken out of what people wrote."""
    return json.dumps(words, ensure_ascii=False)
