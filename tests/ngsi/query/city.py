"""Entities of a small city, expanded and normalised, for the clause-by-clause tests."""

from __future__ import annotations

from typing import Any

CORE = "https://uri.etsi.org/ngsi-ld/"
DEFAULT = CORE + "default-context/"


def expand(name: str) -> str:
    """As the core @context and one vocabulary do."""
    if "://" in name or name.startswith("urn:"):
        return name
    if name in ("location", "observationSpace", "operationSpace"):
        return CORE + name
    if name == "Male":
        return "http://example.org/Male"
    return DEFAULT + name


def prop(value: Any, **members: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, **_long(members)}


def link(target: Any, **members: Any) -> dict[str, Any]:
    return {"type": "Relationship", "object": target, **_long(members)}


def words(**languages: Any) -> dict[str, Any]:
    return {"type": "LanguageProperty", "languageMap": languages}


def place(kind: str, coordinates: Any) -> dict[str, Any]:
    return {"type": "GeoProperty", "value": {"type": kind, "coordinates": coordinates}}


def entity(
    name: str = "urn:ngsi-ld:Thing:1", types: tuple[str, ...] = ("Thing",), /, **attributes: Any
) -> dict[str, Any]:
    """``attributes`` by short name: one instance or a list of them."""
    return {
        "id": name,
        "type": [expand(one) for one in types],
        "createdAt": "2026-01-01T00:00:00Z",
        "modifiedAt": "2026-06-01T00:00:00.250Z",
        **_long(attributes),
    }


def _long(members: dict[str, Any]) -> dict[str, Any]:
    """Attributes by IRI, as lists; members that are no attributes as they are."""
    return {
        (expand(name) if isinstance(value, dict | list) and name != "scope" else name): (
            [value] if isinstance(value, dict) else value
        )
        for name, value in members.items()
    }
