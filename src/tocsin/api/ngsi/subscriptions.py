"""``/subscriptions`` (clauses 5.8, 6.10, 6.11)."""

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
from tocsin.ngsi.subscriptions.desk import Stands
from tocsin.ngsi.subscriptions.model import Subscription
from tocsin.ngsi.subscriptions.notification import secrets_stay
from tocsin.ngsi.subscriptions.reading import Reading
from tocsin.ngsi.subscriptions.showing import shown

BASE = "/ngsi-ld/v1/subscriptions/"


async def create_subscription(call: Call) -> Response:
    """Clause 5.8.1."""
    document, terms = await call.document()
    now = call.services.clock.now()
    reading = Reading(terms, call.broker.subscriptions.allowed, now)
    body = reading.whole(document)
    body.setdefault("id", f"urn:ngsi-ld:Subscription:{random_id()}")
    _may_look(call)
    context = await _context_of(call, body)
    one = Subscription(body["id"], body, reading.words, context, now, now, by=call.caller.name)
    await call.broker.subscriptions.create(one)
    await tell(call.services, call.caller, "subscription.add", kind="subscription", object_id=one.id)
    return Response(status_code=201, headers={"location": BASE + quote(one.id, safe=":")})


async def query_subscriptions(call: Call) -> Response:
    """Clause 5.8.4."""
    terms = await call.terms()
    sys_attrs = "sysAttrs" in call.options(("sysAttrs", "count"))
    count = call.flag("count") or "count" in call.options(("sysAttrs", "count"))
    limit, offset = checked_limit(call, count), call.number("offset", 0)
    found, total = await call.broker.subscriptions.page(offset, limit)
    headers = {"ngsild-results-count": str(total)} if count else {}
    links = page_links(call, offset, limit, more=offset + len(found) < total)
    told = [_shown(call, one, terms, sys_attrs) for one in found]
    return await call.answer(told, headers=headers, links=links)


async def retrieve_subscription(call: Call) -> Response:
    """Clause 5.8.3."""
    terms = await call.terms()
    sys_attrs = "sysAttrs" in call.options(("sysAttrs",))
    found = await call.broker.subscriptions.get(checks.uri(call.parts[0], "id"))
    return await call.answer(_shown(call, found, terms, sys_attrs))


async def update_subscription(call: Call) -> Response:
    """Clause 5.8.2."""
    name = checks.uri(call.parts[0], "id")
    document, terms = await call.document()
    desk = call.broker.subscriptions
    await desk.get(name)
    reading = Reading(terms, desk.allowed, call.services.clock.now())
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


async def delete_subscription(call: Call) -> Response:
    """Clause 5.8.5."""
    name = checks.uri(call.parts[0], "id")
    await call.broker.subscriptions.delete(name)
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
