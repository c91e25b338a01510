"""A grouping, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.incidents.correlation.candidates import Candidate
from tocsin.incidents.correlation.rules import NamedRule
from tocsin.kernel.events import SEVERITIES
from tocsin.kernel.text import clean

_TITLE, _NAME, _NAMED = 160, 60, 2


def why(
    rule: NamedRule,
    a: Candidate,
    b: Candidate,
    apart_s: float,
    metres: float | None,
    shared: tuple[str, ...],
) -> str:
    """``AL-0002 beside AL-0001: 120 m and 3 min apart, both at Senate Square; rule C-02``."""
    apart = [_span(apart_s)] if metres is None else [_length(metres), _span(apart_s)]
    said = [" and ".join(apart) + " apart"]
    if shared:
        more = f" and {len(shared) - _NAMED} more" if len(shared) > _NAMED else ""
        said.append(f"both about {', '.join(clean(e, _NAME) for e in shared[:_NAMED])}{more}")
    name = clean((a.place.name if a.place else None) or "", _NAME)
    if name and b.place is not None and name == clean(b.place.name or "", _NAME):
        said.append(f"both at {name}")
    return f"{a.id} beside {b.id}: {', '.join(said)}; rule {rule.id}"


def title(alerts: Sequence[Candidate]) -> str:
    """The headline of the gravest, and how many more there are."""
    gravest = max(alerts, key=lambda a: SEVERITIES.index(a.severity))
    headline = clean(gravest.headline, _TITLE) or gravest.kind
    return headline if len(alerts) == 1 else f"{headline}, and {len(alerts) - 1} more"


def _length(metres: float) -> str:
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"
