"""A registration as it came: checked member by member, its names expanded. All raise ``BadRequestData``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.model import checks
from tocsin.ngsi.model.kinds import NULL
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.query.patterns import finder
from tocsin.ngsi.temporal.params import duration

TYPE = "ContextSourceRegistration"
MODES = ("inclusive", "exclusive", "redirect", "auxiliary")
#: clause 4.20: single operations and their groups
OPERATIONS = frozenset(
    (
        "createEntity", "updateEntity", "appendAttrs", "updateAttrs", "deleteAttrs", "deleteEntity",
        "createBatch", "upsertBatch", "updateBatch", "deleteBatch", "upsertTemporal",
        "appendAttrsTemporal", "deleteAttrsTemporal", "updateAttrInstanceTemporal",
        "deleteAttrInstanceTemporal", "deleteTemporal", "mergeEntity", "replaceEntity", "replaceAttrs",
        "mergeBatch", "purgeEntity", "retrieveEntity", "queryEntity", "queryBatch", "retrieveTemporal",
        "queryTemporal", "retrieveEntityTypes", "retrieveEntityTypeDetails", "retrieveEntityTypeInfo",
        "retrieveAttrTypes", "retrieveAttrTypeDetails", "retrieveAttrTypeInfo", "createSubscription",
        "updateSubscription", "retrieveSubscription", "querySubscription", "deleteSubscription",
        "queryEntityMap", "createEntityMap", "updateEntityMap", "deleteEntityMap",
        "retrieveEntityMap", "federationOps", "updateOps", "retrieveOps", "redirectionOps",
    )
)  # fmt: skip
_READING = frozenset(("retrieveOps", "retrieveEntity", "queryEntity"))
#: stated by whoever keeps it
_OURS = frozenset(
    (
        "status",
        "timesSent",
        "timesFailed",
        "lastSuccess",
        "lastFailure",
        "createdAt",
        "modifiedAt",
        "@context",
    )
)
_MOST_INFORMATION, _MOST_NAMES = 200, 1_000


def whole(given: Mapping[str, Any], terms: Terms, now: datetime) -> dict[str, Any]:
    """A new one."""
    made = part(given, terms, now)
    for needed in ("type", "information", "endpoint"):
        if needed not in made:
            raise BadRequestData(f"the registration has no {needed}", field=needed, cure="give it")
    consistent(made)
    return made


def part(given: Mapping[str, Any], terms: Terms, now: datetime) -> dict[str, Any]:
    """What is there of one; a null, which takes a member away in a change, as ``urn:ngsi-ld:null``."""
    checks.depth(given)
    made: dict[str, Any] = {}
    for key, value in given.items():
        name = {"@id": "id", "@type": "type"}.get(key, key)
        if name in _OURS:
            continue
        if value is None or value == NULL:
            made[name] = NULL
        elif name == "information":
            made[name] = _information(value, terms)
        elif name in _CHECKS:
            made[name] = _CHECKS[name](value, name)
        else:  # further properties of the context source
            made[terms.expand(checks.name(name, name))] = value
    expires = made.get("expiresAt")
    if expires not in (None, NULL) and checks.moment(expires) <= now:
        raise BadRequestData("it lies in the past", field="expiresAt", value=expires, cure="a time to come")
    return made


def consistent(made: Mapping[str, Any]) -> None:
    """What holds between members (clause 4.3.6)."""
    for needed in ("type", "information", "endpoint"):
        if made.get(needed) == NULL:
            raise BadRequestData(f"a registration has its {needed}", field=needed, cure="give another")
    if made.get("mode") == "auxiliary" and not _READING.issuperset(made.get("operations", ())):
        raise BadRequestData(
            "an auxiliary registration is asked, never written to (clause 5.9.2.4)",
            field="operations",
            value=made["operations"],
            cure=", ".join(sorted(_READING)),
        )
    if made.get("mode") != "exclusive":
        return
    for info in made["information"]:
        named = info.get("propertyNames") or info.get("relationshipNames")
        if not named or not info.get("entities") or not all("id" in one for one in info["entities"]):
            raise BadRequestData(
                "an exclusive registration is of single attributes of single entities",
                field="information",
                cure="name id and type of each entity, and propertyNames or relationshipNames",
            )


def _information(value: Any, terms: Terms) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_INFORMATION:
        raise BadRequestData(
            "not a list of what is registered", field="information", value=value, cure="one object or more"
        )
    made = []
    for info in value:
        if not isinstance(info, Mapping):
            raise BadRequestData(
                "not an object", field="information", value=info, cure="RegistrationInfo, 5.2.10"
            )
        one: dict[str, Any] = {}
        if "entities" in info:
            one["entities"] = _entities(info["entities"], terms)
        for name in ("propertyNames", "relationshipNames"):
            if name in info:
                one[name] = [terms.expand(checks.name(n, name)) for n in _texts(info[name], name)]
        if not one:
            raise BadRequestData(
                "nothing is registered", field="information", value=info, cure="entities or propertyNames"
            )
        made.append(one)
    return made


def _entities(value: Any, terms: Terms) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_NAMES:
        raise BadRequestData(
            "not a list of entities", field="entities", value=value, cure="EntityInfo, 5.2.8"
        )
    made = []
    for entity in value:
        if not isinstance(entity, Mapping):
            raise BadRequestData("not an object", field="entities", value=entity, cure="EntityInfo, 5.2.8")
        kind = entity.get("type", entity.get("@type"))
        if kind is None:
            raise BadRequestData("an entity has a type", field="entities.type", cure="give it")
        types = [
            terms.expand(checks.name(t, "type"))
            for t in _texts([kind] if isinstance(kind, str) else kind, "type")
        ]
        one: dict[str, Any] = {"type": types}
        if "id" in entity:
            one["id"] = checks.uri(entity["id"], "entities.id")
        if "idPattern" in entity:
            pattern = _text(entity["idPattern"], "entities.idPattern")
            finder("entities.idPattern", pattern)
            one["idPattern"] = pattern
        made.append(one)
    return made


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str) or not value:
        raise BadRequestData("not a text", field=field, value=value, cure="a string that is not empty")
    return value


def _texts(value: Any, field: str) -> list[str]:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_NAMES:
        raise BadRequestData("not a list of texts", field=field, value=value, cure="one string or more")
    return [_text(one, field) for one in value]


def _type(value: Any, field: str) -> str:
    if value != TYPE:
        raise BadRequestData("not a registration", field=field, value=value, cure=f'"type": "{TYPE}"')
    return TYPE


def _endpoint(value: Any, field: str) -> str:
    found = checks.uri(value, field)
    if not found.lower().startswith(("http://", "https://")):
        raise BadRequestData(
            "not an address that is asked by HTTP", field=field, value=value, cure="http(s)://"
        )
    return found


def _mode(value: Any, field: str) -> str:
    if value not in MODES:
        raise BadRequestData("no such mode", field=field, value=value, cure="one of " + ", ".join(MODES))
    return str(value)


def _operations(value: Any, field: str) -> list[str]:
    for one in (found := _texts(value, field)):
        if one not in OPERATIONS:
            raise BadRequestData("no such operation", field=field, value=one, cure="a name of clause 4.20")
    return found


def _interval(value: Any, field: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or "startAt" not in value:
        raise BadRequestData("not an interval", field=field, value=value, cure='{"startAt", "endAt"}')
    return {
        name: checks.time(value[name], f"{field}.{name}") for name in ("startAt", "endAt") if name in value
    }


def _pairs(value: Any, field: str) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise BadRequestData("not a list", field=field, value=value, cure='[{"key", "value"}]')
    return [
        {
            name: _text(one.get(name) if isinstance(one, Mapping) else None, f"{field}.{name}")
            for name in ("key", "value")
        }
        for one in value
    ]


def _management(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise BadRequestData("not an object", field=field, value=value, cure="RegistrationManagementInfo")
    for name in ("timeout", "cooldown"):
        if name in value and (
            isinstance(value[name], bool) or not isinstance(value[name], int | float) or value[name] <= 0
        ):
            raise BadRequestData(
                "not a time in milliseconds", field=f"{field}.{name}", value=value[name], cure="above 0"
            )
    if "localOnly" in value and not isinstance(value["localOnly"], bool):
        raise BadRequestData("neither true nor false", field=f"{field}.localOnly", cure="true or false")
    if "cacheDuration" in value:
        duration(value["cacheDuration"], f"{field}.cacheDuration")
    return dict(value)


def _refresh(value: Any, field: str) -> str:
    duration(value, field)
    return str(value)


_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "id": checks.uri,
    "type": _type,
    "endpoint": _endpoint,
    "mode": _mode,
    "operations": _operations,
    "registrationName": _text,
    "description": _text,
    "tenant": _text,
    "expiresAt": checks.time,
    "observationInterval": _interval,
    "managementInterval": _interval,
    "location": checks.geometry,
    "observationSpace": checks.geometry,
    "operationSpace": checks.geometry,
    "contextSourceInfo": _pairs,
    "management": _management,
    "refreshRate": _refresh,
    "scope": lambda value, _field: checks.scopes(value),
}
