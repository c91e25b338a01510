"""What the log is told of a write beyond the readings that everybody hears: further instances, places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tocsin.kernel.clock import EPOCH, MAX_AHEAD
from tocsin.kernel.events import Attribute as Reading
from tocsin.kernel.events import Detail
from tocsin.ngsi.model.change import find
from tocsin.ngsi.model.checks import moment
from tocsin.ngsi.model.kinds import Attribute
from tocsin.ngsi.store.names import LOCATION
from tocsin.ngsi.store.projection import main, value_of
from tocsin.ngsi.store.protect import Protect
from tocsin.ngsi.temporal.detail import Series, beside, further, gone


def tell_beside(
    of: Series,
    before: list[Attribute],
    after: list[Attribute],
    now: datetime,
    floor: datetime,
    protect: Protect,
) -> Iterator[tuple[datetime, Detail]]:
    """Instances that have changed, but the one that readings show, each with its time."""
    own = main(after)
    placed = is_place(of, own)
    for one in after:
        if (one is not own or placed) and not any(one is other for other in before):
            row = told_beside(of, one, now, protect, placed=one is own)
            if row is not None:
                yield time_of(one, now, floor), row
    for one in before:
        if find(after, one.get("datasetId")) is None:
            dataset = one.get("datasetId")
            yield max(now, floor), gone(of, one["type"], dataset, further(of.name, dataset))


def alone(iri: str, before: list[Attribute], after: list[Attribute]) -> bool:
    """Whether there is nothing to tell: the instance that readings show is all that there is and was, or
    nothing has changed.
    """
    if before is after:
        return True
    if len(after) != 1 or len(before) > 1 or iri == LOCATION:
        return False
    return not before or before[0].get("datasetId") == after[0].get("datasetId")


def told_beside(
    of: Series,
    one: Attribute,
    now: datetime,
    protect: Protect,
    *,
    placed: bool = False,
    took: str | None = None,
) -> Detail | None:
    """A row of its own; None for what must not be kept. ``placed``: it is the place of the entity, whose row
    is that of no dataset.
    """
    if one["type"] == "GeoProperty":
        made = beside(of, one, None, took=took)
        return Detail(further(of.name, None), made.text) if placed else made
    value = value_of(one)
    kept = protect.reading(of.type_name, Reading(of.name, value, one.get("unitCode")), now, now)
    if kept.protected and kept.value.value is None:
        return None
    if kept.protected:
        hidden: Attribute = {"type": "Property", "value": kept.value.value}
        one = {**{name: one[name] for name in ("observedAt", "datasetId") if name in one}, **hidden}
    return beside(of, one, kept.value.value, took=took)


def gone_with(of: Series, before: list[Attribute]) -> Iterator[Detail]:
    """All instances of an attribute that is deleted."""
    if not before:
        return
    own = main(before)
    for one in before:
        dataset = one.get("datasetId")
        name = further(of.name, dataset)
        if one is own:
            name = further(of.name, None) if is_place(of, one) else of.name
        yield gone(of, one["type"], dataset, name)


def is_place(of: Series, one: Attribute) -> bool:
    """Whether it is told by the place of readings, not by one of their values."""
    return of.iri == LOCATION and one["type"] == "GeoProperty"


def time_of(instance: Attribute, now: datetime, floor: datetime) -> datetime:
    """When it was observed; a time that no reading could have is taken as now."""
    told = instance.get("observedAt")
    own = moment(told) if told else now
    if not EPOCH <= own <= now + MAX_AHEAD:
        own = now
    return max(own, floor)
