"""The edge where a tool's words come in: bounded, without marks that deceive the eye."""

from __future__ import annotations

from msgspec.structs import replace

from tocsin.kernel.events import Evidence, Finding, Place
from tocsin.kernel.text import clean

HEADLINE_CHARS, WORDS_CHARS, NAME_CHARS = 300, 2000, 128
_MOST_ENTITIES, _MOST_EVIDENCE, _MOST_TRACE = 100, 50, 500


def tidy(finding: Finding) -> Finding:
    """The same finding, its texts cleaned and its lists bounded (the newest of a trace are kept)."""
    return replace(
        finding,
        kind=clean(finding.kind, NAME_CHARS),
        tool=clean(finding.tool, NAME_CHARS),
        tool_version=clean(finding.tool_version, NAME_CHARS),
        headline=clean(finding.headline, HEADLINE_CHARS) or "(the tool said nothing)",
        words=clean(finding.words, WORDS_CHARS),
        score_means=clean(finding.score_means, HEADLINE_CHARS),
        entities=tuple(entity[:256] for entity in finding.entities[:_MOST_ENTITIES]),
        evidence=tuple(_evidence(e) for e in finding.evidence[:_MOST_EVIDENCE]),
        place=None if finding.place is None else _place(finding.place),
        factors=tuple(replace(f, label=clean(f.label, HEADLINE_CHARS)) for f in finding.factors[:20]),
        neighbours=tuple(replace(n, words=clean(n.words, HEADLINE_CHARS)) for n in finding.neighbours[:20]),
        trace=finding.trace[-_MOST_TRACE:],
        limit_name=None if finding.limit_name is None else clean(finding.limit_name, HEADLINE_CHARS),
    )


def _evidence(evidence: Evidence) -> Evidence:
    value = evidence.value
    return replace(evidence, value=clean(value, HEADLINE_CHARS)) if isinstance(value, str) else evidence


def _place(place: Place) -> Place:
    return replace(place, name=clean(place.name, HEADLINE_CHARS)) if place.name else place
