"""``/csourceRegistrations``: context sources that others have registered (clauses 5.9, 5.10, 6.8, 6.9).

They are kept and told of. No request is forwarded to them yet, and answers say so.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from tocsin.api.commands.unit import tell
from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.negotiation import answer_media
from tocsin.api.ngsi.querying import MOST, USUAL, page_links
from tocsin.ngsi.model import checks
from tocsin.ngsi.problems import BadRequestData, OperationNotSupported, TooManyResults
from tocsin.ngsi.query.selection import read_ids, read_types
from tocsin.ngsi.registrations.match import Sought
from tocsin.ngsi.registrations.service import compacted

BASE = "/ngsi-ld/v1/csourceRegistrations/"
#: clause 6.3.17
WARNING = '199 tocsin "kept and told of; requests are not forwarded to it"'
_LATER = ("csf", "q", "georel", "geometry", "coordinates", "timerel", "timeAt", "scopeQ")


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
    """Clause 5.10.2: by entities and attributes; each with that part of its information that is meant."""
    answer_media(call.request.headers)
    terms = await call.terms()
    options = call.options(("sysAttrs", "count"))
    params = call.params
    for name in _LATER:
        if name in params:
            raise OperationNotSupported(
                f"registrations are not looked for by {name}",
                field=name,
                cure="use id, idPattern, type, attrs",
            )
    if not any(name in params for name in ("type", "attrs", "id", "idPattern")):
        raise BadRequestData("the query asks for everything", field="type", cure="give type, attrs or id")
    names = None
    if "attrs" in params:
        names = {terms.expand(checks.name(one.strip(), "attrs")) for one in params["attrs"].split(",")}
    sought = Sought(
        ids=read_ids(params["id"]) if "id" in params else None,
        pattern=params.get("idPattern"),
        types=read_types(params["type"], terms.expand) if "type" in params else None,
        names=names,
    )
    limit, offset = call.number("limit", USUAL), call.number("offset", 0)
    count = call.flag("count") or "count" in options
    if limit > MOST:
        raise TooManyResults("too many at once", field="limit", value=limit, cure=f"at most {MOST}")
    if limit == 0 and not count:
        raise BadRequestData("nothing is asked for", field="limit", value=0, cure="count=true, or 1 and more")
    found = await call.broker.registrations.find(sought)
    page: list[Any] = [
        compacted(one, terms, sys_attrs="sysAttrs" in options) for one in found[offset : offset + limit]
    ]
    headers = {"ngsild-results-count": str(len(found))} if count else {}
    links = page_links(call, offset, limit, more=len(found) > offset + limit)
    return await call.answer(page, headers=headers, links=links)
