"""NotificationParams and Endpoint of a subscription (clauses 5.2.14, 5.2.15, 5.2.22)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tocsin.ngsi.linked import Join, read
from tocsin.ngsi.model.kinds import NULL
from tocsin.ngsi.subscriptions.address import where_of
from tocsin.ngsi.subscriptions.rules import bad, boolean, number, pairs

#: of a member's name and the names that are no attributes: what reads its value as IRIs
Names = Callable[[str, frozenset[str]], Callable[[Any], list[str]]]
#: members of an entity that may stand among names of attributes
PLAIN = frozenset(("id", "type", "scope"))
#: stated by whoever notifies: in a request they have no meaning and are left out
_FIGURES = frozenset(("status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure"))
_ACCEPT = ("application/json", "application/ld+json", "application/geo+json")
_FORMATS = ("normalized", "concise", "simplified", "keyValues")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]{0,4000}")
#: headers that say how the message is cut, not what it means
_RESERVED = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "content-type", "link", "upgrade", "te")
)


def notification(value: Any, allowed: frozenset[str], names: Names) -> dict[str, Any]:
    """NotificationParams (clause 5.2.14)."""
    if not isinstance(value, dict):
        raise bad("not the parameters of a notification", "notification", value, "an object")
    made = {key: one for key, one in value.items() if key not in _FIGURES}
    for name in ("attributes", "pick", "omit"):
        if name in made:
            plain = frozenset() if name == "attributes" else PLAIN
            made[name] = names(f"notification.{name}", plain)(made[name])
    if "attributes" in made and PLAIN & {*value["attributes"]}:
        raise bad(
            "id, type and scope are no attributes",
            "notification.attributes",
            value["attributes"],
            "use pick",
        )
    if "attributes" in made and ("pick" in made or "omit" in made):
        raise bad(
            "attributes does not go with pick or omit",
            "notification.attributes",
            value["attributes"],
            "use pick alone",
        )
    if {*made.get("pick", ())} & {*made.get("omit", ())}:
        raise bad("both picked and omitted", "notification.omit", value["omit"], "leave one out")
    if made.get("format", "normalized") not in _FORMATS:
        raise bad("no such format", "notification.format", made["format"], ", ".join(_FORMATS))
    for name in ("showChanges", "sysAttrs"):
        if name in made:
            boolean(made[name], f"notification.{name}")
    if made.get("showChanges") and made.get("format") in ("simplified", "keyValues"):
        raise bad(
            "changes are not shown in the simplified format",
            "notification.showChanges",
            True,
            "normalized or concise",
        )
    made["endpoint"] = _endpoint(made.get("endpoint"), allowed)
    joined(made)
    return made


def joined(said: Mapping[str, Any]) -> Join | None:
    """What linked entities are told too (clause 4.5.23). Raises ``BadRequestData``, ``TooComplexQuery``."""
    return read({name: said[name] for name in ("join", "joinLevel") if name in said})


def _endpoint(value: Any, allowed: frozenset[str]) -> dict[str, Any]:
    """Clause 5.2.15."""
    field = "notification.endpoint"
    if not isinstance(value, dict):
        raise bad("there is no endpoint", field, value, "an object with a uri")
    where = where_of(value.get("uri"), allowed)
    if value.get("accept", _ACCEPT[0]) not in _ACCEPT:
        raise bad("not a kind of body that is sent", f"{field}.accept", value["accept"], ", ".join(_ACCEPT))
    for name in ("timeout", "cooldown"):
        if name in value:
            number(value[name], f"{field}.{name}")
    for key, said in pairs(value.get("receiverInfo", []), f"{field}.receiverInfo"):
        fine = _HEADER.fullmatch(key) and _HEADER_VALUE.fullmatch(said)
        if not fine or key.lower() in _RESERVED:
            raise bad("not a header that can be sent", f"{field}.receiverInfo", key, "a header of RFC 9110")
    told = dict(pairs(value.get("notifierInfo", []), f"{field}.notifierInfo"))
    if where.mqtt:
        for name, known in (("MQTT-Version", ("mqtt3.1.1", "mqtt5.0")), ("MQTT-QoS", ("0", "1", "2"))):
            if told.get(name, known[0]) not in known:
                raise bad("not one of MQTT", f"{field}.notifierInfo.{name}", told[name], ", ".join(known))
    return value


def secrets_stay(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Whoever does not know what an endpoint is sent to be let in may not have it sent elsewhere.

    Raises ``BadRequestData``.
    """
    if old["uri"] == new["uri"]:
        return
    for name in ("receiverInfo", "notifierInfo"):
        if old.get(name) and old[name] == new.get(name):
            raise bad(
                "another address, and what lets one in at the former one was given by somebody else",
                f"notification.endpoint.{name}",
                None,
                f"give it anew, or {NULL} to send none",
            )


def laid_over(old: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A fragment of a notification over the whole one, as a document of its own."""
    made: dict[str, Any] = dict(old)
    if {"attributes", "pick", "omit"} & given.keys():
        for name in ("attributes", "pick", "omit"):
            made.pop(name, None)
    for key, value in given.items():
        if value == NULL:
            made.pop(key, None)
        elif key == "endpoint" and isinstance(value, Mapping):
            under = {**old["endpoint"], **value}
            made[key] = {name: one for name, one in under.items() if one != NULL}
        else:
            made[key] = value
    return made
