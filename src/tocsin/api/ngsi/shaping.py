"""How a call wants its entities shown: format, options, projection, language (4.21, 6.3.11-15)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.negotiation import Media
from tocsin.api.ngsi.projection import PLAIN, projection_of
from tocsin.ngsi.jsonld import Terms
from tocsin.ngsi.model.checks import name
from tocsin.ngsi.model.write import Format, Shape, languages
from tocsin.ngsi.problems import BadRequestData, InvalidRequest

FORMATS: dict[str, Format] = {
    "normalized": "normalized",
    "concise": "concise",
    "simplified": "simplified",
    "keyValues": "simplified",
}
OPTIONS = (*FORMATS, "sysAttrs")


def format_of(call: Call, options: Iterable[str]) -> Format:
    """``format``, else the word of ``options``. Raises ``InvalidRequest``."""
    given = call.params.get("format")
    if given is not None:
        if given not in FORMATS:
            raise InvalidRequest(
                "no such format", field="format", value=given, cure="one of " + ", ".join(FORMATS)
            )
        return FORMATS[given]
    said = {FORMATS[one] for one in options if one in FORMATS}
    if len(said) > 1:
        raise BadRequestData("more than one format", field="options", value=sorted(said), cure="choose one")
    return said.pop() if said else "normalized"


def shape_of(call: Call, terms: Terms, told: dict[str, Any] | None = None) -> Shape:
    """From the parameters, and from the body of a query. Raises ``BadRequestData``."""
    if not told and not call.params:
        return Shape(terms)
    options = call.options((*OPTIONS, "count"))
    body = told or {}
    attrs = names(body["attrs"] if "attrs" in body else call.params.get("attrs"), terms, "attrs")
    pick, omit = (body.get(name, call.params.get(name)) for name in ("pick", "omit"))
    projection = projection_of(pick, omit, terms)
    if attrs is not None and (pick is not None or omit is not None):
        raise BadRequestData("attrs does not go with pick or omit", field="attrs", cure="use pick alone")
    datasets = body["datasetId"] if "datasetId" in body else call.params.get("datasetId")
    lang = body.get("lang", call.params.get("lang"))
    if lang is not None and not isinstance(lang, str):
        raise BadRequestData("not a language", field="lang", value=lang, cure="for example en")
    return Shape(
        terms,
        format=format_of(call, options),
        sys_attrs="sysAttrs" in options,
        lang=languages(lang) if lang else (),
        datasets=frozenset(_listed(datasets, "datasetId")) if datasets else None,
        attrs=attrs,
        pick=projection.pick,
        omit=projection.omit,
        linked=projection.linked,
    )


def place_of(call: Call, media: Media, terms: Terms) -> str | None:
    """The IRI of the property that a Feature's geometry is; None where no Feature is asked for.

    Raises ``BadRequestData`` where one is named all the same (clause 5.7.1.4).
    """
    given = call.params.get("geometryProperty")
    if media == "geo":
        return terms.expand(name(given, "geometryProperty") if given is not None else "location")
    if given is not None:
        raise BadRequestData(
            "only a Feature has a geometry",
            field="geometryProperty",
            value=given,
            cure="ask for application/geo+json",
        )
    return None


def names(given: Any, terms: Terms, field: str) -> frozenset[str] | None:
    """Names of attributes as IRIs; None where there is no such parameter."""
    if given is None:
        return None
    listed = _listed(given, field)
    if no := sorted({"id", "type"}.intersection(listed)):
        raise BadRequestData(
            "no attribute", field=field, value=no[0], cure=f"pick={no[0]}, or the parameter {no[0]}"
        )
    return frozenset(one if one in PLAIN else terms.expand(name(one, field)) for one in listed)


def _listed(given: Any, field: str) -> list[str]:
    if not isinstance(given, str) and not (
        isinstance(given, list) and all(isinstance(g, str) for g in given)
    ):
        raise BadRequestData("not a list of names", field=field, value=given, cure="names, joined by commas")
    found = [one.strip() for one in (given.split(",") if isinstance(given, str) else given)]
    if not found or not all(found):
        raise BadRequestData("a name is missing", field=field, value=given, cure="names, joined by commas")
    return found
