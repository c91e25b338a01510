"""Classes of personal data: which rule an attribute of an entity type falls under. Pure; TOML in, rules
out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec

from tocsin.kernel.errors import Invalid, Misconfigured
from tocsin.sdk.toml_lines import read_toml, wrong

PersonalClass = Literal["none", "pseudonym", "personal", "sensitive"]
Store = Literal["context", "lake"]

#: stands for the entity's own id where attributes are named
ENTITY_ID = "@id"
#: id of what is not known and not named by a rule
DEFAULT = "default"
CITY_FILE = "privacy.toml"
_SHIPPED = Path(__file__).with_name("classes.toml")
_NAME = re.compile(r"^[a-z][a-z0-9-]{0,31}\Z")
_LONGEST_DAYS = 3650


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One processing of personal data. Days bound how long values stay in each store."""

    words: str
    attributes: tuple[str, ...]
    class_: PersonalClass = msgspec.field(name="class")
    purpose: str
    basis: str
    types: tuple[str, ...] = ("*",)
    context_days: int = 1
    lake_days: int = 1
    fold: Literal["exact", "alnum"] = "exact"


class Default(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of a text that no rule names and no model knows."""

    text: Literal["none", "pseudonym", "personal", "sensitive"]
    purpose: str
    basis: str
    context_days: int
    lake_days: int


class _Shipped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    default: Default
    rule: dict[str, Rule]


class _City(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    default: Default | None = None
    rule: dict[str, Rule] = {}
    off: tuple[str, ...] = ()


class NamedRule(msgspec.Struct, frozen=True):
    """A rule and its name. ``own``: the city wrote it."""

    id: str
    rule: Rule
    own: bool = False

    def keep(self, store: Store) -> timedelta:
        """How long values stay in a store."""
        return timedelta(days=self.rule.context_days if store == "context" else self.rule.lake_days)

    def fits(self, type_name: str, attribute: str) -> bool:
        """Whether this rule speaks of the attribute (``ENTITY_ID``: of the id) of this type."""
        return _fits(self.rule.types, type_name) and _fits(self.rule.attributes, attribute)


class Classes:
    """All rules in the order in which they are asked: the city's, then ours, then the default."""

    def __init__(self, rules: tuple[NamedRule, ...], default: Default) -> None:
        self.rules = rules
        self.default = NamedRule(
            DEFAULT,
            Rule(
                words="Texts of attributes that no model knows and no rule names",
                attributes=("*",),
                class_=default.text,
                purpose=default.purpose,
                basis=default.basis,
                context_days=default.context_days,
                lake_days=default.lake_days,
            ),
        )

    def named(self, type_name: str, attribute: str) -> NamedRule | None:
        """The first rule that fits; None where none does (the default is the caller's to apply)."""
        return next((rule for rule in self.rules if rule.fits(type_name, attribute)), None)

    def by_id(self, rule_id: str) -> NamedRule | None:
        """A rule, or the default, by its name; None where there is none (any more)."""
        return next((rule for rule in (*self.rules, self.default) if rule.id == rule_id), None)

    def holding(self, type_name: str, attribute: str, known: bool) -> tuple[NamedRule, ...]:
        """Rules under whose term a stored value of this attribute falls: its own, and that of the entity's
        id.

        ``known``: a model knows the attribute; otherwise the default counts where no rule is named.
        """
        own = self.named(type_name, attribute)
        if own is None and not known:
            own = self.default
        found = (own, self.named(type_name, ENTITY_ID))
        return tuple(rule for rule in found if rule is not None and rule.rule.class_ != "none")


def read_classes(city: str | None = None) -> Classes:
    """The shipped rules under a city's own (TOML text). Raises ``Misconfigured`` naming line and cure."""
    try:
        ours = read_toml(_SHIPPED.read_text("utf-8"), _Shipped, "privacy/classes.toml")
        _check(_SHIPPED.read_text("utf-8"), "privacy/classes.toml", ours.rule, ours.default)
        if city is None:
            return Classes(tuple(NamedRule(name, rule) for name, rule in ours.rule.items()), ours.default)
        theirs = read_toml(city, _City, CITY_FILE)
        _check(city, CITY_FILE, theirs.rule, theirs.default)
        if unknown := [name for name in theirs.off if name not in ours.rule]:
            cure = f"name one of {', '.join(ours.rule)}"
            raise wrong(city, CITY_FILE, ("off",), "there is no such rule", value=unknown[0], cure=cure)
    except Invalid as error:
        raise Misconfigured(error.message, field=error.field, value=error.value, cure=error.cure) from None
    left = [
        NamedRule(name, rule)
        for name, rule in ours.rule.items()
        if name not in theirs.rule and name not in theirs.off
    ]
    own = [NamedRule(name, rule, own=True) for name, rule in theirs.rule.items()]
    return Classes((*own, *left), theirs.default or ours.default)


def city_classes(state: Path) -> Classes:
    """The classes of the installation in this state folder. Raises ``Misconfigured``."""
    file = state / CITY_FILE
    try:
        return read_classes(file.read_text("utf-8") if file.exists() else None)
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"{file} cannot be read: {error}", field=CITY_FILE, cure="mend the file, or take it away"
        ) from error


def _fits(patterns: tuple[str, ...], text: str) -> bool:
    return any(fnmatchcase(text.lower(), pattern.lower()) for pattern in patterns)


def _check(text: str, what: str, rules: Mapping[str, Rule], default: Default | None) -> None:
    for name, rule in rules.items():
        at = ("rule", name)
        if not _NAME.match(name) or name == DEFAULT:
            raise wrong(text, what, at, "no name of a rule", value=name, cure="a-z, 0-9, -; a letter first")
        for key in ("words", "basis"):
            if not str(getattr(rule, key)).strip():
                raise wrong(text, what, (*at, key), "says nothing", value="", cure="say it in a sentence")
        for key in ("types", "attributes"):
            patterns = getattr(rule, key)
            if not patterns or not all(p.strip() for p in patterns):
                raise wrong(
                    text, what, (*at, key), "an empty pattern", value=patterns, cure='for example ["*"]'
                )
        _check_terms(text, what, at, rule)
    if default is not None:
        _check_terms(text, what, (DEFAULT,), default)


def _check_terms(text: str, what: str, at: tuple[str, ...], given: Rule | Default) -> None:
    if not _NAME.match(given.purpose):
        cure = "one word of a-z, 0-9, -; it names the key"
        raise wrong(text, what, (*at, "purpose"), "no purpose", value=given.purpose, cure=cure)
    for key in ("context_days", "lake_days"):
        days = getattr(given, key)
        if not 1 <= days <= _LONGEST_DAYS:
            cure = f"give 1 to {_LONGEST_DAYS} days"
            raise wrong(text, what, (*at, key), "out of bounds", value=days, cure=cure)
