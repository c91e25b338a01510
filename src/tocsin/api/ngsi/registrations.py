"""``/csourceRegistrations``: context sources that others have registered (clauses 5.9, 5.10, 6.8, 6.9).

They are kept and told of. No request is forwarded to them yet, and answers say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from tocsin.api.commands.unit import tell
from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.negotiation import answer_media
from tocsin.api.ngsi.paging import checked_limit, page_links
from tocsin.ngsi.jsonld import Terms
from tocsin.ngsi.model import checks
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.query import GeoParams, QueryParams, parse
from tocsin.ngsi.query.q import read_q
from tocsin.ngsi.query.selection import read_ids, read_types
from tocsin.ngsi.registrations.match import Selector, Sought
from tocsin.ngsi.registrations.service import compacted
from tocsin.ngsi.temporal.params import read

BASE = "/ngsi-ld/v1/csourceRegistrations/"
#: clause 6.3.17
WARNING = '199 tocsin "kept and told of; requests are not forwarded to it"'
_GEO = ("georel", "geometry", "coordinates", "geoproperty")
#: each of these asks for less than everything
_NARROW = ("type", "attrs", "id", "idPattern", "q", "csf", "scopeQ", "georel")


async def create_registration(call: Call) -> Response:
    """Clause 5.9.2."""
    document, terms = await call.document()
    made = await call.broker.registrations.create(document, terms)
    await tell(call.services, call.caller, "registration.create", kind="registration", object_id=made)
    headers = {"location": BASE + quote(made, safe=":"), "ngsild-warning": WARNING}
    return Response(status_code=201, headers=headers)


async def update_registration(call: Call) -> Response:
    """Clause 5.9.3."""
    document, terms = await call.document()
    registration = checks.uri(call.parts[0], "id")
    await call.broker.registrations.change(registration, document, terms)
    await tell(call.services, call.caller, "registration.update", kind="registration", object_id=registration)
    return Response(status_code=204)


async def delete_registration(call: Call) -> Response:
    """Clause 5.9.4."""
    registration = checks.uri(call.parts[0], "id")
    await call.broker.registrations.drop(registration)
    await tell(call.services, call.caller, "registration.delete", kind="registration", object_id=registration)
    return Response(status_code=204)


async def retrieve_registration(call: Call) -> Response:
    """Clause 5.10.1."""
    answer_media(call.request.headers)
    terms = await call.terms()
    options = call.options(("sysAttrs",))
    found = await call.broker.registrations.get(checks.uri(call.parts[0], "id"))
    return await call.answer(compacted(found, terms, sys_attrs="sysAttrs" in options))


async def query_registrations(call: Call) -> Response:
    """Clause 5.10.2. ``q`` is asked of the sources as ``csf`` is: of entities nothing is known here."""
    answer_media(call.request.headers)
    terms = await call.terms()
    options = call.options(("sysAttrs", "count"))
    sought = _sought(call.params, terms)
    count = call.flag("count") or "count" in options
    limit, offset = checked_limit(call, count), call.number("offset", 0)
    found = await call.broker.registrations.find(sought)
    page: list[Any] = [
        compacted(one, terms, sys_attrs="sysAttrs" in options) for one in found[offset : offset + limit]
    ]
    headers = {"ngsild-results-count": str(len(found))} if count else {}
    links = page_links(call, offset, limit, more=len(found) > offset + limit)
    return await call.answer(page, headers=headers, links=links)


def _sought(params: Mapping[str, str], terms: Terms) -> Sought:
    """Raises ``BadRequestData``, also where nothing is asked for."""
    names = None
    if "attrs" in params:
        names = {terms.expand(checks.name(one.strip(), "attrs")) for one in params["attrs"].split(",")}
    entities = Selector(
        ids=read_ids(params["id"]) if "id" in params else None,
        pattern=params.get("idPattern"),
        types=read_types(params["type"], terms.expand) if "type" in params else None,
    )
    geo = {name: params[name] for name in _GEO if name in params}
    asked = [params[name] for name in ("q", "csf") if name in params]
    for one in asked:
        read_q(one)
    filters = parse(
        QueryParams(
            q=";".join(f"({one})" for one in asked) or None,
            scope_q=params.get("scopeQ"),
            geo=GeoParams(**geo) if geo else None,
        ),
        terms.expand,
    )
    period = read(params, needed=False)
    if not any(name in params for name in _NARROW):
        raise BadRequestData("the query asks for everything", field="type", cure="give type, attrs or id")
    return Sought([entities], names=names, filters=filters, period=period if period.relation else None)
