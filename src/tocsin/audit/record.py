"""One entry of the record: who, from where, did or read what, why, and how it ended.

What a log must show follows Directive (EU) 2016/680, Article 25: the operation, its justification, date and
time, and the identity of the person who consulted or disclosed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.kernel.text import clean

Outcome = Literal["done", "refused", "failed"]

NAME_CHARS, ID_CHARS, REASON_CHARS, DETAIL_CHARS = 200, 256, 1000, 200
MOST_DETAILS = 12
#: ``object.verb``, both in the singular: ``alert.acknowledge``, ``history.read``
ACTION = re.compile(r"^[a-z][a-z_]{0,31}(\.[a-z][a-z_]{0,31}){1,2}\Z")
_KEY = re.compile(r"^[a-z][a-z_]{0,31}\Z")
_SECRET = ("password", "secret", "authorization", "cookie", "csrf", "credential")
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Made by ``entry``, which cleans and bounds. Times are the wall's, also where a realm has its own clock.

    ``person``: the account, ``token:<name>`` or the part of the system that acted; empty for a stranger.
    ``capacity``: the roles at that moment, or the token's id. ``detail``: a few words, never a payload.
    """

    at: datetime
    action: str
    person: str = ""
    organisation: str = ""
    capacity: str = ""
    object_kind: str = ""
    object_id: str = ""
    purpose: str = ""
    reason: str = ""
    outcome: Outcome = "done"
    detail: dict[str, str] = {}


def entry(
    action: str,
    *,
    at: datetime,
    person: str,
    organisation: str | None = None,
    capacity: str = "",
    object_kind: str = "",
    object_id: str = "",
    purpose: str = "",
    reason: str | None = None,
    outcome: Outcome = "done",
    detail: Mapping[str, object] = _NOTHING,
) -> Entry:
    """An entry whose texts are cleaned and bounded.

    Raises ``Invalid`` for an action that is no dotted name, a time without zone, and details that are too
    many or whose key tells of a secret: what once stands in the record cannot be taken out.
    """
    if not ACTION.match(action):
        raise Invalid(
            "an action is a dotted name of small letters", field="action", value=action, cure="alert.confirm"
        )
    if at.tzinfo is None:
        raise Invalid("a time needs its zone", field="at", value=at, cure="give it in UTC")
    return Entry(
        at=at.astimezone(UTC),
        action=action,
        person=clean(person, NAME_CHARS),
        organisation=clean(organisation or "", NAME_CHARS),
        capacity=clean(capacity, NAME_CHARS),
        object_kind=clean(object_kind, NAME_CHARS),
        object_id=clean(object_id, ID_CHARS),
        purpose=clean(purpose, REASON_CHARS),
        reason=clean(reason or "", REASON_CHARS),
        outcome=outcome,
        detail=_details(detail),
    )


def _details(given: Mapping[str, object]) -> dict[str, str]:
    if len(given) > MOST_DETAILS:
        raise Invalid(
            f"an entry has at most {MOST_DETAILS} details",
            field="detail",
            value=len(given),
            cure="name the object, and leave what it holds where it is",
        )
    for key in given:
        if not _KEY.match(key) or any(word in key for word in _SECRET):
            raise Invalid(
                "a detail has a plain name and is no secret",
                field="detail",
                value=key,
                cure="leave it out of the record",
            )
    return {key: clean(str(value), DETAIL_CHARS) for key, value in given.items()}
