"""What a subscription to registrations is told (clauses 5.3.2, 5.11.7): what matches now against what it was
told last, so that nothing is lost by a crash, and what went back and forth meanwhile costs one notification.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from tocsin.db import Connection
from tocsin.kernel.ids import content_id
from tocsin.lake.rows import micros
from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.model.checks import told
from tocsin.ngsi.query import GeoParams, Query, QueryParams, parse
from tocsin.ngsi.query.selection import read_ids, read_types
from tocsin.ngsi.registrations import repository
from tocsin.ngsi.registrations.match import Selector, Sought
from tocsin.ngsi.registrations.service import compacted
from tocsin.ngsi.store.names import LOCATION
from tocsin.ngsi.subscriptions import repository as subscriptions
from tocsin.ngsi.subscriptions.model import Subscription
from tocsin.ngsi.temporal.params import read

Reason = Literal["newlyMatching", "updated", "noLongerMatching"]
Registration = dict[str, Any]
_JSON = msgspec.json.Decoder().decode
_PACKED = msgspec.json.Encoder().encode


class News(msgspec.Struct, frozen=True):
    """Registrations that are told of for one reason, each with that part of its information that matches."""

    reason: Reason
    registrations: tuple[Registration, ...]

    @property
    def docs(self) -> dict[str, bytes]:
        return {one["id"]: _PACKED(one) for one in self.registrations}


def sought(one: Subscription) -> Sought:
    """Raises ``BadRequestData`` for what a version that knew more, or less, has stored."""
    body = one.body
    watched = body.get("watchedAttributes")
    return Sought(
        [_selector(each) for each in body.get("entities") or [{}]],
        names=watched,
        filters=_filters(body, one.names),
        period=read(body["temporalQ"], needed=True) if "temporalQ" in body else None,
    )


def _selector(given: Mapping[str, Any]) -> Selector:
    own = given.get("id")
    return Selector(
        ids=None if own is None else read_ids(tuple(own) if isinstance(own, list) else own),
        pattern=given.get("idPattern") if own is None else None,
        types=read_types(given["type"], str) if "type" in given else None,
    )


def _filters(body: Mapping[str, Any], names: Mapping[str, str]) -> Query | None:
    if body.keys().isdisjoint(("csf", "scopeQ", "geoQ")):
        return None
    geo = body.get("geoQ")
    return parse(
        QueryParams(
            q=body.get("csf"),
            scope_q=body.get("scopeQ"),
            geo=None if geo is None else GeoParams(**{"geoproperty": LOCATION, **geo}),
        ),
        lambda name: names.get(name, name),
    )


def news(conn: Connection, one: Subscription, wanted: Sought, now: datetime) -> list[News]:
    """By reason; of a periodic subscription all that matches, whatever changed."""
    before = subscriptions.told(conn, one.id)
    rows = repository.every(conn, micros(now))
    found = {row.id: within for row in rows if (within := wanted.within(_JSON(row.body))) is not None}
    if one.interval_s is not None:
        again: Reason = "updated" if before else "newlyMatching"
        return [News(again, tuple(found.values()))] if found else []
    fresh = [within for key, within in found.items() if key not in before]
    other = [within for key, within in found.items() if key in before and _PACKED(within) != before[key]]
    gone = [_JSON(doc) for key, doc in before.items() if key not in found]
    listed: list[tuple[Reason, list[Registration]]] = [
        ("newlyMatching", fresh),
        ("updated", other),
        ("noLongerMatching", gone),
    ]
    return [News(reason, tuple(some)) for reason, some in listed if some]


def keep(conn: Connection, one: Subscription, said: News) -> None:
    """Write down that it was told so; not where it was changed meanwhile, for then it is told all anew."""
    now = subscriptions.get(conn, one.id)
    if now is None or now.modified_at != one.modified_at:
        return
    if said.reason == "noLongerMatching":
        subscriptions.forget_told(conn, one.id, said.docs)
    else:
        subscriptions.save_told(conn, one.id, said.docs)


def notification(
    one: Subscription,
    reason: Reason,
    data: Sequence[Registration],
    terms: Terms,
    context: object,
    at: datetime,
) -> dict[str, Any]:
    """Clause 5.3.2. Its id is the same each time that the same is sent. ``context``: stated in it."""
    sys_attrs = bool(one.notification.get("sysAttrs"))
    states = [(each["id"], each.get("modifiedAt", "")) for each in data]
    made: dict[str, Any] = {
        "id": f"urn:ngsi-ld:ContextSourceNotification:{content_id(one.id, reason, states)}",
        "type": "ContextSourceNotification",
        "subscriptionId": one.id,
        "notifiedAt": told(at),
        "triggerReason": reason,
        "data": [compacted(each, terms, sys_attrs=sys_attrs) for each in data],
    }
    if context is not None:
        made["@context"] = context
    return made
