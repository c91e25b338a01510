"""The readable rules (``rules.toml``, a city's own ``advice.toml``): when it is asked, what threatens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec

from tocsin.kernel.advice import Surroundings
from tocsin.kernel.decisions import Alert
from tocsin.kernel.errors import Invalid, Misconfigured
from tocsin.kernel.events import SEVERITIES, Observation, Severity
from tocsin.sdk.toml_lines import read_toml

SHIPPED, OWN = "rules.toml", "advice.toml"
FARTHEST_M = 20_000.0
#: a cloud older than that has come as far as it is taken to come
OLDEST_S = 3600.0
#: whose readings say how the wind blows
WIND, WIND_SPEED, WIND_FROM = "WeatherObserved", "windSpeed", "windDirection"
#: below it a wind has no direction worth the name
CALM_MPS = 0.5


class AskRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    tool: str
    within_m: float
    kinds: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    least_severity: Severity = "low"


class ThreatRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    means: Literal["area", "plume"]
    radius_m: float
    kinds: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class AdviceRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``off``: ids of shipped rules that this city does not want."""

    ask: dict[str, AskRule] = {}
    threat: dict[str, ThreatRule] = {}
    off: tuple[str, ...] = ()

    def asking(self, alerts: Sequence[Alert], severity: Severity) -> list[tuple[str, AskRule, Alert]]:
        """Rules that such an incident meets, each with the first alert that meets it and has a place."""
        found = []
        for name, rule in self.ask.items():
            if SEVERITIES.index(severity) < SEVERITIES.index(rule.least_severity):
                continue
            fitting = (a for a in alerts if a.place is not None and _fits(rule, a))
            alert = next(fitting, None)
            if alert is not None:
                found.append((name, rule, alert))
        return found

    def threats(self, alerts: Iterable[Alert], around: Surroundings) -> list[dict[str, Any]]:
        """What the alerts of an incident mean for who leaves, as a request has it (WGS 84, GeoJSON)."""
        told = []
        for alert in alerts:
            rule = next((r for r in self.threat.values() if _fits(r, alert)), None)
            if rule is not None and alert.place is not None and alert.state not in ("rejected", "closed"):
                told.append(_threat(rule, alert, around))
        return told


def _threat(rule: ThreatRule, alert: Alert, around: Surroundings) -> dict[str, Any]:
    assert alert.place is not None
    place = {"type": "Point", "coordinates": [alert.place.lon, alert.place.lat]}
    radius_m = max(rule.radius_m, alert.place.radius_m)
    wind = _wind(around) if rule.means == "plume" else None
    named = {"name": f"{alert.id} {alert.headline}"[:120], "place": place}
    if wind is None:
        return {"kind": "area", **named, "radius_m": radius_m}
    age_s = max(0.0, (around.now - alert.onset).total_seconds())
    drifts = {"wind_from_deg": wind[0], "wind_mps": wind[1], "age_s": round(min(age_s, OLDEST_S), 1)}
    return {"kind": "plume", **named, **drifts}


def _wind(around: Surroundings) -> tuple[float, float] | None:
    """Where it comes from, degrees from north, and metres a second, by the newest station; None: unknown."""
    stations = [o for o in around.entities if o.type == WIND]
    for o in sorted(stations, key=lambda o: o.observed_at, reverse=True):
        comes, blows = _number(o, WIND_FROM), _number(o, WIND_SPEED)
        if comes is not None and blows is not None and blows >= CALM_MPS:
            return comes % 360.0, blows
    return None


def _number(o: Observation, name: str) -> float | None:
    value = o.get(name)
    usable = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return float(value) if usable and isinstance(value, int | float) else None


def _fits(rule: AskRule | ThreatRule, alert: Alert) -> bool:
    return any(fnmatchcase(alert.kind, kind) for kind in rule.kinds) or alert.category in rule.categories


def read_rules(text: str | None = None) -> AdviceRules:
    """The shipped rules, and those of ``text`` over them. Raises ``Misconfigured``."""
    try:
        shipped = read_toml(
            files("tocsin.incidents.advice").joinpath(SHIPPED).read_text("utf-8"), AdviceRules, SHIPPED
        )
        _check(shipped, SHIPPED)
        if text is None:
            return shipped
        own = read_toml(text, AdviceRules, OWN)
        _check(own, OWN)
    except Invalid as error:
        raise Misconfigured(error.message, field=error.field, value=error.value, cure=error.cure) from None
    known = {*shipped.ask, *shipped.threat}
    for name in own.off:
        if name not in known:
            cure = f"name one of {', '.join(sorted(known))}"
            raise Misconfigured("there is no shipped rule of that name", field="off", value=name, cure=cure)
    return AdviceRules(
        ask={k: r for k, r in (shipped.ask | own.ask).items() if k not in own.off},
        threat={k: r for k, r in (shipped.threat | own.threat).items() if k not in own.off},
    )


def city_rules(state: Path) -> AdviceRules:
    """The rules of the installation in this state folder. Raises ``Misconfigured``."""
    file = state / OWN
    try:
        return read_rules(file.read_text("utf-8") if file.exists() else None)
    except (OSError, UnicodeDecodeError) as error:
        cure = "mend the file, or take it away"
        raise Misconfigured(f"{file} cannot be read: {error}", field=OWN, cure=cure) from error


def _check(rules: AdviceRules, what: str) -> None:
    every: list[tuple[str, AskRule | ThreatRule]] = [*rules.ask.items(), *rules.threat.items()]
    for name, rule in every:
        size = rule.within_m if isinstance(rule, AskRule) else rule.radius_m
        field = "within_m" if isinstance(rule, AskRule) else "radius_m"
        if not 0 < size <= FARTHEST_M:  # not-a-number fails here too
            cure = f"metres, above 0, to {FARTHEST_M:g}"
            raise Invalid(f"{what}: rule {name}: out of bounds", field=field, value=size, cure=cure)
        if not rule.kinds and not rule.categories:
            raise Invalid(f"{what}: rule {name} fits nothing", field="kinds", value="", cure="name a kind")
        if not rule.words.strip():
            cure = "say it in a sentence"
            raise Invalid(f"{what}: rule {name} explains nothing", field="words", value="", cure=cure)
