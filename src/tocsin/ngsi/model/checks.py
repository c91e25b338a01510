"""Rules for single values of a document: URIs, times, names, geometries, scopes. All raise BadRequestData."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from unicodedata import category

import msgspec

from tocsin.ngsi.model.kinds import GEOMETRIES, NULL
from tocsin.ngsi.problems import BadRequestData

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`\x00-\x1f]+")
#: controls, formats (bidi), unassigned, separators; and letters and marks that are blank
_NO_INK = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"))
_BLANK = re.compile("[\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?Z")
#: what a q expression could not name, and what no term may hold; dots alone are steps of a path
_NO_NAME = re.compile(r"[\s<>\"'=;()\[\]{}|\\^`\x00-\x1f]|^(?:\.|%2[eE])+$")
_SCOPE = re.compile(r"/?[^/\s()|;,#+]+(/[^/\s()|;,#+]+)*")
_NAME_CHARS = 1024
_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_MOST_POSITIONS = 100_000
MAX_NESTING = 64


def uri(value: Any, field: str) -> str:
    """RFC 3986 with its scheme, or RFC 3987 without characters that nobody sees."""
    if not isinstance(value, str) or len(value) > 4096 or not _URI.fullmatch(value) or _unseen(value):
        raise BadRequestData("not a URI", field=field, value=value, cure="for example urn:ngsi-ld:Vehicle:A1")
    return value


def _unseen(value: str) -> bool:
    """Whether something in it leaves no ink: it would look like another id wherever people read it."""
    return not value.isascii() and any(category(c) in _NO_INK or _BLANK.match(c) for c in value)


def name(value: str, field: str) -> str:
    """Of an attribute or a type (clause 4.6.2)."""
    if not value or len(value) > _NAME_CHARS or _NO_NAME.search(value) or value.startswith("@"):
        raise BadRequestData(
            "not a name", field=field, value=value, cure="letters, digits and _, or a compact or whole IRI"
        )
    return value


def time(value: Any, field: str) -> str:
    """A DateTime in UTC (clause 4.6.3); its fraction after a full stop."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is not None:
        try:
            datetime.fromisoformat(found[1])
        except ValueError:
            found = None
    if found is None:
        raise BadRequestData(
            "not a time in UTC", field=field, value=value, cure="for example 2026-11-22T16:00:00Z"
        )
    return f"{found[1]}.{found[2]}Z" if found[2] else value


@lru_cache(4096)  # what is written together often has one time
def moment(text: str) -> datetime:
    """The moment of a checked time, to the microsecond."""
    whole, _, rest = text.rstrip("Z").partition(".")
    made = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return made.replace(microsecond=int(rest[:6].ljust(6, "0"))) if rest else made


def told(at: datetime) -> str:
    """A moment as it stands in a document."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at.microsecond else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def scopes(value: Any) -> list[str]:
    """One or several (clause 4.18)."""
    given = value if isinstance(value, list) else [value]
    for one in given:
        if not isinstance(one, str) or len(one) > 1024 or one == NULL or not _SCOPE.fullmatch(one):
            raise BadRequestData("not a scope", field="scope", value=one, cure="for example /Oslo/Sentrum")
    if not given:
        raise BadRequestData("no scope in it", field="scope", cure="leave it out, or give one")
    return list(dict.fromkeys(given))


def geometry(value: Any, field: str) -> dict[str, Any]:
    """A GeoJSON geometry (RFC 7946, section 3.1) in degrees, one of those of clause 4.7.1; as a string too,
    which JSON-LD once needed (clause 4.7.2).
    """
    if isinstance(value, str):
        with suppress(msgspec.DecodeError):
            value = msgspec.json.decode(value)
    if not isinstance(value, Mapping) or value.get("type") not in GEOMETRIES:
        raise BadRequestData("not a GeoJSON geometry", field=field, value=value, cure="an object of RFC 7946")
    kind = value["type"]
    if kind == "GeometryCollection":
        raise BadRequestData(
            "a collection is no value of a GeoProperty",
            field=field,
            value=value,
            cure="a MultiPoint, MultiLineString or MultiPolygon, or one property for each geometry",
        )
    _positions(value.get("coordinates"), _DEPTH[kind], field)
    coordinates = value["coordinates"]
    if kind == "LineString" and len(coordinates) < 2:
        raise BadRequestData("a line of one position", field=field, value=value, cure="at least two")
    if kind in ("Polygon", "MultiPolygon"):
        for ring in coordinates if kind == "Polygon" else [r for polygon in coordinates for r in polygon]:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise BadRequestData(
                    "a ring that is not closed",
                    field=field,
                    value=ring,
                    cure="four positions or more, the last the first",
                )
    return dict(value)


def _positions(value: Any, depth: int, field: str) -> int:
    if not isinstance(value, list) or not value:
        raise BadRequestData("no coordinates", field=field, value=value, cure="see RFC 7946, 3.1.1")
    if depth:
        counted = sum(_positions(one, depth - 1, field) for one in value)
        if counted > _MOST_POSITIONS:
            raise BadRequestData("too many positions", field=field, cure=f"at most {_MOST_POSITIONS}")
        return counted
    numbers = 2 <= len(value) <= 4 and all(
        isinstance(n, int | float) and not isinstance(n, bool) for n in value
    )
    if not numbers or not (-180 <= value[0] <= 180 and -90 <= value[1] <= 90):
        raise BadRequestData(
            "not a position", field=field, value=value, cure="[longitude, latitude] in degrees"
        )
    return 1


def depth(value: Any, left: int = MAX_NESTING) -> None:
    """Nobody needs values nested deeper, and every later walk through one would be at risk."""
    if left < 0:
        raise BadRequestData("nested too deeply", field="body", cure=f"at most {MAX_NESTING} levels")
    if isinstance(value, dict):
        for one in value.values():
            if isinstance(one, dict | list):
                depth(one, left - 1)
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, dict | list):
                depth(one, left - 1)
