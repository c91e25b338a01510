"""The page's own words, by language (``words/*.toml``). One that lacks a word does not load: no default."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tocsin.kernel.languages import LANGUAGES

_FOLDER = Path(__file__).with_name("words")


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``{}`` is filled in. Names of tools, rules and laws come from the installation and stay in English."""

    lang: str
    own_name: str
    no_city: str
    title: str
    intro: str
    not_real: str
    skip: str
    contents: str
    languages: str
    not_configured: str
    sensed: str
    sensed_intro: str
    nothing_sensed: str
    sensor_class: str
    sensors: str
    one_sensor: str
    many_sensors: str
    silent: str
    why: str
    no_why: str
    personal: str
    no_personal: str
    kept: str
    days: str
    one_day: str
    for_ever: str
    details: str
    values: str
    in_english: str
    rules: str
    rules_intro: str
    data: str
    becomes: str
    pseudonym: str
    not_taken: str
    as_it_is: str
    purpose: str
    basis: str
    now: str
    history: str
    ways: str
    looks: str
    looks_intro: str
    looked: str
    looks_error: str
    no_month: str
    not_published: str
    responsible: str
    responsible_intro: str
    controller: str
    contact: str
    officer: str
    complaints: str
    authority: str
    rights: str
    warnings: str
    warnings_link: str
    warnings_words: str
    advice: str
    advice_intro: str
    source: str
    as_of: str
    no_cookies: str
    types: dict[str, str]

    def count(self, sensors: int) -> str:
        return self.one_sensor if sensors == 1 else self.many_sensors.format(sensors)

    def span(self, days: int) -> str:
        """How long something is kept; 0 is without limit."""
        return self.for_ever if days == 0 else self.one_day if days == 1 else self.days.format(days)


def read(lang: str) -> Words:
    """Raises ``msgspec.ValidationError`` naming the word that is missing or too much."""
    return msgspec.toml.decode((_FOLDER / f"{lang}.toml").read_bytes(), type=Words)


WORDS: dict[str, Words] = {lang: read(lang) for lang in LANGUAGES}
