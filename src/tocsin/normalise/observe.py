"""A reading becomes an observation, as the model of its type says."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from tocsin.kernel.clock import EPOCH, MAX_AHEAD
from tocsin.kernel.events import Attribute, Observation
from tocsin.kernel.ids import LOCAL_ID, TYPE_NAME, is_urn
from tocsin.normalise.models import COMMON, Model
from tocsin.normalise.values import Converter, Doubts, converter, unmodelled
from tocsin.privacy.keys import Expired
from tocsin.privacy.shield import Shield
from tocsin.sdk.reading import Reading, Refused, Rule

MAX_ATTRIBUTES = 100
#: quality of a reading that says it stands at 0° N 0° E, where devices without a fix say they are
NULL_ISLAND = 0.5
#: how many made-up types and ids are remembered before the memory is emptied: bounded against floods
_REMEMBERED = 50_000

_encode = msgspec.msgpack.Encoder().encode
#: left among the doubts by a personal attribute, and taken out again with its value
_PERSONAL = ("", 1.0)
_KEYS_OF_VALUE = frozenset({"value", "unitCode", "type", "object"})


class Observer:
    """Holds the converters of all models. ``observe`` is pure but for its caches and the keys of ``shield``,
    which makes pseudonyms of personal values; None leaves all as it came (recorded days in tests).
    """

    def __init__(self, models: dict[str, Model], shield: Shield | None = None) -> None:
        self._shield = shield
        common = models[COMMON].spelled()
        self._types: dict[str, dict[str, Converter]] = {
            type_: {name: converter(name, a) for name, a in (common | model.spelled()).items()}
            for type_, model in models.items()
            if type_ != COMMON
        }
        self._known_types = frozenset(self._types)
        self._common = {name: converter(name, a) for name, a in common.items()}
        self._urns: dict[tuple[str, str], str] = {}
        self._personal_ids: frozenset[str] = frozenset()
        if shield is not None:
            self._mark(shield)

    def observe(
        self, reading: Reading, *, source: str, accepted_at: datetime, retry_of: str | None = None
    ) -> Observation:
        """Raises ``Refused`` with the rule that the reading breaks."""
        type_name = reading.type
        entity = self._urns.get((type_name, reading.id)) or self._entity(type_name, reading.id)
        at = reading.observed_at
        _check_time(at, accepted_at)
        doubts: Doubts = []
        converters = self._types.get(type_name)
        if converters is None:
            converters = self._unknown_type(type_name)
        if type_name not in self._known_types:
            doubts.append((f"unmodelled: type {type_name}", 1.0))
        attributes = _attributes(reading.attributes, converters, doubts)
        # What is personal left a doubt, as all does that no model knows: the usual reading pays nothing more.
        if (doubts or type_name in self._personal_ids) and self._shield is not None:
            attributes, entity = self._protected(
                self._shield, source, type_name, entity, attributes, at, accepted_at, doubts
            )
        lon, lat = reading.lon, reading.lat
        if lon is not None or lat is not None:
            lon, lat = _place(lon, lat, doubts)
        elif not attributes:
            raise Refused(
                Rule.EMPTY,
                "neither an attribute nor a place",
                field="id",
                value=reading.id,
                cure="send what was seen",
            )
        return Observation(
            id=_identity(source, entity, at, reading.message_id, attributes, lon, lat),
            entity=entity,
            type=type_name,
            observed_at=at,
            attributes=attributes,
            lon=lon,
            lat=lat,
            source=source,
            quality=min([quality for _, quality in doubts], default=1.0) if doubts else 1.0,
            doubts=tuple([words for words, _ in doubts]) if doubts else (),
            retry_of=retry_of,
        )

    def _mark(self, shield: Shield) -> None:
        """Have the converters of personal attributes leave a mark, and note types whose ids are personal."""
        for type_name, converters in self._types.items():
            for name in shield.plan(type_name, "").rules:
                if name in converters:
                    converters[name] = _marking(converters[name])
        self._personal_ids = frozenset(
            name for name in self._known_types if shield.plan(name, "").id_rule is not None
        )

    @staticmethod
    def _protected(
        shield: Shield,
        source: str,
        type_name: str,
        entity: str,
        attributes: tuple[Attribute, ...],
        at: datetime,
        accepted_at: datetime,
        doubts: Doubts,
    ) -> tuple[tuple[Attribute, ...], str]:
        doubts[:] = [doubt for doubt in doubts if doubt is not _PERSONAL]
        plan = shield.plan(type_name, source)
        try:
            entity = shield.entity(plan, entity, at, accepted_at)
        except Expired:
            raise Refused(
                Rule.OUT_OF_TERM, "an entity whose id is personal", field="observedAt",
                cure="nothing: its time of keeping is over, or it is not taken in",
            ) from None  # fmt: skip
        return shield.attributes(plan, attributes, at, accepted_at, doubts), entity

    def _unknown_type(self, type_name: str) -> dict[str, Converter]:
        if len(self._types) > _REMEMBERED:
            for forgotten in [t for t in self._types if t not in self._known_types]:
                del self._types[forgotten]
        made = self._types[type_name] = dict(self._common)
        return made

    def _entity(self, type_name: str, local_id: str) -> str:
        if not TYPE_NAME.match(type_name):
            raise Refused(
                Rule.BAD_TYPE, "an entity type is letters and digits, a letter first", field="type",
                value=type_name, cure="at most 64 characters, for example ItemFlowObserved",
            )  # fmt: skip
        if local_id.startswith("urn:ngsi-ld:"):
            if not is_urn(local_id):
                raise Refused(Rule.BAD_ID, "no NGSI-LD URN", field="id", value=local_id, cure=_ID_CURE)
            if local_id.split(":", 3)[2] != type_name:
                raise Refused(
                    Rule.BAD_ID, f"the URN is not of type {type_name}", field="id", value=local_id,
                    cure=f"urn:ngsi-ld:{type_name}:…",
                )  # fmt: skip
            entity = local_id
        elif LOCAL_ID.match(local_id):
            entity = f"urn:ngsi-ld:{type_name}:{local_id}"
        else:
            raise Refused(
                Rule.BAD_ID, "an id is letters, digits and . _ ~ -", field="id", value=local_id, cure=_ID_CURE
            )
        if len(self._urns) > _REMEMBERED:
            self._urns.clear()
        # as it came: what leaves here as an observation has passed the shield
        self._urns[type_name, local_id] = entity
        return entity


_ID_CURE = "at most 128 of A-Z a-z 0-9 . _ ~ -, or urn:ngsi-ld:<type>:<id>"


def _marking(convert: Converter) -> Converter:
    def marked(value: Any, unit: str | None, doubts: Doubts) -> Attribute:
        doubts.append(_PERSONAL)
        return convert(value, unit, doubts)

    return marked


def _check_time(at: datetime, accepted_at: datetime) -> None:
    if at < EPOCH:
        raise Refused(
            Rule.ANCIENT, "the device's clock is wrong", field="observedAt", value=at, cure="set its clock"
        )
    if at > accepted_at + MAX_AHEAD:
        ahead = timedelta(seconds=round((at - accepted_at).total_seconds()))
        raise Refused(
            Rule.FUTURE, f"by {ahead}, more than {MAX_AHEAD} allowed", field="observedAt", value=at,
            cure="set the device's clock (NTP), or check the time zone",
        )  # fmt: skip


def _attributes(
    stated: dict[str, Any], converters: dict[str, Converter], doubts: Doubts
) -> tuple[Attribute, ...]:
    if len(stated) > MAX_ATTRIBUTES:
        raise Refused(
            Rule.TOO_MANY,
            f"{len(stated)}",
            value=len(stated),
            cure=f"at most {MAX_ATTRIBUTES} attributes a reading",
        )
    made = []
    for name, value in stated.items():
        convert = converters.get(name) or unmodelled(name)
        unit = None
        if type(value) is dict and ("value" in value or "object" in value):
            if not _KEYS_OF_VALUE.issuperset(value):
                odd = next(key for key in value if key not in _KEYS_OF_VALUE)
                raise Refused(
                    Rule.WRONG_TYPE, f"{name} has {odd[:60]!r}, not understood", field=name, value=odd,
                    cure='send a value or {"value": …, "unitCode": …}',
                )  # fmt: skip
            unit = value.get("unitCode")
            value = value["value"] if "value" in value else value["object"]
        made.append(convert(value, unit, doubts))
    return tuple(made)


def _place(lon: Any, lat: Any, doubts: Doubts) -> tuple[float, float]:
    for name, degrees, most in (("lon", lon, 180), ("lat", lat, 90)):
        if type(degrees) not in (int, float) or not -most <= degrees <= most:
            raise Refused(
                Rule.BAD_PLACE, f"{name} is a number from {-most} to {most}", field=name, value=degrees,
                cure="decimal degrees, WGS 84; both lon and lat, or neither",
            )  # fmt: skip
    if lon == 0 and lat == 0:
        doubts.append(("place: 0 N 0 E, no fix?", NULL_ISLAND))
    return float(lon), float(lat)


def _identity(
    source: str,
    entity: str,
    at: datetime,
    message_id: str | None,
    attributes: tuple[Attribute, ...],
    lon: float | None,
    lat: float | None,
) -> str:
    """The same for the same reading of the same source, whichever way and however often it came."""
    if message_id is not None:
        parts: tuple[object, ...] = ("message", source, entity, at, message_id)
    else:
        if len(attributes) > 1:
            attributes = tuple(sorted(attributes, key=_by_name))
        parts = ("content", source, entity, at, attributes, lon, lat)
    return blake2b(_encode(parts), digest_size=8).hexdigest()


def _by_name(attribute: Attribute) -> str:
    return attribute.name
