"""``/temporal/entities`` and ``/temporal/entityOperations/query``: the evolution of entities
(clauses 5.7.3, 5.7.4, 6.18, 6.19, 6.24).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.negotiation import answer_media
from tocsin.api.ngsi.projection import projection_of
from tocsin.api.ngsi.querying import MOST, USUAL, check_narrow, page_links, read_body, read_params
from tocsin.api.ngsi.shaping import names
from tocsin.lake.temporal.records import Window
from tocsin.ngsi.jsonld import Terms
from tocsin.ngsi.model import checks
from tocsin.ngsi.model.change import attributes
from tocsin.ngsi.model.write import Shape, languages
from tocsin.ngsi.problems import (
    BadRequestData,
    InvalidRequest,
    OperationNotSupported,
    ResourceNotFound,
    TooManyResults,
)
from tocsin.ngsi.query import AnyOf, QueryParams, parse
from tocsin.ngsi.temporal import params as temporal
from tocsin.ngsi.temporal.evolution import Evolution, Told, named
from tocsin.ngsi.temporal.params import TemporalQuery, told_time
from tocsin.ngsi.temporal.write import Form, aggregated, evolution

_FORMS: dict[str, Form] = {
    "normalized": "normalized",
    "concise": "concise",
    "simplified": "temporalValues",
    "keyValues": "temporalValues",
    "temporalValues": "temporalValues",
    "aggregatedValues": "aggregatedValues",
}
_OPTIONS = (*_FORMS, "sysAttrs", "count")


def history_of(call: Call) -> Evolution:
    """Raises ``OperationNotSupported`` where this installation keeps no history."""
    if call.broker.evolution is None:
        raise OperationNotSupported(
            "this installation keeps no history", field="path", value=call.request.url.path
        )
    return call.broker.evolution


async def retrieve_temporal(call: Call) -> Response:
    """Clause 5.7.3."""
    answer_media(call.request.headers)
    terms = await call.terms()
    form, shape = _shape(call, terms, {})
    query = temporal.read(call.params, needed=False)
    _with_methods(form, query)
    entity = checks.uri(call.parts[0], "id")
    history = history_of(call)
    window = temporal.of_entities(query.window(), upto=await history.upto(), datasets=_series(shape))
    wanted = _wanted(shape)
    if form == "aggregatedValues":
        rows = await history.aggregates(query, window, [entity], wanted)
        documents = aggregated(rows, shape, query.methods)
        told = Told({})
    else:
        told = await history.told(query, window, [entity], wanted)
        documents = _documents(told, shape, form, query)
    if entity not in documents:
        documents[entity] = await _without_instances(call, history, entity, shape, window.upto)
    if not documents[entity]:
        raise ResourceNotFound("nothing of it is left to show", field="pick", cure="pick more, or omit less")
    return await _answer(call, documents[entity], query, told)


async def query_temporal(call: Call) -> Response:
    """Clause 5.7.4, by the parameters of the URL."""
    answer_media(call.request.headers)
    terms = await call.terms()
    form, shape = _shape(call, terms, {})
    query = temporal.read(call.params, needed=True)
    asked = read_params(call)
    check_narrow(call, asked)
    return await _queried(call, shape, form, query, [asked])


async def post_temporal_query(call: Call) -> Response:
    """Clause 5.7.4, by a Query in the body (clause 5.2.23) with its ``temporalQ``."""
    answer_media(call.request.headers)
    body, terms = await call.document()
    asked = read_body(call, body)
    form, shape = _shape(call, terms, body)
    given = body.get("temporalQ")
    if not isinstance(given, dict):
        raise BadRequestData(
            "the query says not of which time",
            field="temporalQ",
            value=given,
            cure='{"timerel": "before", ...}',
        )
    methods = body.get("aggrParams", {})
    if not isinstance(methods, dict):
        raise BadRequestData("no object", field="aggrParams", value=methods, cure='{"aggrMethods": ["avg"]}')
    query = temporal.read({**given, **methods}, needed=True)
    if query.methods and "format" not in call.params and not call.options(_OPTIONS) & _FORMS.keys():
        form = "aggregatedValues"  # a Query has no other word for it
    return await _queried(call, shape, form, query, asked)


async def _queried(
    call: Call, shape: Shape, form: Form, query: TemporalQuery, asked: Sequence[QueryParams]
) -> Response:
    _with_methods(form, query)
    count = call.flag("count") or "count" in call.options(_OPTIONS)
    limit, offset = call.number("limit", USUAL), call.number("offset", 0)
    if limit > MOST:
        raise TooManyResults("too many at once", field="limit", value=limit, cure=f"at most {MOST}")
    if limit == 0 and not count:
        raise BadRequestData("nothing is asked for", field="limit", value=0, cure="count=true, or 1 and more")
    expand = shape.terms.expand
    whole, light = _conditions(call, shape.terms, asked)
    backwards = _backwards(call)
    heavy = any(one.q is not None or one.geo is not None or one.scope_q is not None for one in asked)
    history = history_of(call)
    window = temporal.of_entities(query.window(), upto=await history.upto(), datasets=_series(shape))
    attrs = [name for one in asked for name in one.attrs or ()]
    narrowed = _narrowed(window, {expand(name) for name in attrs} if attrs else None, heavy=heavy)
    page = await history.page(
        light,
        whole if heavy else None,
        narrowed,
        offset=offset,
        limit=limit,
        count=count,
        backwards=backwards,
        now=call.broker.reader.get if any(one.scope_q is not None for one in asked) else None,
    )
    told = Told({})
    if form == "aggregatedValues":
        rows = await history.aggregates(query, window, page.ids, _wanted(shape))
        documents = aggregated(rows, shape, query.methods)
    else:
        told = await history.told(query, window, page.ids, _wanted(shape))
        documents = _documents(told, shape, form, query)
    headers = {"ngsild-results-count": str(page.total)} if page.total is not None else {}
    shown = [documents[entity] for entity in page.ids if entity in documents]
    links = page_links(call, offset, limit, more=page.more)
    return await _answer(call, shown, query, told, headers, links)


async def _answer(
    call: Call,
    value: Any,
    query: TemporalQuery,
    told: Told,
    headers: Mapping[str, str] | None = None,
    links: Sequence[str] = (),
) -> Response:
    """206 with what part of the time it is where not all of it fitted (clause 6.3.10)."""
    if not told.cut or told.least is None or told.latest is None:
        return await call.answer(value, headers=headers, links=links)
    if query.last_n:
        end = (
            query.end if query.relation == "between" else query.start if query.relation == "before" else None
        )
        first, last = end if end is not None else told.latest, told.least
    else:
        start = query.start if query.relation in ("after", "between") else None
        first, last = start if start is not None else told.least, told.latest
    said = f"date-time {told_time(first)}-{told_time(last)}/{query.last_n or '*'}"
    return await call.answer(value, 206, headers={**(headers or {}), "content-range": said}, links=links)


def _documents(told: Told, shape: Shape, form: Form, query: TemporalQuery) -> dict[str, Any]:
    return {
        name: evolution(one, shape, form, query.property, told.kinds) for name, one in told.entities.items()
    }


async def _without_instances(
    call: Call, history: Evolution, entity: str, shape: Shape, upto: int
) -> dict[str, Any]:
    """An entity with a history, of which nothing is within the time. Raises ``ResourceNotFound`` for one that
    has none, or none of ``attrs`` (clause 5.7.3.4). The state of now is history of a bare entity alone.
    """
    told = await history.told(TemporalQuery(last_n=1), Window(upto=upto), [entity], shape.attrs)
    now = await call.broker.reader.get(entity)
    bare = shape.attrs is None and now is not None and not any(attributes(now))
    if entity not in told.entities and not bare:
        what = "such an entity" if shape.attrs is None else "these attributes of it"
        raise ResourceNotFound(f"there is no history of {what}", field="id", value=entity)
    about = now or {"id": entity, "type": told.entities[entity]["type"]}
    kept: dict[str, Any] = {name: about[name] for name in ("id", "type", "scope") if name in about}
    return evolution(kept, shape, "normalized", "observedAt", {})


def _shape(call: Call, terms: Terms, body: Mapping[str, Any]) -> tuple[Form, Shape]:
    options = call.options(_OPTIONS)
    given = call.params.get("format")
    if given is not None and given not in _FORMS:
        raise InvalidRequest(
            "no such format", field="format", value=given, cure="one of " + ", ".join(_FORMS)
        )
    said = {_FORMS[one] for one in options if one in _FORMS}
    if given is None and len(said) > 1:
        raise BadRequestData("more than one format", field="options", value=sorted(said), cure="choose one")
    attrs = names(body.get("attrs", call.params.get("attrs")), terms, "attrs")
    pick, omit = (body.get(name, call.params.get(name)) for name in ("pick", "omit"))
    projection = projection_of(pick, omit, terms)
    if projection.linked:
        raise BadRequestData("nothing is joined to a history", field="pick", cure="leave the braces out")
    if attrs is not None and (pick is not None or omit is not None):
        raise BadRequestData("attrs does not go with pick or omit", field="attrs", cure="use pick alone")
    lang = body.get("lang", call.params.get("lang"))
    if lang is not None and not isinstance(lang, str):
        raise BadRequestData("not a language", field="lang", value=lang, cure="for example en")
    datasets = body.get("datasetId", call.params.get("datasetId"))
    shape = Shape(
        terms,
        sys_attrs="sysAttrs" in options,
        lang=languages(lang) if lang else (),
        datasets=_datasets(datasets) if datasets else None,
        attrs=attrs,
        pick=projection.pick,
        omit=projection.omit,
    )
    return (_FORMS[given] if given is not None else said.pop() if said else "normalized"), shape


def _datasets(given: Any) -> frozenset[str]:
    listed = given.split(",") if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise BadRequestData("not a list of datasets", field="datasetId", value=given, cure="URIs, @none")
    return frozenset(
        one.strip() if one.strip() == "@none" else checks.uri(one.strip(), "datasetId") for one in listed
    )


def _wanted(shape: Shape) -> set[str] | None:
    """IRIs of attributes that are shown at most; None: all."""
    if shape.attrs is not None:
        return set(shape.attrs)
    if shape.pick is not None and not shape.pick <= {"id", "type", "scope"}:
        return set(shape.pick)
    return None


def _narrowed(window: Window, attrs: set[str] | None, *, heavy: bool) -> Window:
    """Which instances tell that an entity is among those asked for; conditions look at all."""
    if heavy:
        return msgspec.structs.replace(window, datasets=None)
    return window if attrs is None else msgspec.structs.replace(window, names=named(attrs))


def _series(shape: Shape) -> list[str] | None:
    """The datasets as they are called in the lake."""
    if shape.datasets is None:
        return None
    return sorted("" if one == "@none" else one for one in shape.datasets)


def _conditions(call: Call, terms: Terms, asked: Sequence[QueryParams]) -> tuple[AnyOf, AnyOf]:
    """All that is asked of an entity, and what ids and types alone tell. Raises ``BadRequestData``, also for
    conditions on linked entities (clause 5.7.4.4).
    """
    try:
        if "csf" in call.params:  # no source is asked; what it says must hold all the same
            parse(QueryParams(q=call.params["csf"]), terms.expand)
        whole = AnyOf([parse(one, terms.expand) for one in asked])
    except OperationNotSupported as error:
        raise BadRequestData(error.message, field="q", value=error.value, cure=error.cure) from error
    chosen = [QueryParams(ids=one.ids, id_pattern=one.id_pattern, type=one.type) for one in asked]
    return whole, AnyOf([parse(one, terms.expand) for one in chosen])


def _backwards(call: Call) -> bool:
    """Whether entities come by id in falling order: by nothing else are they ordered (clause 5.7.4.4)."""
    given = call.params.get("orderBy", "id")
    member, _, way = given.partition(";")
    if member != "id" or way not in ("", "asc", "desc"):
        raise BadRequestData(
            "no order of histories", field="orderBy", value=given, cure="id, id;asc or id;desc"
        )
    return way == "desc"


def _with_methods(form: Form, query: TemporalQuery) -> None:
    if form == "aggregatedValues" and not query.methods:
        raise BadRequestData(
            "the aggregated form needs its methods", field="aggrMethods", cure=",".join(temporal.METHODS)
        )
