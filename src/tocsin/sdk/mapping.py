"""A mapping: what the rows of somebody's file mean, as a small TOML text that anyone can check.

Two halves. The *shape* (``[file]``, ``missing``) says how a file is cut into rows, one reading each; the
file reader needs it. The *meaning* (``[entity]``, ``[time]``, ``[place]``, ``[attributes.*]``) says how a row
becomes a ``Reading``; ``sdk/rows.py`` does it, without I/O, the same wherever and whenever it runs.

Besides its own columns a row may have: ``@row`` (its number in the file, from 0), ``@file`` (name of the file
without its ending), ``@column`` and ``@cell`` (of a wide table), ``@shift_s`` (seconds added to its time).
"""

from __future__ import annotations

import re
from hashlib import blake2b
from math import isfinite
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, Struct

from tocsin.kernel.errors import Invalid
from tocsin.kernel.ids import TYPE_NAME
from tocsin.sdk.reading import Refused, parse_time
from tocsin.sdk.toml_lines import read_toml, wrong

WHAT = "mapping"
NAME = re.compile(r"^[a-z0-9][a-z0-9_\-]{0,63}\Z")
#: a mapping text longer than this is refused (place tables are the bulk of one)
MAX_BYTES = 1_000_000

Text = Annotated[str, Meta(max_length=500)]
Cell = str | int | float | bool


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all tables: an unknown key is a mistake."""


class Wide(Part, frozen=True):
    """One column for each sensor: every cell becomes a row of its own with ``@column`` and ``@cell``."""

    #: columns that are no sensors; they go into each row
    keep: tuple[Text, ...] = ()


class Shape(Part, frozen=True):
    """How to cut the file into rows. A name that ends in ``.gz`` is unpacked."""

    format: Literal["csv", "jsonl", "parquet"] = "csv"
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    encoding: Text = "utf-8-sig"
    #: names of the columns of a CSV file that has no header line
    columns: tuple[Text, ...] = ()
    wide: Wide | None = None


class Pick(Part, frozen=True):
    """Where a value stands: a column, a path into a JSON document (``a.b[0].c``), or always the same."""

    column: Text | None = None
    path: Text | None = None
    constant: Cell | None = None
    #: what is found -> what is meant; an entry that is not listed is refused
    table: dict[str, Text] = {}


class EntityRule(Part, frozen=True):
    """``id``: characters that an NGSI-LD id cannot carry become ``-``."""

    type: Text
    id: Pick
    #: a column with the name that people use
    name: Pick | None = None


class TimeRule(Part, frozen=True):
    """Either ``column``/``columns``/``path`` with ``format``, or ``start`` plus ``step_s`` for each ``@row``.

    ``format``: ``iso``, ``epoch_s``, ``epoch_ms`` or a strptime pattern. ``zone``: IANA name of the zone that
    a time without one is in. Several ``columns`` are joined by a space.
    """

    column: Text | None = None
    columns: tuple[Text, ...] = ()
    path: Text | None = None
    format: Text = "iso"
    zone: Text | None = None
    start: Text | None = None
    step_s: Annotated[float, Meta(gt=0)] | None = None


class PlaceRule(Part, frozen=True):
    """Columns, one place for all (``at``), or a table by the id as it stands in the file: [lon, lat]."""

    lon: Pick | None = None
    lat: Pick | None = None
    at: tuple[float, float] | None = None
    table: dict[str, tuple[float, float]] = {}


class AttributeRule(Part, frozen=True):
    """One attribute of the entity. ``unit``: UN/CEFACT Recommendation 20 code of the number in the file.

    A number n becomes ``n * scale + offset`` in that unit.
    """

    column: Text | None = None
    path: Text | None = None
    constant: Cell | None = None
    kind: Literal["number", "text", "bool"] = "number"
    unit: Annotated[str, Meta(pattern="^[A-Z0-9]{1,3}$")] | None = None
    scale: float = 1.0
    offset: float = 0.0


class Mapping(Part, frozen=True):
    """The whole text. ``missing``: cells that mean "no value" (compared as text, numbers also as numbers)."""

    entity: EntityRule
    time: TimeRule
    attributes: Annotated[dict[str, AttributeRule], Meta(min_length=1, max_length=200)]
    words: Text = ""
    #: where the data come from and under which licence
    reference: Text = ""
    file: Shape = Shape()
    missing: tuple[Cell, ...] = ("",)
    decimal: Literal[".", ","] = "."
    place: PlaceRule | None = None
    #: the source's own id of a row, where it has one
    message_id: Pick | None = None


def read_mapping(text: str) -> Mapping:
    """A mapping from its TOML text. Raises ``Invalid`` that names the line and the cure."""
    if len(text.encode()) > MAX_BYTES:
        raise Invalid("mapping is too long", field="toml", cure=f"at most {MAX_BYTES} bytes")
    mapping = read_toml(text, Mapping, WHAT)
    _check_entity(text, mapping)
    _check_time(text, mapping.time)
    _check_place(text, mapping.place)
    for name, rule in mapping.attributes.items():
        path = ("attributes", name)
        _one_of(text, path, column=rule.column, path=rule.path, constant=rule.constant)
        if not (isfinite(rule.scale) and isfinite(rule.offset)) or rule.scale == 0:
            raise wrong(
                text, WHAT, (*path, "scale"), "scale and offset are numbers, scale is not 0", cure="1.0"
            )
        if rule.kind != "number" and (rule.unit or rule.scale != 1.0 or rule.offset):
            raise wrong(
                text,
                WHAT,
                (*path, "kind"),
                "only a number has a unit, a scale or an offset",
                cure="remove them",
            )
    if mapping.message_id:
        _check_pick(text, ("message_id",), mapping.message_id)
    return mapping


def version_of(text: str) -> str:
    """Name of this very text: 16 hex digits over its bytes."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


def check_name(name: str) -> str:
    """The name itself. Raises ``Invalid`` where it cannot name a mapping (it becomes a file name)."""
    if not NAME.match(name):
        raise Invalid(
            "bad mapping name", field="name", value=name, cure="a-z, 0-9, '_' and '-', at most 64 long"
        )
    return name


def _check_entity(text: str, mapping: Mapping) -> None:
    entity = mapping.entity
    if not TYPE_NAME.match(entity.type):
        raise wrong(
            text, WHAT, ("entity", "type"), "no entity type", value=entity.type, cure="letters and digits"
        )
    _check_pick(text, ("entity", "id"), entity.id)
    if entity.name:
        _check_pick(text, ("entity", "name"), entity.name)


def _check_time(text: str, time: TimeRule) -> None:
    _one_of(
        text, ("time",), column=time.column, columns=time.columns or None, path=time.path, start=time.start
    )
    if time.zone is not None:
        try:
            ZoneInfo(time.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise wrong(
                text,
                WHAT,
                ("time", "zone"),
                "no such zone",
                value=time.zone,
                cure='for example "Europe/Helsinki"',
            ) from None
    if (time.start is None) != (time.step_s is None):
        raise wrong(text, WHAT, ("time",), "start and step_s go together", cure="give both")
    if time.start is not None:
        try:
            parse_time(time.start)
        except Refused as error:
            raise wrong(
                text, WHAT, ("time", "start"), error.message, value=time.start, cure=error.cure or ""
            ) from None
    elif time.format not in ("iso", "epoch_s", "epoch_ms") and "%" not in time.format:
        raise wrong(
            text, WHAT, ("time", "format"), "no such format", value=time.format,
            cure='iso, epoch_s, epoch_ms, or a pattern such as "%d/%m/%Y %H:%M"',
        )  # fmt: skip


def _check_place(text: str, place: PlaceRule | None) -> None:
    if place is None:
        return
    if (place.lon is None) != (place.lat is None):
        raise wrong(text, WHAT, ("place",), "lon and lat go together", cure="give both")
    _one_of(text, ("place",), lon=place.lon, at=place.at, table=place.table or None)
    for name, pick in (("lon", place.lon), ("lat", place.lat)):
        if pick:
            _check_pick(text, ("place", name), pick)
    for key, (lon, lat) in (place.table | ({"at": place.at} if place.at else {})).items():
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            path = ("place", "at") if key == "at" else ("place", "table", key)
            raise wrong(text, WHAT, path, "impossible place", value=(lon, lat), cure="[longitude, latitude]")


def _check_pick(text: str, path: tuple[str, ...], pick: Pick) -> None:
    _one_of(text, path, column=pick.column, path=pick.path, constant=pick.constant)


def _one_of(text: str, at: tuple[str, ...], /, **options: object) -> None:
    given = [name for name, value in options.items() if value is not None]
    if len(given) != 1:
        words = f"{'.'.join(at)} has {' and '.join(given) if given else 'none'} of: {', '.join(options)}"
        raise wrong(text, WHAT, (*at, *given[1:2]), words, cure="give exactly one")
