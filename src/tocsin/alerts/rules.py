"""The readable rules (``rules.toml``): read once, refused loudly when they cannot be right."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Literal

import msgspec

from tocsin.kernel.decisions import Alert, Rule
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.events import SEVERITIES, Finding, Severity

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
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is given must hold."""

    kind: str | None = None
    tool: str | None = None
    entity_type: tuple[str, ...] | None = None
    attribute: tuple[str, ...] | None = None
    severity: tuple[Severity, ...] | None = None
    fault_probability_min: float | None = None
    score_min: float | None = None

    def fits(self, finding: Finding) -> bool:
        return (
            (self.kind is None or fnmatchcase(finding.kind, self.kind))
            and (self.tool is None or fnmatchcase(finding.tool, self.tool))
            and (self.entity_type is None or _type_of(finding) in self.entity_type)
            and (self.attribute is None or _any_of(self.attribute, finding.attribute))
            and (self.severity is None or finding.severity in self.severity)
            and (
                self.fault_probability_min is None or finding.fault_probability >= self.fault_probability_min
            )
            and (self.score_min is None or finding.score >= self.score_min)
        )


class Gives(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    severity: Severity | Literal["as said"]
    category: Category
    urgency: Urgency
    certainty: Certainty
    at_most: Severity = "critical"


class SeverityRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    words: str
    when: When
    gives: Gives


class FloodRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``scope``: counted over one tool's alerts, or over all."""

    id: str
    words: str
    scope: Literal["tool", "all"]
    start: int
    end: int
    holds: tuple[Severity, ...]

    @property
    def rule(self) -> Rule:
        return Rule(self.id, self.words)


class Overflow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    words: str
    start: int
    end: int


class Habits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    window_min: float
    rejoin_min: float
    flap_starts: int
    flap_window_min: float

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.window_min)

    @property
    def rejoin(self) -> timedelta:
        return timedelta(minutes=self.rejoin_min)

    @property
    def flap_window(self) -> timedelta:
        return timedelta(minutes=self.flap_window_min)


class Verdict(msgspec.Struct, frozen=True):
    """What a finding is as an alert, and the rule that says so."""

    rule: Rule
    severity: Severity
    category: Category
    urgency: Urgency
    certainty: Certainty


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[SeverityRule, ...]
    flood: tuple[FloodRule, ...]
    overflow: Overflow
    habits: Habits

    def decide(self, finding: Finding) -> Verdict:
        """The verdict of the first rule that fits; the last fits everything."""
        for rule in self.rule:
            if rule.when.fits(finding):
                given = rule.gives
                said = finding.severity if given.severity == "as said" else given.severity
                severity = SEVERITIES[min(rank(said), rank(given.at_most))]
                return Verdict(
                    Rule(rule.id, rule.words), severity, given.category, given.urgency, given.certainty
                )
        raise AssertionError("checked at start: the last rule fits everything")

    def flood_rule(self, rule_id: str) -> FloodRule | None:
        return next((rule for rule in self.flood if rule.id == rule_id), None)


def rank(severity: Severity) -> int:
    """0 low .. 3 critical."""
    return SEVERITIES.index(severity)


def verdict_of(alert: Alert) -> Verdict:
    """What an alert stands as."""
    return Verdict(alert.severity_rule, alert.severity, alert.category, alert.urgency, alert.certainty)


def read_rules(text: str | None = None) -> Rules:
    """The rules of ``text`` (TOML), ours where None. Raises ``Misconfigured`` naming rule and cure."""
    given = text if text is not None else files("tocsin.alerts").joinpath("rules.toml").read_text("utf-8")
    try:
        rules = msgspec.convert(tomllib.loads(given), Rules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Misconfigured(
            f"the alert rules cannot be read: {error}", field="rules", cure="mend the line named"
        ) from error
    _check(rules)
    return rules


def _check(rules: Rules) -> None:
    ids = [r.id for r in rules.rule] + [r.id for r in rules.flood] + [rules.overflow.id]
    for rule_id in ids:
        if ids.count(rule_id) > 1:
            raise _wrong(rule_id, "two rules share this id", "give each its own")
    if not rules.rule or rules.rule[-1].when != When():
        last = rules.rule[-1].id if rules.rule else "rule"
        raise _wrong(last, "the last rule must fit everything", "end with a rule with when = {}")
    for rule in rules.rule[:-1]:
        if rule.when == When():
            raise _wrong(rule.id, "no rule after this one can ever fit", "move it to the end")
    for rule in rules.rule:
        if not rule.words.strip():
            raise _wrong(rule.id, "a rule without words explains nothing", "say it in a sentence")
        chance = rule.when.fault_probability_min
        if chance is not None and not 0 <= chance <= 1:
            raise _wrong(rule.id, "fault_probability_min is a share", "give 0 to 1")
    levels = [(f.id, f.start, f.end) for f in rules.flood]
    for flood_id, start, end in [*levels, (rules.overflow.id, rules.overflow.start, rules.overflow.end)]:
        if not 0 < end < start:
            raise _wrong(flood_id, "a flood must end below where it starts", "give 0 < end < start")
    for hold in rules.flood:
        if "critical" in hold.holds:
            raise _wrong(hold.id, "what is critical is never held back", "take critical out of holds")
    habits = rules.habits
    if min(habits.window_min, habits.rejoin_min, habits.flap_window_min) <= 0 or habits.flap_starts < 2:
        raise _wrong("habits", "times must be above 0, flap_starts 2 or more", "mend the figure")


def _wrong(rule_id: str, words: str, cure: str) -> Misconfigured:
    return Misconfigured(f"alert rule {rule_id}: {words}", field=rule_id, cure=cure)


def _any_of(patterns: tuple[str, ...], name: str | None) -> bool:
    return name is not None and any(fnmatchcase(name, pattern) for pattern in patterns)


def _type_of(finding: Finding) -> str:
    """Smart Data Models type of the first entity (``urn:ngsi-ld:<type>:<id>``); empty where there is none."""
    parts = finding.entities[0].split(":") if finding.entities else []
    return parts[2] if len(parts) > 3 else ""
