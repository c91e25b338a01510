"""What goes into the log with a value so that the lake can tell the whole instance again (docs/adr/0016)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from tocsin.kernel.events import Detail, Value
from tocsin.lake.temporal.records import GONE, OBSERVED, UNOBSERVED
from tocsin.ngsi.model.checks import moment, told
from tocsin.ngsi.model.kinds import Attribute
from tocsin.ngsi.store.names import iri_of

_PLAIN = frozenset(("type", "value", "observedAt", "unitCode", "createdAt", "modifiedAt"))
#: beyond it a number is not the same in a column of doubles
_EXACT = 1 << 53
_SECONDS = len("2026-11-22T16:00:00Z")
_WHEN = ("createdAt", "modifiedAt")
#: of an instance without a time of its own that is all in its row
_NOTHING = UNOBSERVED + "{}"


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """Each member only where the row says it not: ``iri`` of the attribute, its ``instance`` (expanded),
    all ``types`` (IRIs) and ``scope`` of the entity, ``id``: the observation that this one took the place of.
    """

    iri: str | None = None
    instance: dict[str, Any] | None = None
    types: list[str] | None = msgspec.field(default=None, name="@types")
    scope: list[str] | None = None
    id: str | None = msgspec.field(default=None, name="@id")


class Series(NamedTuple):
    """One attribute of one entity: its IRI, its name in readings, types and scope of the entity, and the name
    of its type in readings.
    """

    iri: str
    name: str
    types: Sequence[str]
    type_name: str
    scope: Sequence[str] | None


_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Told).decode


def unpacked(text: str) -> tuple[str, Told]:
    """The flag of a row's detail, and what it says."""
    return text[0], _DECODE(text[1:].encode())


def further(name: str, dataset: str | None) -> str:
    """The name of a series beside that of readings."""
    return f"{name}<{dataset or '>'}"


def detail(
    of: Series, instance: Attribute, name: str, *, shown: bool = True, took: str | None = None
) -> Detail | None:
    """Of the row ``name``; None where the row says all itself. ``shown`` False: the value stands in the row
    alone, as a pseudonym.
    """
    observed = "observedAt" in instance
    whole = None
    if shown and (took is not None or not _says_all(instance)):
        # when it was made and changed, the row says; one that took another's place was made with that
        dropped = ("modifiedAt",) if took is not None else _WHEN
        whole = {member: value for member, value in instance.items() if member not in dropped}
    made = _about(of, whole, took)
    if made is None:
        return None if observed else Detail(name, _NOTHING)
    return Detail(name, (OBSERVED if observed else UNOBSERVED) + _ENCODE(made).decode())


def gone(of: Series, kind: str, dataset: str | None, name: str) -> Detail:
    """An instance is deleted."""
    left: Attribute = {"type": kind}
    if dataset is not None:
        left["datasetId"] = dataset
    return Detail(name, GONE + _ENCODE(_about(of, left, None)).decode())


def beside(of: Series, instance: Attribute, value: Value, *, took: str | None = None) -> Detail:
    """An instance that readings know nothing of, as a row of its own."""
    name = further(of.name, instance.get("datasetId"))
    made = detail(of, instance, name, took=took) or Detail(name, OBSERVED + "{}")
    return msgspec.structs.replace(made, value=value, unit=instance.get("unitCode"))


def _about(of: Series, whole: Attribute | None, took: str | None) -> Told | None:
    own_iri = of.iri == iri_of(of.name)
    own_type = len(of.types) == 1 and of.types[0] == iri_of(of.type_name)
    if whole is None and own_iri and own_type and not of.scope and took is None:
        return None
    return Told(
        iri=None if own_iri else of.iri,
        instance=whole,
        types=None if own_type else list(of.types),
        scope=list(of.scope) if of.scope else None,
        id=took,
    )


def _says_all(instance: Attribute) -> bool:
    """Whether value, unit and time of a row are all that there is."""
    value = instance.get("value")
    if instance["type"] != "Property" or not instance.keys() <= _PLAIN:
        return False
    if not isinstance(value, str | bool | float) and not (isinstance(value, int) and abs(value) < _EXACT):
        return False
    observed = instance.get("observedAt")
    # whole seconds are told again as they came
    return observed is None or len(observed) == _SECONDS or told(moment(observed)) == observed
