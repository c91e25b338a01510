"""Severity is a rule that a person can read; rules that cannot be right are refused at start."""

from __future__ import annotations

import itertools
from importlib.resources import files

import pytest

from tocsin.alerts.rules import read_rules
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.events import SEVERITIES

OURS = files("tocsin.alerts").joinpath("rules.toml").read_text("utf-8")


def test_a_likely_fault_is_never_grave_whatever_else_is_said(make) -> None:
    rules = read_rules()
    kinds = ("crowd.surge", "anomaly.high", "anomaly.fault", "weapon.seen", "x")
    for kind, severity, chance in itertools.product(kinds, SEVERITIES, (0.5, 0.7, 1.0)):
        verdict = rules.decide(make(kind=kind, severity=severity, fault_probability=chance))
        assert verdict.severity == "low", (kind, severity, chance)
    for kind, severity in itertools.product(kinds, SEVERITIES):
        assert rules.decide(make(kind=kind, severity=severity, fault_probability=0.3)).severity in (
            "low",
            "medium",
        )


@pytest.mark.parametrize(
    ("given", "rule", "severity"),
    [
        ({"severity": "critical"}, "S-10", "critical"),
        ({"kind": "anomaly.high", "severity": "critical"}, "S-24", "high"),
        ({"kind": "anomaly.low", "entities": ("urn:ngsi-ld:AirQualityObserved:A-01",)}, "S-20", "high"),
        ({"kind": "anomaly.low", "entities": ("urn:ngsi-ld:TrafficFlowObserved:T-01",)}, "S-21", "high"),
        ({"kind": "anomaly.high", "attribute": "fbap", "severity": "critical"}, "S-07", "high"),
        ({"kind": "anomaly.high", "attribute": "cl2", "fault_probability": 0.4}, "S-06", "medium"),
        ({"kind": "anomaly.high", "attribute": "fbap", "fault_probability": 0.5}, "S-03", "low"),
        ({"kind": "anomaly.low", "attribute": "fbap"}, "S-24", "high"),
        ({"kind": "anomaly.high", "entities": ("urn:ngsi-ld:Camera:C-101",)}, "S-23", "medium"),
        ({"kind": "anomaly.silent", "severity": "critical"}, "S-05", "medium"),
        ({"kind": "weapon.seen", "severity": "critical"}, "S-99", "critical"),
        ({"kind": "anomaly.fault", "severity": "critical"}, "S-02", "low"),
        ({"kind": "x", "entities": ("not a urn",)}, "S-99", "high"),
        ({"kind": "x", "fault_probability": float("nan")}, "S-99", "high"),
    ],
)
def test_examples(make, given, rule, severity) -> None:
    verdict = read_rules().decide(make(**given))
    assert (verdict.rule.id, verdict.severity) == (rule, severity)


def test_every_rule_has_words_and_ours_are_read() -> None:
    assert len(read_rules().rule) >= 5
    assert all(len(rule.words) > 10 for rule in read_rules().rule)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('id = "S-02"', 'id = "S-01"', "S-01"),
        ("when = {}", 'when = { kind = "z" }', "S-99"),
        ("fault_probability_min = 0.5", "fault_probability_min = 50", "S-03"),
        ("fault_probability_min = 0.5", "fault_probabilty_min = 0.5", "fault_probabilty_min"),
        ('severity = "low"', 'severity = "lowish"', "severity"),
        ('holds = ["low"]', 'holds = ["low", "critical"]', "F-03"),
        ("start = 10\nend = 5", "start = 5\nend = 10", "F-01"),
        ("flap_starts = 5", "flap_starts = 1", "habits"),
        ("[[rule]]", "[[rule", "cannot be read"),
        ('when = { kind = "*.fault" }', "when = {}", "S-02"),
    ],
)
def test_wrong_rules_are_refused_by_name(before, after, says) -> None:
    assert before in OURS
    with pytest.raises(Misconfigured) as refusal:
        read_rules(OURS.replace(before, after, 1))
    assert says in str(refusal.value)
    assert refusal.value.cure
