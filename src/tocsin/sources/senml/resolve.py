"""A SenML pack as resolved records (RFC 8428, 4.6): each with its whole name and its own time. Pure."""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import Any

import msgspec

from tocsin.sdk.reading import Refused, Rule, from_json

MOST_RECORDS = 10_000
#: times below this are told from now (4.5.3)
RELATIVE = 2**28
VERSION = 10
_KINDS: dict[str, tuple[type, ...]] = {
    "bn": (str,), "bt": (int, float), "bu": (str,), "bv": (int, float), "bs": (int, float), "bver": (int,),
    "n": (str,), "u": (str,), "v": (int, float), "vs": (str,), "vb": (bool,), "vd": (str,),
    "s": (int, float), "t": (int, float), "ut": (int, float),
}  # fmt: skip
VALUES = ("v", "vs", "vb", "vd")
_NAMED_FIRST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_NAMED = _NAMED_FIRST | frozenset("-:./_")


def resolve(payload: bytes, at: datetime) -> list[dict[str, Any]]:
    """Records with ``n``, ``t`` (seconds since 1970) and a value or sum; ``at`` is when the pack came.

    Raises ``Refused`` that names the record: a pack is taken whole or not at all.
    """
    try:
        pack = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        from_json(payload)  # tells where it went wrong
        raise Refused(Rule.NOT_JSON, "no SenML pack", cure="RFC 8428, 5") from None
    if type(pack) is not list or not pack:
        raise Refused(Rule.NOT_MAPPED, "a SenML pack is a list of records", cure='send [{"n": …, "v": …}]')
    if len(pack) > MOST_RECORDS:
        raise Refused(Rule.TOO_MANY, f"{len(pack)} records", cure=f"at most {MOST_RECORDS} in a pack")
    base: dict[str, Any] = {}
    made = []
    for number, record in enumerate(pack):
        _check(record, number)
        base.update({name: record[name] for name in ("bn", "bt", "bu", "bv", "bs", "bver") if name in record})
        if base.get("bver", VERSION) > VERSION:
            raise _refused(number, "bver", base["bver"], f"a version of SenML up to {VERSION}")
        if resolved := _resolved(record, base, number, at):
            made.append(resolved)
    return made


def _check(record: object, number: int) -> None:
    if type(record) is not dict:
        raise _refused(number, "record", record, "an object")
    for name, value in record.items():
        kinds = _KINDS.get(name)
        if kinds is None:
            if name.endswith("_"):  # 4.4: one that must be understood
                raise _refused(number, name, value, "no field that must be understood and is not")
            continue
        if type(value) not in kinds or (type(value) is float and not isfinite(value)):
            raise _refused(number, name, value, " or ".join(kind.__name__ for kind in kinds))


def _resolved(
    record: dict[str, Any], base: dict[str, Any], number: int, at: datetime
) -> dict[str, Any] | None:
    values = [name for name in VALUES if name in record]
    if len(values) > 1:
        raise _refused(number, values[1], record[values[1]], "one value a record")
    if not values and "s" not in record:
        if "v" not in record and "bv" in base and ("n" in record or "t" in record):
            values = []  # 4.5.4: a base value alone is the value
        elif "n" in record or "u" in record or "t" in record:
            raise _refused(number, "v", None, "a value or a sum")
        else:
            return None  # base fields for those that follow
    name = base.get("bn", "") + record.get("n", "")
    if not name or name[0] not in _NAMED_FIRST or not _NAMED.issuperset(name):
        raise _refused(number, "n", name, "a name of letters, digits and - : . / _, a letter or digit first")
    seconds = base.get("bt", 0) + record.get("t", 0)
    if seconds < RELATIVE:
        seconds += at.timestamp()
    made: dict[str, Any] = {"n": name, "t": seconds}
    if unit := record.get("u", base.get("bu")):
        made["u"] = unit
    if "v" in values or (not values and "bv" in base and "s" not in record):
        made["v"] = base.get("bv", 0) + record.get("v", 0)
    elif values:
        made[values[0]] = record[values[0]]
    if "s" in record or ("bs" in base and values[:1] == ["v"]):
        made["s"] = base.get("bs", 0) + record.get("s", 0)
    return made


def _refused(number: int, field: str, value: object, wanted: str) -> Refused:
    return Refused(
        Rule.NOT_MAPPED, f"record {number} has no sound {field}", field=field, value=value,
        cure=f"send {wanted} (RFC 8428)",
    )  # fmt: skip
