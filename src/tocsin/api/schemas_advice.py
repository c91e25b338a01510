"""What the API hears about advice and spaces."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tocsin.api.schemas import Body, Title, Words
from tocsin.kernel.advice import SavedPlan
from tocsin.kernel.events import Advice
from tocsin.sdk.spaces.model import Space

_Tool = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=48)]
_Key = Annotated[str, Meta(min_length=1, max_length=64)]


class AskAdvice(Body, frozen=True):
    """``request``: as the tool's guide describes it; ``space`` in it is an id. ``key``: of this one question,
    so that sending it twice asks once. ``reason``: in words, for the log.
    """

    tool: _Tool
    request: dict[str, Any]
    reason: Annotated[str, Meta(max_length=1000)] = ""
    key: _Key | None = None


class AskWhatIf(Body, frozen=True):
    """As ``AskAdvice``, without any incident; kept by nobody."""

    tool: _Tool
    request: dict[str, Any]


class AcceptAdvice(Body, frozen=True):
    version: int | None = None
    reason: Annotated[str, Meta(max_length=1000)] | None = None


class DeclineAdvice(Body, frozen=True):
    reason: Words
    version: int | None = None


class WithdrawAdvice(Body, frozen=True):
    version: int | None = None


class SavePlan(Body, frozen=True):
    """Asked once more and kept under a name; answered as a what-if."""

    name: Title
    tool: _Tool
    request: dict[str, Any]


class PlanWhole(msgspec.Struct, frozen=True):
    saved: SavedPlan
    advice: Advice


class OfferedPlan(msgspec.Struct, frozen=True):
    """A saved plan; ``away_m``: metres from where it was asked for, where a place was asked for."""

    saved: SavedPlan
    away_m: float | None = None


class KeepSpace(Body, frozen=True):
    """``version``: the one that was edited (409 if it has moved on); null for a new space."""

    space: Space
    version: int | None = None


class CheckSpace(Body, frozen=True):
    space: Space


class ReadSpaceText(Body, frozen=True):
    """``anchor``: longitude and latitude of the origin of a plan in metres, for well-known text alone."""

    format: Literal["geojson", "wkt"]
    text: Annotated[str, Meta(min_length=1, max_length=8_000_000)]
    id: Annotated[str, Meta(max_length=128)] = ""
    name: Annotated[str, Meta(max_length=120)] = ""
    anchor: tuple[float, float] | None = None
