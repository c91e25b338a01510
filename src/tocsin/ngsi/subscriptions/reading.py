"""From the document of a request to a subscription, every member checked (clauses 5.2.12-5.2.15, 5.2.22)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.model import checks
from tocsin.ngsi.model.kinds import NULL
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.query import GeoParams, Query, QueryParams, parse
from tocsin.ngsi.store.names import LOCATION
from tocsin.ngsi.subscriptions.model import TRIGGERS, Kind
from tocsin.ngsi.subscriptions.notification import laid_over, notification
from tocsin.ngsi.subscriptions.rules import bad, boolean, interval, list_of, number, text
from tocsin.ngsi.temporal import params as temporal

_READ_ONLY = frozenset(("status", "createdAt", "modifiedAt", "@context"))
_GEO = ("georel", "geometry", "coordinates", "geoproperty")
#: every change that may match looks at it
_BYTES = 128 << 10
_NAMES = re.compile(r"[^|,;()\s]+")

Checked = dict[str, Any]


class Reading:
    """One document. ``words``: what the names in its queries stand for."""

    def __init__(self, terms: Terms, allowed: frozenset[str], now: datetime, kind: Kind = "entities") -> None:
        self._terms, self._allowed, self._now, self._kind = terms, allowed, now, kind
        self.words: dict[str, str] = {}

    def whole(self, given: Mapping[str, Any]) -> Checked:
        """A subscription to be made. Raises ``BadRequestData``, ``OperationNotSupported``."""
        made = self._members(given)
        self._note(made)
        return checked(made, self.words)

    def changed(self, old: Checked, names: Mapping[str, str], given: Mapping[str, Any]) -> Checked:
        """``old`` with the fragment ``given`` laid over (clause 5.8.2): a member takes the place of the
        former one, ``urn:ngsi-ld:null`` takes it away; within ``notification`` and its ``endpoint`` likewise.
        """
        if not given:
            raise BadRequestData("nothing to change", field="body", cure="give at least one member")
        if given.get("id", old["id"]) != old["id"]:
            raise BadRequestData("an id does not change", field="id", value=given["id"], cure="leave it out")
        given = {key: value for key, value in given.items() if key != "id"}
        gone = {key for key, value in given.items() if value == NULL}
        told = given.get("notification")
        if isinstance(told, Mapping):
            given = {**given, "notification": laid_over(old["notification"], told)}
        fresh = self._members({key: value for key, value in given.items() if key not in gone})
        made = {**{key: value for key, value in old.items() if key not in gone}, **fresh}
        if not fresh.keys().isdisjoint(("q", "expandValues", "jsonKeys")):
            self._note(made)
        self.words = {**names, **self.words}
        return checked(made, self.words)

    def _members(self, given: Mapping[str, Any]) -> Checked:
        checks.depth(given)
        made: Checked = {}
        for key, value in given.items():
            key = {"@id": "id", "@type": "type"}.get(key, key)
            if key in _READ_ONLY:
                continue
            if value is None:
                raise BadRequestData(
                    "null says nothing", field=key, cure=f"leave it out, or {NULL} to remove"
                )
            rule = _RULES.get(key)
            made[key] = rule(self, value) if rule is not None else value
        return made

    def entities(self, value: Any) -> list[dict[str, Any]]:
        """EntitySelectors (clause 5.2.33)."""
        found = list_of(value, "entities", dict)
        made = []
        for one in found:
            if "type" not in one and "@type" not in one:
                raise bad("a selector has no type", "entities.type", one, "a type, or *")
            selector: dict[str, Any] = {}
            if "id" in one:
                ids = one["id"] if isinstance(one["id"], list) else [one["id"]]
                selector["id"] = [checks.uri(i, "entities.id") for i in list_of(ids, "entities.id", str)]
                if not isinstance(one["id"], list):
                    selector["id"] = selector["id"][0]
            if "idPattern" in one:
                selector["idPattern"] = text(one["idPattern"], "entities.idPattern")
            types = one.get("type", one.get("@type"))
            if isinstance(types, list):
                types = ",".join(list_of(types, "entities.type", str))
            said = text(types, "entities.type")
            selector["type"] = _NAMES.sub(lambda name: self._type(name[0]), said)
            made.append(selector)
        return made

    def _type(self, name: str) -> str:
        return name if name == "*" else self._terms.expand(checks.name(name, "entities.type"))

    def names(self, field: str, plain: frozenset[str] = frozenset()) -> Callable[[Any], list[str]]:
        def read(value: Any) -> list[str]:
            found = list_of([value] if isinstance(value, str) else value, field, str)
            return [one if one in plain else self._terms.expand(checks.name(one, field)) for one in found]

        return read

    def geo(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not value.keys() <= {*_GEO, "type", "@type"}:
            raise bad("not a geo-query", "geoQ", value, "georel, geometry, coordinates, geoproperty")
        made = {name: value[name] for name in _GEO if name in value}
        for name in ("georel", "geometry", "geoproperty"):
            if name in made:
                text(made[name], f"geoQ.{name}")
        if "geoproperty" in made:
            made["geoproperty"] = self._terms.expand(checks.name(made["geoproperty"], "geoQ.geoproperty"))
        parse(QueryParams(geo=GeoParams(**made)), self._terms.expand)
        return made

    def query(self, value: Any) -> str:
        if self._kind == "registrations":
            raise bad("asked of entities; nothing of them is known here", "q", value, "csf, asked of sources")
        return text(value, "q")

    def filter(self, value: Any) -> str:
        """A context source filter (clauses 4.9, 5.2.12)."""
        try:
            parse(QueryParams(q=text(value, "csf")), self._word)
        except BadRequestData as error:
            raise bad(error.message, "csf", error.value, error.cure or "mend it") from error
        return str(value)

    def temporal(self, value: Any) -> dict[str, Any]:
        """A TemporalQuery (clause 5.2.21)."""
        if self._kind == "entities":
            raise bad("of subscriptions to context sources alone", "temporalQ", value, "leave it out")
        if not isinstance(value, dict):
            raise bad("not a temporal query", "temporalQ", value, "timerel, timeAt, endTimeAt, timeproperty")
        temporal.read(value, needed=True)
        return value

    def expires(self, value: Any) -> str:
        said = checks.time(value, "expiresAt")
        if checks.moment(said) <= self._now:
            raise bad("it lies in the past", "expiresAt", value, "a time to come")
        return said

    def _note(self, made: Checked) -> None:
        """Read the text of its query, and remember what the names in it stand for."""
        if "q" not in made:
            return

        parse(QueryParams(q=made["q"], **_listed(made)), self._word)

    def _word(self, name: str) -> str:
        self.words[name] = iri = self._terms.expand(name)
        return iri


def checked(made: Checked, names: Mapping[str, str]) -> Checked:
    """What holds of the members together. Raises ``BadRequestData``."""
    if made.get("type") != "Subscription":
        raise bad("not a subscription", "type", made.get("type"), '"type": "Subscription"')
    if "notification" not in made:
        raise bad("the notification is missing", "notification", None, "give it, with an endpoint")
    if "entities" not in made and "watchedAttributes" not in made:
        raise bad("it asks for everything", "entities", None, "give entities or watchedAttributes")
    if "timeInterval" in made:
        for name in ("watchedAttributes", "throttling"):
            if name in made:
                raise bad(f"{name} does not go with timeInterval", name, made[name], "leave one of them out")
    if len(msgspec.json.encode(made)) > _BYTES:
        raise bad("the subscription is too large", "body", None, f"at most {_BYTES} bytes")
    queries(made, names)
    return made


def queries(body: Checked, names: Mapping[str, str]) -> list[Query]:
    """One for each selector of entities, of which one must match. Raises ``BadRequestData``."""

    def expand(name: str) -> str:
        return names.get(name, name)

    geo = body.get("geoQ")
    return [
        parse(
            QueryParams(
                ids=tuple(one["id"]) if isinstance(one.get("id"), list) else one.get("id"),
                id_pattern=one.get("idPattern") if "id" not in one else None,
                type=one.get("type"),
                q=body.get("q"),
                scope_q=body.get("scopeQ"),
                geo=None if geo is None else GeoParams(**{"geoproperty": LOCATION, **geo}),
                **_listed(body),
            ),
            expand,
        )
        for one in body.get("entities") or [{}]
    ]


def _listed(body: Checked) -> dict[str, Any]:
    return {
        "expand_values": tuple(body.get("expandValues", ())),
        "json_keys": tuple(body.get("jsonKeys", ())),
    }


def _triggers(value: Any) -> list[str]:
    found: list[str] = list_of(value, "notificationTrigger", str)
    for one in found:
        if one not in TRIGGERS:
            raise bad("no such trigger", "notificationTrigger", one, "one of " + ", ".join(TRIGGERS))
    return found


def _type_word(value: Any) -> str:
    if value != "Subscription":
        raise bad("not a subscription", "type", value, '"type": "Subscription"')
    return "Subscription"


_RULES: Mapping[str, Callable[[Reading, Any], Any]] = {
    "id": lambda _, value: checks.uri(value, "id"),
    "type": lambda _, value: _type_word(value),
    "subscriptionName": lambda _, value: text(value, "subscriptionName"),
    "description": lambda _, value: text(value, "description"),
    "entities": Reading.entities,
    "watchedAttributes": lambda self, value: self.names("watchedAttributes")(value),
    "notificationTrigger": lambda _, value: _triggers(value),
    "timeInterval": lambda _, value: interval(value, "timeInterval"),
    "throttling": lambda _, value: number(value, "throttling"),
    "q": Reading.query,
    "geoQ": Reading.geo,
    "scopeQ": lambda _, value: text(value, "scopeQ"),
    "csf": Reading.filter,
    "temporalQ": Reading.temporal,
    "isActive": lambda _, value: boolean(value, "isActive"),
    "notification": lambda self, value: notification(value, self._allowed, self.names),
    "expiresAt": Reading.expires,
    "lang": lambda _, value: text(value, "lang"),
    "jsonldContext": lambda _, value: checks.uri(value, "jsonldContext"),
    "datasetId": lambda _, value: [
        one if one == "@none" else checks.uri(one, "datasetId")
        for one in list_of([value] if isinstance(value, str) else value, "datasetId", str)
    ],
    "jsonKeys": lambda _, value: [text(one, "jsonKeys") for one in list_of(value, "jsonKeys", str)],
    "expandValues": lambda _, value: [
        text(one, "expandValues") for one in list_of(value, "expandValues", str)
    ],
}
