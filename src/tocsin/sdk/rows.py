"""Turns a row into a reading, as its mapping says. Pure; one function made per mapping."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.sdk.mapping import AttributeRule, Cell, Mapping, Pick, PlaceRule, TimeRule
from tocsin.sdk.reading import Reading, Refused, Rule, parse_time

Row = MappingOf[str, Any]
Getter = Callable[[Row], Any]

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_NOT_ID = re.compile(r"[^A-Za-z0-9._~\-]+")
_TRUE = frozenset({"true", "yes", "1", "on", "t", "y"})
_FALSE = frozenset({"false", "no", "0", "off", "f", "n"})


class RowReader:
    """``reading(row)`` and ``observed_at(row)``, compiled from a mapping. Both raise ``Refused``."""

    def __init__(self, mapping: Mapping) -> None:
        self._type = mapping.entity.type
        self._raw_id = _getter(mapping.entity.id, "entity.id")
        self._id_table = mapping.entity.id.table
        self._name = _getter(mapping.entity.name, "entity.name") if mapping.entity.name else None
        self._message_id = _getter(mapping.message_id, "message_id") if mapping.message_id else None
        self.observed_at = _time(mapping.time)
        self._place = _place(mapping.place)
        self.is_missing = missing(mapping)
        self._attributes = [
            (
                name,
                _locate(rule.column, rule.path, rule.constant),
                _value(name, rule, mapping.decimal),
                rule.unit,
            )
            for name, rule in mapping.attributes.items()
        ]

    def has_value(self, row: Row) -> bool:
        """False where every attribute of the row is missing: such a row is no reading."""
        return any(not self.is_missing(get(row)) for _, get, _, _ in self._attributes)

    def reading(self, row: Row) -> Reading:
        stated = self._raw_id(row)
        if stated is None or stated == "":
            raise Refused(
                Rule.NO_ID, "the row names no entity", field="entity.id", cure="correct the mapping"
            )
        found = str(stated)
        local = self._id_table[found] if self._id_table else found
        attributes: dict[str, Any] = {}
        for name, get, convert, unit in self._attributes:
            cell = get(row)
            if self.is_missing(cell):
                continue
            value = convert(cell)
            attributes[name] = {"value": value, "unitCode": unit} if unit else value
        if not attributes:
            raise Refused(Rule.EMPTY, "every value of the row is missing", cure="leave such rows out")
        if self._name is not None and (name_ := self._name(row)) not in (None, ""):
            attributes["name"] = str(name_)
        lon, lat = self._place(row, found)
        message = self._message_id(row) if self._message_id else None
        return Reading(
            id=local if local.startswith("urn:ngsi-ld:") else slug(local),
            type=self._type,
            observed_at=self.observed_at(row),
            attributes=attributes,
            lon=lon,
            lat=lat,
            message_id=None if message is None else str(message),
        )


def slug(text: str) -> str:
    """``Bourke Street Mall (North)`` -> ``Bourke-Street-Mall-North``: what an NGSI-LD id can carry."""
    return _NOT_ID.sub("-", text).strip("-")


def missing(mapping: Mapping) -> Callable[[Any], bool]:
    """Whether a cell means "no value": ``-200`` also as ``-200.0``."""
    texts = {str(code).strip() for code in mapping.missing if not isinstance(code, bool)}
    numbers = {number for code in mapping.missing if (number := _number(code)) is not None}

    def is_missing(cell: Any) -> bool:
        if cell is None:
            return True
        if type(cell) is str:
            cell = cell.strip()
            if cell in texts:
                return True
        if not numbers:
            return False
        number = _number(cell)
        return number is not None and number in numbers

    return is_missing


def _number(cell: Cell) -> float | None:
    try:
        return float(cell)
    except (ValueError, OverflowError, TypeError):
        return None


def _locate(column: str | None, path: str | None, constant: Cell | None) -> Getter:
    if column is not None:
        return lambda row: row.get(column)
    if path is not None:
        steps = [name or int(index) for name, index in _STEP.findall(path)]
        return lambda row: _dig(row, steps)
    return lambda _: constant


def _dig(document: Any, steps: list[str | int]) -> Any:
    for step in steps:
        if isinstance(step, int):
            document = document[step] if isinstance(document, list) and step < len(document) else None
        else:
            document = document.get(step) if isinstance(document, dict) else None
    return document


def _getter(pick: Pick, field: str) -> Getter:
    """The value of a pick. An id table is looked up by its reader, which also needs what stood there."""
    get = _locate(pick.column, pick.path, pick.constant)
    if not pick.table:
        return get
    table, keep = pick.table, field == "entity.id"

    def looked_up(row: Row) -> Any:
        found = get(row)
        if found is None or str(found) not in table:
            raise Refused(
                Rule.NOT_MAPPED, "not in its table", field=field, value=found, cure=f"add it to {field}.table"
            )
        return found if keep else table[str(found)]

    return looked_up


def _value(name: str, rule: AttributeRule, decimal: str) -> Callable[[Any], Any]:
    scale, offset = rule.scale, rule.offset
    plain = scale == 1.0 and offset == 0.0

    def number(cell: Any) -> Any:
        if type(cell) is str:
            text = cell.strip()
            if decimal == ",":
                text = text.replace(".", "").replace(",", ".")
            try:
                cell = float(text)
            except ValueError:
                raise Refused(
                    Rule.WRONG_TYPE, f"{name} is a number", field=name, value=cell,
                    cure="correct the value, or list it under missing",
                ) from None  # fmt: skip
        if plain or type(cell) not in (int, float):
            return cell
        return cell * scale + offset

    def truth(cell: Any) -> Any:
        if type(cell) is bool:
            return cell
        word = str(cell).strip().lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        raise Refused(Rule.WRONG_TYPE, f"{name} is true or false", field=name, value=cell, cure="true, false")

    converters: dict[str, Callable[[Any], Any]] = {"number": number, "bool": truth, "text": str}
    return converters[rule.kind]


def _place(rule: PlaceRule | None) -> Callable[[Row, str], tuple[Any, Any]]:
    if rule is None:
        return lambda _row, _found: (None, None)
    if rule.at is not None:
        at = rule.at
        return lambda _row, _found: at
    if rule.table:
        table = rule.table
        return lambda _row, found: table.get(found, (None, None))
    assert rule.lon is not None
    assert rule.lat is not None
    lon, lat = _getter(rule.lon, "place.lon"), _getter(rule.lat, "place.lat")
    return lambda row, _found: (_degrees(lon(row), "place.lon"), _degrees(lat(row), "place.lat"))


def _degrees(cell: Any, field: str) -> Any:
    if type(cell) is not str:
        return cell
    try:
        return float(cell) if cell.strip() else None
    except ValueError:
        raise Refused(
            Rule.BAD_PLACE, "not degrees", field=field, value=cell, cure="decimal degrees, WGS 84"
        ) from None


def _time(rule: TimeRule) -> Callable[[Row], datetime]:
    stated = _stated_time(rule)

    def observed_at(row: Row) -> datetime:
        try:
            moment = stated(row)
            shift = row.get("@shift_s")
            if shift is not None:
                moment += timedelta(seconds=float(shift))
            return moment.astimezone(UTC)
        except (ValueError, OverflowError, TypeError, KeyError) as error:
            raise Refused(
                Rule.BAD_TIME,
                f"no time by format {rule.format!r}: {error}",
                field="time",
                cure="correct [time]",
            ) from None

    return observed_at


def _stated_time(rule: TimeRule) -> Callable[[Row], datetime]:
    if rule.start is not None and rule.step_s is not None:
        start, step_s = parse_time(rule.start), rule.step_s
        return lambda row: start + timedelta(seconds=step_s * int(row["@row"]))
    zone: tzinfo | None = ZoneInfo(rule.zone) if rule.zone else None
    columns = rule.columns
    get = (
        (lambda row: " ".join(str(row[c]).strip() for c in columns))
        if columns
        else _locate(rule.column, rule.path, None)
    )
    parse = _parser(rule.format)

    def stated(row: Row) -> datetime:
        cell = get(row)
        if cell is None or cell == "":
            raise Refused(Rule.NO_TIME, "the row has no time", field="time", cure="correct [time]")
        moment = parse(cell)
        if moment.tzinfo is None:
            if zone is None:
                raise Refused(
                    Rule.NO_ZONE,
                    "the time of which zone?",
                    field="time.zone",
                    value=cell,
                    cure='zone = "UTC"',
                )
            moment = moment.replace(tzinfo=zone)
        return moment

    return stated


def _parser(pattern: str) -> Callable[[Any], datetime]:
    if pattern == "iso":
        return lambda cell: cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell).strip())
    if pattern == "epoch_s":
        return lambda cell: datetime.fromtimestamp(float(cell), UTC)
    if pattern == "epoch_ms":
        return lambda cell: datetime.fromtimestamp(float(cell) / 1000, UTC)
    return lambda cell: datetime.strptime(str(cell).strip(), pattern)  # noqa: DTZ007 - the zone follows
