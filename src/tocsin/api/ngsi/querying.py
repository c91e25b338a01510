"""``GET /entities`` and ``POST /entityOperations/query`` (clauses 5.7.2, 6.4.3.2, 6.23)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.responses import Response

from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.joining import collected, documents, join_of
from tocsin.api.ngsi.negotiation import LD_JSON, Media, answer_media
from tocsin.api.ngsi.shaping import OPTIONS, place_of, shape_of
from tocsin.ngsi.linked import Join
from tocsin.ngsi.model.write import Shape
from tocsin.ngsi.problems import BadRequestData, TooManyResults
from tocsin.ngsi.query import GeoParams, QueryParams
from tocsin.ngsi.query.q import read_q

USUAL, MOST = 20, 1000
#: attributes that every entity has: they choose none
SYSTEM = frozenset(("createdAt", "modifiedAt", "deletedAt", "observedAt"))
_GEO = ("georel", "geometry", "coordinates", "geoproperty")


async def query_entities(call: Call) -> Response:
    """By the parameters of the URL."""
    media = answer_media(call.request.headers, geo=True)
    terms = await call.terms()
    shape = shape_of(call, terms)
    asked = read_params(call)
    check_narrow(call, asked)
    if asked.type == "*" and call.params.get("local", "").lower() == "false":
        raise BadRequestData(  # clause 6.4.3.2
            "all types are asked for here alone", field="local", value="false", cure="leave it out"
        )
    if "csf" in call.params:  # there are no sources to choose among
        read_q(call.params["csf"])
    return await _answered(call, shape, media, [asked], join_of(call.params, shape))


def check_narrow(call: Call, asked: QueryParams) -> None:
    """Raises ``BadRequestData`` for a query that chooses nothing but ids (clauses 5.7.2.4, 5.7.4.4)."""
    named = any(name not in SYSTEM for name in asked.attrs or ())
    if not (asked.type or named or asked.q or asked.geo or call.flag("local")):
        raise BadRequestData(
            "the query asks for everything", field="type", cure="give type, attrs, q, georel, or local=true"
        )


def read_params(call: Call) -> QueryParams:
    """The conditions of a URL."""
    params = call.params
    geo = None
    if any(name in params for name in _GEO[:3]):
        geo = GeoParams(**{name: params[name] for name in _GEO if name in params})
    return QueryParams(
        ids=params.get("id"),
        id_pattern=params.get("idPattern"),
        type=params.get("type"),
        attrs=_names(params.get("attrs")),
        q=params.get("q"),
        scope_q=params.get("scopeQ"),
        geo=geo,
        expand_values=_names(params.get("expandValues")) or (),
        json_keys=_names(params.get("jsonKeys")) or (),
    )


async def post_query(call: Call) -> Response:
    """By a Query in the body (clause 5.2.23)."""
    media = answer_media(call.request.headers, geo=True)
    body, terms = await call.document()
    if "temporalQ" in body:
        raise BadRequestData(
            "this operation tells of now", field="temporalQ", cure="POST to temporal/entityOperations/query"
        )
    asked = read_body(call, body)
    shape = shape_of(call, terms, body)
    return await _answered(call, shape, media, asked, join_of({**call.params, **body}, shape))


def read_body(call: Call, body: dict[str, Any]) -> list[QueryParams]:
    """The conditions of a Query, for each of its selectors. Raises ``BadRequestData``."""
    if body.get("type") != "Query":
        raise BadRequestData("not a Query", field="type", value=body.get("type"), cure='"type": "Query"')
    selectors = body.get("entities")
    if selectors is not None and not (
        isinstance(selectors, list) and selectors and all(isinstance(one, dict) for one in selectors)
    ):
        raise BadRequestData(
            "not a list of selectors", field="entities", value=selectors, cure="objects with a type"
        )
    geo = _geo_of(body["geoQ"]) if "geoQ" in body else None
    shared = QueryParams(
        attrs=_listed(body.get("attrs"), "attrs"),
        q=_text(body, "q"),
        scope_q=_text(body, "scopeQ"),
        geo=geo,
        expand_values=_listed(body.get("expandValues"), "expandValues") or (),
        json_keys=_listed(body.get("jsonKeys"), "jsonKeys") or (),
    )
    if not (selectors or shared.attrs or shared.q or shared.geo or call.flag("local")):
        raise BadRequestData(
            "the query asks for everything", field="entities", cure="give entities, attrs, q or geoQ"
        )
    return [
        msgspec.structs.replace(
            shared,
            ids=one.get("id")
            if isinstance(one.get("id"), str) or one.get("id") is None
            else _listed(one["id"], "id"),
            id_pattern=_text(one, "idPattern") if one.get("id") is None else None,
            type=_type_of(one.get("type")),
        )
        for one in selectors or [{}]
    ]


async def _answered(
    call: Call, shape: Shape, media: Media, asked: Sequence[QueryParams], join: Join | None
) -> Response:
    terms = shape.terms
    count = call.flag("count") or "count" in call.options(("count", *OPTIONS))
    limit, offset = call.number("limit", USUAL), call.number("offset", 0)
    if limit > MOST:
        raise TooManyResults("too many at once", field="limit", value=limit, cure=f"at most {MOST}")
    if limit == 0 and not count:
        raise BadRequestData("nothing is asked for", field="limit", value=0, cure="count=true, or 1 and more")
    place = place_of(call, media, terms)
    if join is not None:
        asked = [msgspec.structs.replace(one, levels=join.levels) for one in asked]
    found = await call.broker.workers.find(asked, terms.expand, offset=offset, limit=limit, count=count)
    headers = {"ngsild-results-count": str(found.total)} if found.total is not None else {}
    links = page_links(call, offset, limit, more=found.more)
    shown = await documents(call, found.entities, shape, join, place)
    return await call.answer(collected(shown, place), headers=headers, links=links, media=media)


def page_links(call: Call, offset: int, limit: int, *, more: bool) -> list[str]:
    """To the page before and the page after (clause 6.3.10)."""
    links = []
    if limit:
        if offset:
            links.append(_link(call, "prev", max(0, offset - limit), limit))
        if more:
            links.append(_link(call, "next", offset + limit, limit))
    return links


def _link(call: Call, rel: str, offset: int, limit: int) -> str:
    """Clause 6.3.10."""
    kept = [
        pair
        for pair in parse_qsl(call.request.url.query, keep_blank_values=True)
        if pair[0] not in ("offset", "limit")
    ]
    query = urlencode([*kept, ("limit", limit), ("offset", offset)])
    return f'<{call.request.url.path}?{query}>; rel="{rel}"; type="{LD_JSON}"'


def _geo_of(given: Any) -> GeoParams:
    if not isinstance(given, dict) or not given.keys() <= set(_GEO):
        raise BadRequestData(
            "not a geo-query", field="geoQ", value=given, cure="georel, geometry, coordinates"
        )
    for name in ("georel", "geometry", "geoproperty"):
        _text(given, name)
    return GeoParams(**given)


def _type_of(given: Any) -> str | None:
    if given is None or isinstance(given, str):
        return given
    return ",".join(_listed(given, "entities.type") or ())


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise BadRequestData("not a text", field=name, value=value, cure="a string")
    return value


def _names(given: str | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(one.strip() for one in given.split(",") if one.strip())


def _listed(given: Any, field: str) -> tuple[str, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise BadRequestData("not a list of texts", field=field, value=given, cure="an array of strings")
    return tuple(given)
