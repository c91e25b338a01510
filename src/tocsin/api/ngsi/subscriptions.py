"""``/subscriptions`` and ``/csourceSubscriptions`` (clauses 5.8, 5.11, 6.10 to 6.13): to changes of entities,
and to registrations of context sources.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from msgspec.structs import replace
from starlette.responses import Response

from tocsin.api.commands.unit import tell
from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.paging import checked_limit, page_links
from tocsin.identity import policy
from tocsin.identity.policy import Permission
from tocsin.kernel.ids import random_id
from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.model import checks
from tocsin.ngsi.subscriptions.desk import Stands, SubscriptionDesk
from tocsin.ngsi.subscriptions.model import Kind, Subscription
from tocsin.ngsi.subscriptions.notification import secrets_stay
from tocsin.ngsi.subscriptions.reading import Reading
from tocsin.ngsi.subscriptions.showing import shown

_BASE: dict[Kind, str] = {
    "entities": "/ngsi-ld/v1/subscriptions/",
    "registrations": "/ngsi-ld/v1/csourceSubscriptions/",
}


async def create_subscription(call: Call) -> Response:
    """Clause 5.8.1."""
    return await _create(call, call.broker.subscriptions)


async def query_subscriptions(call: Call) -> Response:
    """Clause 5.8.4."""
    return await _query(call, call.broker.subscriptions)


async def retrieve_subscription(call: Call) -> Response:
    """Clause 5.8.3."""
    return await _retrieve(call, call.broker.subscriptions)


async def update_subscription(call: Call) -> Response:
    """Clause 5.8.2."""
    return await _update(call, call.broker.subscriptions)


async def delete_subscription(call: Call) -> Response:
    """Clause 5.8.5."""
    return await _delete(call, call.broker.subscriptions)


async def create_source_subscription(call: Call) -> Response:
    """Clause 5.11.2."""
    return await _create(call, call.broker.source_subscriptions)


async def query_source_subscriptions(call: Call) -> Response:
    """Clause 5.11.5."""
    return await _query(call, call.broker.source_subscriptions)


async def retrieve_source_subscription(call: Call) -> Response:
    """Clause 5.11.4."""
    return await _retrieve(call, call.broker.source_subscriptions)


async def update_source_subscription(call: Call) -> Response:
    """Clause 5.11.3."""
    return await _update(call, call.broker.source_subscriptions)


async def delete_source_subscription(call: Call) -> Response:
    """Clause 5.11.6."""
    return await _delete(call, call.broker.source_subscriptions)


async def _create(call: Call, desk: SubscriptionDesk) -> Response:
    document, terms = await call.document()
    now = call.services.clock.now()
    reading = Reading(terms, desk.allowed, now, desk.kind)
    body = reading.whole(document)
    body.setdefault("id", f"urn:ngsi-ld:Subscription:{random_id()}")
    _may_look(call)
    context = await _context_of(call, body)
    words, by = reading.words, call.caller.name
    one = Subscription(body["id"], body, words, context, now, now, by=by, kind=desk.kind)
    await desk.create(one)
    await tell(call.services, call.caller, "subscription.add", kind="subscription", object_id=one.id)
    return Response(status_code=201, headers={"location": _BASE[desk.kind] + quote(one.id, safe=":")})


async def _query(call: Call, desk: SubscriptionDesk) -> Response:
    terms = await call.terms()
    sys_attrs = "sysAttrs" in call.options(("sysAttrs", "count"))
    count = call.flag("count") or "count" in call.options(("sysAttrs", "count"))
    limit, offset = checked_limit(call, count), call.number("offset", 0)
    found, total = await desk.page(offset, limit)
    headers = {"ngsild-results-count": str(total)} if count else {}
    links = page_links(call, offset, limit, more=offset + len(found) < total)
    told = [_shown(call, one, terms, sys_attrs) for one in found]
    return await call.answer(told, headers=headers, links=links)


async def _retrieve(call: Call, desk: SubscriptionDesk) -> Response:
    terms = await call.terms()
    sys_attrs = "sysAttrs" in call.options(("sysAttrs",))
    found = await desk.get(checks.uri(call.parts[0], "id"))
    return await call.answer(_shown(call, found, terms, sys_attrs))


async def _update(call: Call, desk: SubscriptionDesk) -> Response:
    name = checks.uri(call.parts[0], "id")
    document, terms = await call.document()
    await desk.get(name)
    reading = Reading(terms, desk.allowed, call.services.clock.now(), desk.kind)
    if "jsonldContext" in document:
        await call.broker.contexts.resolve(checks.uri(document["jsonldContext"], "jsonldContext"))

    def work(old: Subscription) -> Subscription:
        body = reading.changed(old.body, old.names, document)
        if not _keeps_secrets(call, old):
            secrets_stay(old.endpoint, body["notification"]["endpoint"])
        context = body["jsonldContext"] if "jsonldContext" in document else old.context
        return replace(old, body=body, names=reading.words, context=context)

    # asked before anything is done, and again upon what is there by then
    work((await desk.get(name)).subscription)
    _may_look(call)
    await desk.change(name, work, by=call.caller.name)
    await tell(call.services, call.caller, "subscription.change", kind="subscription", object_id=name)
    return Response(status_code=204)


async def _delete(call: Call, desk: SubscriptionDesk) -> Response:
    name = checks.uri(call.parts[0], "id")
    await desk.delete(name)
    await tell(call.services, call.caller, "subscription.delete", kind="subscription", object_id=name)
    return Response(status_code=204)


def _keeps_secrets(call: Call, one: Subscription) -> bool:
    """What lets one in at the receiver is shown to who gave it and to administrators."""
    return call.caller.name == one.by or policy.allows(call.caller, Permission.ADMINISTER)


def _may_look(call: Call) -> None:
    """What is subscribed to is seen by whoever receives it: to write is not enough."""
    policy.require(call.caller, Permission.SEE)


async def _context_of(call: Call, body: dict[str, Any]) -> str:
    """URL of the context of its notifications: the one it names, else that of the request."""
    named = body.get("jsonldContext")
    if named is None:
        return await call.context_url()
    await call.broker.contexts.resolve(named)
    return str(named)


def _shown(call: Call, stands: Stands, terms: Terms, sys_attrs: bool) -> dict[str, Any]:
    return shown(
        stands.subscription,
        stands.ledger,
        terms,
        call.services.clock.now(),
        sys_attrs=sys_attrs,
        secrets=_keeps_secrets(call, stands.subscription),
    )
