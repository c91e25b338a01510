"""The city as it is now: the newest known value of every attribute of every entity."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.kernel.events import Observation, Value


class AttributeState(msgspec.Struct, frozen=True):
    value: Value
    unit: str | None
    observed_at: datetime


class EntityState(msgspec.Struct, frozen=True):
    """``accepted_at``: when the newest reading was accepted; ``observed_at``: when it was made."""

    id: str
    type: str
    attributes: dict[str, AttributeState]
    observed_at: datetime
    accepted_at: datetime
    lon: float | None = None
    lat: float | None = None
    name: str | None = None
    source: str = ""
    quality: float = 1.0


def merge(state: EntityState | None, observation: Observation, accepted_at: datetime) -> EntityState | None:
    """The state after a reading: attribute by attribute the newer wins, an equal time counts as newer.

    A delete gives None. This is the one rule of "newer" for the context and for every screen.
    """
    at = observation.observed_at
    if observation.kind == "delete":
        return state if state is not None and state.observed_at > at else None
    attributes = dict(state.attributes) if state else {}
    for attribute in observation.attributes:
        known = attributes.get(attribute.name)
        if known is None or known.observed_at <= at:
            attributes[attribute.name] = AttributeState(attribute.value, attribute.unit, at)
    newest = state is None or state.observed_at <= at
    name = attributes.get("name")
    if state is not None and not newest:
        return msgspec.structs.replace(state, attributes=attributes, name=str(name.value) if name else None)
    return EntityState(
        id=observation.entity,
        type=observation.type,
        attributes=attributes,
        observed_at=at,
        accepted_at=accepted_at,
        lon=observation.lon if observation.lon is not None else (state.lon if state else None),
        lat=observation.lat if observation.lat is not None else (state.lat if state else None),
        name=str(name.value) if name else None,
        source=observation.source,
        quality=observation.quality,
    )
