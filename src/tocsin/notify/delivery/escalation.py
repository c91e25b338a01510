"""Who hears of an alert that nobody acknowledges: readable rules, read once. Pure."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path

import msgspec

from tocsin.identity.policy import ROLES
from tocsin.kernel.decisions import Alert
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.events import Severity

FILE = "escalation.toml"


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is given must hold."""

    severity: tuple[Severity, ...] | None = None
    kind: str | None = None
    tool: str | None = None

    def fits(self, alert: Alert) -> bool:
        return (
            (self.severity is None or alert.severity in self.severity)
            and (self.kind is None or fnmatchcase(alert.kind, self.kind))
            and (self.tool is None or fnmatchcase(alert.tool, self.tool))
        )


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``after_min``: minutes since the alert was raised. ``to``: a role in the room that owns it."""

    after_min: float
    to: str


class EscalationRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    words: str
    when: When
    steps: tuple[Step, ...]


class Escalations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[EscalationRule, ...] = ()

    def of(self, alert: Alert) -> EscalationRule | None:
        """The first rule that fits."""
        return next((rule for rule in self.rule if rule.when.fits(alert)), None)

    def called(self, rule: str) -> EscalationRule | None:
        return next((one for one in self.rule if one.id == rule), None)


def read_escalations(text: str | None = None) -> Escalations:
    """The rules of ``text`` (TOML), ours where None. Raises ``Misconfigured`` naming rule and cure."""
    given = text if text is not None else files("tocsin.notify.delivery").joinpath(FILE).read_text("utf-8")
    try:
        read = msgspec.convert(tomllib.loads(given), Escalations)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Misconfigured(
            f"the escalation rules cannot be read: {error}", field=FILE, cure="mend the line named"
        ) from error
    _check(read)
    return read


def city_escalations(state: Path) -> Escalations:
    """The rules of the installation in this state folder. Raises ``Misconfigured``."""
    file = state / FILE
    try:
        return read_escalations(file.read_text("utf-8") if file.exists() else None)
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"{file} cannot be read: {error}", field=FILE, cure="mend the file, or take it away"
        ) from error


def _check(read: Escalations) -> None:
    ids = [rule.id for rule in read.rule]
    if len(set(ids)) != len(ids):
        raise Misconfigured("two escalation rules share an id", field=FILE, cure="give each its own")
    for rule in read.rule:
        if not rule.words.strip():
            raise _wrong(rule, "a rule without words explains nothing", "say it in a sentence")
        if not rule.steps:
            raise _wrong(rule, "it tells nobody", "give it a step, or take the rule away")
        times = [step.after_min for step in rule.steps]
        if times[0] <= 0 or times != sorted(set(times)):
            raise _wrong(rule, "its steps do not follow one another", "let after_min grow from step to step")
        for step in rule.steps:
            if step.to not in ROLES:
                raise _wrong(rule, f"there is no role {step.to!r}", f"one of {', '.join(ROLES)}")


def _wrong(rule: EscalationRule, words: str, cure: str) -> Misconfigured:
    return Misconfigured(f"escalation rule {rule.id}: {words}", field=rule.id, cure=cure)
