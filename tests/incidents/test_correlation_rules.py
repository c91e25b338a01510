"""Rules that a person can read, and refusals that say which line to mend."""

from __future__ import annotations

import pytest
from tests.incidents.candidates import OFF

from tocsin.incidents.correlation.rules import Limits, city_rules, read_rules
from tocsin.kernel.errors import Misconfigured

GOOD = '[rule.X]\nwords = "w"\nradius_m = 100\nwindow_min = 10\nthreshold = 3\n'
CROWD = {"kind": "crowd.surge", "tool": "crowd", "category": "Safety", "severity": "high", "entities": ()}


def test_the_shipped_rules_can_be_read() -> None:
    rules = read_rules()
    assert [r.id for r in rules] == ["C-01", "C-02", "C-03", "C-04", "C-05"]
    assert all(r.given.words.endswith(".") for r in rules)
    # nothing but time would group strangers
    assert all(r.given.same_entity or r.given.radius_m for r in rules)


def test_a_city_replaces_adds_and_takes_away() -> None:
    mine = (
        'off = ["C-05"]\n[rule.C-02]\nwords = "mine"\nradius_m = 80\nwindow_min = 5\nthreshold = 4\n' + GOOD
    )
    rules = {r.id: r for r in read_rules(mine)}
    assert list(rules) == ["C-01", "C-02", "C-03", "C-04", "X"]
    assert (rules["C-02"].given.threshold, rules["C-02"].given.kinds) == (4, ("*",))


@pytest.mark.parametrize(
    ("text", "line", "field", "value"),
    [
        (GOOD.replace("threshold = 3", "threshold = 1"), 5, "rule.X.threshold", "1"),
        (GOOD.replace("threshold = 3", "threshold = 201"), 5, "rule.X.threshold", "201"),
        (GOOD.replace("threshold = 3", 'threshold = "3"'), 5, "rule.X.threshold", None),
        (GOOD.replace("window_min = 10", "window_min = 0"), 4, "rule.X.window_min", "0.0"),
        (GOOD.replace("window_min = 10", "window_min = nan"), 4, "rule.X.window_min", "nan"),
        (GOOD.replace("radius_m = 100", "radius_m = -5"), 3, "rule.X.radius_m", "-5.0"),
        (GOOD.replace("radius_m = 100", "radius_m = inf"), 3, "rule.X.radius_m", "inf"),
        (GOOD.replace("radius_m = 100\n", ""), 3, "rule.X.window_min", "10.0"),
        (GOOD.replace('words = "w"', 'words = " "'), 2, "rule.X.words", " "),
        (GOOD + "kinds = []\n", 6, "rule.X.kinds", "()"),
        (GOOD + 'kinds = [""]\n', 6, "rule.X.kinds", "('',)"),
        (GOOD + "radus_m = 3\n", 6, "rule.X.radus_m", None),
        (GOOD + 'least_severity = "grave"\n', 6, "rule.X.least_severity", None),
        (GOOD + "[rule.X.tool.crowd]\nwindow_min = -1\n", 7, "rule.X.tool.crowd.window_min", "-1.0"),
        (GOOD + '[rule.X.source.""]\noff = true\n', 6, "rule.X.source.", ""),
        (
            GOOD.replace("radius_m = 100", "same_entity = true") + "[rule.X.tool.a]\nradius_m = 9\n",
            7,
            None,
            "9.0",
        ),
        ('off = ["C-99"]\n', 1, "off", "C-99"),
        ("[rule.X\n", 1, "toml", None),
    ],
)
def test_a_wrong_one_is_refused_by_line_field_value_and_cure(text, line, field, value) -> None:
    with pytest.raises(Misconfigured) as refusal:
        read_rules(text)
    assert f"line {line}" in refusal.value.message
    assert refusal.value.cure
    if field is not None:
        assert refusal.value.field == field
    if value is not None:
        assert refusal.value.value == value


def test_overrides_of_a_tool_and_of_a_source() -> None:
    text = GOOD + (
        '[rule.X.tool."cro*"]\nwindow_min = 2\nradius_m = 50\n'
        '[rule.X.source."urn:ngsi-ld:Camera:*"]\nradius_m = 20\n'
        "[rule.X.tool.anomaly]\noff = true\n"
        '[rule.X.tool.posts]\nleast_severity = "critical"\n'
    )
    [rule] = read_rules(OFF + text)
    assert rule.limits(**CROWD) == Limits(120.0, 50.0)
    assert rule.limits(**CROWD | {"entities": ("urn:ngsi-ld:Camera:7",)}) == Limits(120.0, 20.0)
    assert rule.limits(**CROWD | {"tool": "gun"}) == Limits(600.0, 100.0)
    assert rule.limits(**CROWD | {"tool": "anomaly"}) is None
    assert rule.limits(**CROWD | {"tool": "posts"}) is None
    assert rule.limits(**CROWD | {"tool": "posts", "severity": "critical"}) == Limits(600.0, 100.0)


def test_which_alerts_a_rule_looks_at() -> None:
    text = GOOD + 'kinds = ["crowd.*"]\ntools = ["crowd"]\ncategories = ["Safety"]\nleast_severity = "high"\n'
    [rule] = read_rules(OFF + text)
    assert rule.limits(**CROWD) is not None
    for other in ({"kind": "gun.seen"}, {"tool": "x"}, {"category": "Env"}, {"severity": "medium"}):
        assert rule.limits(**CROWD | other) is None


def test_the_file_of_a_city(tmp_path) -> None:
    assert [r.id for r in city_rules(tmp_path)] == [r.id for r in read_rules()]
    (tmp_path / "correlation.toml").write_text(GOOD)
    assert city_rules(tmp_path)[-1].id == "X"
    (tmp_path / "correlation.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Misconfigured, match=r"correlation\.toml"):
        city_rules(tmp_path)
