"""What the API says and hears about ways to sign in and second factors."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.api.schemas import Body
from tocsin.kernel.languages import Language

Password = Annotated[str, Meta(min_length=1, max_length=1000)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]


class ProviderWay(msgspec.Struct, frozen=True):
    """Sign in with ``name``: the browser goes to ``start``; ``?to=/incident/INC-014`` comes back there."""

    name: str
    start: str


class WaysIn(msgspec.Struct, frozen=True):
    """How one may sign in here. Name and password always; ``provider`` where one is set up.

    ``languages``: the city's, the first one first; empty where it states none.
    """

    provider: ProviderWay | None
    languages: tuple[Language, ...] = ()


class SecondFactorItem(msgspec.Struct, frozen=True):
    """``since`` null: it is off. ``available``: this person signs in with a password, so it can be had."""

    since: datetime | None
    recovery_codes: int
    available: bool


class ProvePassword(Body, frozen=True):
    password: Password


class ConfirmCode(Body, frozen=True):
    code: Code


class ProveBoth(Body, frozen=True):
    password: Password
    code: Code
