"""The readable rules (``rules.toml``, a city's own ``correlation.toml``): read once, refused where wrong."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from tocsin.kernel.decisions import Rule
from tocsin.kernel.errors import Invalid, Misconfigured
from tocsin.kernel.events import SEVERITIES, Severity
from tocsin.kernel.ids import LOCAL_ID
from tocsin.sdk.toml_lines import read_toml, wrong

Category = Literal[
    "Geo",
    "Met",
    "Safety",
    "Security",
    "Rescue",
    "Fire",
    "Health",
    "Env",
    "Transport",
    "Infra",
    "CBRNE",
    "Other",
]
#: a window of a day or a radius of a county groups strangers
LONGEST_MIN, FARTHEST_M, MOST_ALERTS = 1440.0, 20_000.0, 200
SHIPPED = "rules.toml"


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is different for one tool, or for one source; what is not given stays as in the rule."""

    off: bool = False
    window_min: float | None = None
    radius_m: float | None = None
    least_severity: Severity | None = None


class CorrelationRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``tool`` and ``source`` hold overrides by pattern: of the tool's id, of an entity's id."""

    words: str
    window_min: float
    threshold: int
    kinds: tuple[str, ...] = ("*",)
    tools: tuple[str, ...] = ("*",)
    categories: tuple[Category, ...] = ()
    least_severity: Severity = "low"
    radius_m: float | None = None
    same_entity: bool = False
    tool: dict[str, Override] = {}
    source: dict[str, Override] = {}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``off``: shipped rules that this city does not want."""

    rule: dict[str, CorrelationRule] = {}
    off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a rule asks of one alert: seconds, and metres where the rule has a radius."""

    window_s: float
    radius_m: float | None


@dataclass(frozen=True, slots=True)
class NamedRule:
    id: str
    given: CorrelationRule

    @property
    def rule(self) -> Rule:
        return Rule(self.id, self.given.words)

    def limits(
        self, *, kind: str, tool: str, category: str, severity: Severity, entities: tuple[str, ...]
    ) -> Limits | None:
        """What the rule asks of such an alert, overrides counted in; None where it is not looked at.

        A source's override goes before its tool's, a later one before an earlier.
        """
        r = self.given
        if not (_fits(r.kinds, kind) and _fits(r.tools, tool)):
            return None
        if r.categories and category not in r.categories:
            return None
        window, radius, least = r.window_min, r.radius_m, r.least_severity
        special = [o for pattern, o in r.tool.items() if fnmatchcase(tool, pattern)]
        special += [o for pattern, o in r.source.items() if any(fnmatchcase(e, pattern) for e in entities)]
        for override in special:
            if override.off:
                return None
            window = window if override.window_min is None else override.window_min
            radius = radius if override.radius_m is None else override.radius_m
            least = least if override.least_severity is None else override.least_severity
        if SEVERITIES.index(severity) < SEVERITIES.index(least):
            return None
        return Limits(window * 60.0, radius)


Rules = tuple[NamedRule, ...]


def read_rules(text: str | None = None) -> Rules:
    """The shipped rules, and those of ``text`` (a city's TOML) over them, in the order of the files.

    A rule of the city with a shipped id takes its place; ``off = ["C-05"]`` takes one away. Raises
    ``Misconfigured`` naming line, field, value and cure.
    """
    try:
        shipped = files("tocsin.incidents.correlation").joinpath(SHIPPED).read_text("utf-8")
        rules = _read(shipped, SHIPPED).rule
        if text is not None:
            own = _read(text, "correlation.toml", known=frozenset(rules))
            rules = {i: r for i, r in (rules | own.rule).items() if i not in own.off}
    except Invalid as error:
        raise Misconfigured(error.message, field=error.field, value=error.value, cure=error.cure) from None
    return tuple(NamedRule(rule_id, given) for rule_id, given in rules.items())


def city_rules(state: Path) -> Rules:
    """The rules of the installation in this state folder. Raises ``Misconfigured``."""
    file = state / "correlation.toml"
    try:
        return read_rules(file.read_text("utf-8") if file.exists() else None)
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"{file} cannot be read: {error}", field="correlation.toml", cure="mend the file, or take it away"
        ) from error


def _fits(patterns: tuple[str, ...], text: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def _read(text: str, what: str, known: frozenset[str] = frozenset()) -> _File:
    read = read_toml(text, _File, what)
    for rule_id in read.off:
        if rule_id not in known:
            raise wrong(
                text,
                what,
                ("off",),
                f"there is no shipped rule {rule_id}",
                value=rule_id,
                cure=f"name one of {', '.join(sorted(known))}",
            )
    for rule_id, rule in read.rule.items():
        for path, words, value, cure in _faults(rule_id, rule):
            raise wrong(text, what, ("rule", rule_id, *path), words, value=value, cure=cure)
    return read


Fault = tuple[tuple[str, ...], str, object, str]


def _faults(rule_id: str, rule: CorrelationRule) -> list[Fault]:
    """(path below the rule, what is wrong, the value, the cure) of all that cannot be right."""
    found: list[Fault] = []
    if not LOCAL_ID.match(rule_id) or len(rule_id) > 20:
        found.append(((), "a rule's id is 1 to 20 letters, digits, - or .", rule_id, "as in C-01"))
    if not rule.words.strip():
        found.append(
            (("words",), "a rule without words explains nothing", rule.words, "say it in a sentence")
        )
    for name in ("kinds", "tools"):
        patterns = getattr(rule, name)
        if not patterns or not all(p.strip() for p in patterns):
            found.append(((name,), "an empty pattern fits nothing", patterns, 'leave it out, or write ["*"]'))
    if rule.radius_m is None and not rule.same_entity:
        cure = "give radius_m, or same_entity = true"
        found.append((("window_min",), "time alone groups strangers", rule.window_min, cure))
    if not 2 <= rule.threshold <= MOST_ALERTS:
        found.append((("threshold",), "a group is two alerts or more", rule.threshold, "give 2 to 200"))
    found += _amounts((), rule.window_min, rule.radius_m)
    for table, overrides in (("tool", rule.tool), ("source", rule.source)):
        for pattern, override in overrides.items():
            path = (table, pattern)
            found += _amounts(path, override.window_min, override.radius_m)
            if not pattern.strip():
                found.append((path, "an empty pattern fits nothing", pattern, "name it, * for anything"))
            if override.radius_m is not None and rule.radius_m is None:
                cure = "give the rule a radius_m"
                found.append(((*path, "radius_m"), "the rule has no radius", override.radius_m, cure))
    return found


def _amounts(path: tuple[str, ...], window_min: float | None, radius_m: float | None) -> list[Fault]:
    found: list[Fault] = []
    # written so that not-a-number is refused as well
    if window_min is not None and not 0 < window_min <= LONGEST_MIN:
        found.append(((*path, "window_min"), "out of bounds", window_min, "give minutes, above 0, to 1440"))
    if radius_m is not None and not 0 < radius_m <= FARTHEST_M:
        found.append(((*path, "radius_m"), "out of bounds", radius_m, "give metres, above 0, to 20000"))
    return found
