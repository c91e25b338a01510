"""A subscription as it is answered: names short by the caller's context, and the figures of its ledger."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.model.checks import told
from tocsin.ngsi.subscriptions.address import shown_uri
from tocsin.ngsi.subscriptions.model import USUAL_TRIGGERS, Ledger, Subscription
from tocsin.ngsi.subscriptions.notification import PLAIN

_NAMES = re.compile(r"[^|,;()\s]+")


def shown(
    one: Subscription,
    ledger: Ledger | None,
    terms: Terms,
    now: datetime,
    *,
    sys_attrs: bool = False,
    secrets: bool = False,
) -> dict[str, Any]:
    """``secrets``: with what is sent to the receiver to be let in."""
    made = dict(one.body)
    if "entities" in made:
        made["entities"] = [
            {**selector, "type": _NAMES.sub(lambda name: _short(name[0], terms), selector["type"])}
            for selector in made["entities"]
        ]
    if "watchedAttributes" in made:
        made["watchedAttributes"] = [terms.compact(iri) for iri in made["watchedAttributes"]]
    if "geoQ" in made and "geoproperty" in made["geoQ"]:
        made["geoQ"] = {**made["geoQ"], "geoproperty": terms.compact(made["geoQ"]["geoproperty"])}
    if "timeInterval" not in made and one.kind == "entities":
        made.setdefault("notificationTrigger", list(USUAL_TRIGGERS))
    made["status"] = one.status(now)
    made["notification"] = _notification(one, ledger, terms, secrets)
    if sys_attrs:
        made["createdAt"], made["modifiedAt"] = told(one.created_at), told(one.modified_at)
    return made


def _notification(one: Subscription, ledger: Ledger | None, terms: Terms, secrets: bool) -> dict[str, Any]:
    made = dict(one.notification)
    for name in ("attributes", "pick", "omit"):
        if name in made:
            made[name] = [each if each in PLAIN else terms.compact(each) for each in made[name]]
    if not secrets:
        made["endpoint"] = without_secrets(made["endpoint"])
    made.setdefault("format", "normalized")
    if ledger is None:
        return made
    if ledger.last_notification is not None:
        made["status"] = "failed" if ledger.failures else "ok"
        made["timesSent"] = ledger.sent + ledger.failed
        made["timesFailed"] = ledger.failed
    for name, at in (
        ("lastNotification", ledger.last_notification),
        ("lastSuccess", ledger.last_success),
        ("lastFailure", ledger.last_failure),
    ):
        if at is not None:
            made[name] = told(at)
    return made


def without_secrets(endpoint: dict[str, Any]) -> dict[str, Any]:
    """Headers keep their names alone; of the address, who signs in and the query are left out."""
    made = {key: value for key, value in endpoint.items() if key not in ("receiverInfo", "notifierInfo")}
    made["uri"] = shown_uri(made["uri"])
    for name in ("receiverInfo", "notifierInfo"):
        if name in endpoint:
            made[name] = [{"key": pair["key"], "value": "…"} for pair in endpoint[name]]
    return made


def _short(name: str, terms: Terms) -> str:
    return name if name == "*" else terms.compact(name)
