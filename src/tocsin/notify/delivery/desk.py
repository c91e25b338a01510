"""What the door needs to know to let people and administrators set things. Sends nothing itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.db import Connection
from tocsin.identity.sealing import Seal
from tocsin.notify.delivery import repository
from tocsin.notify.delivery.directory import repository as addresses
from tocsin.notify.delivery.model import Channel, Lane, PersonChannel
from tocsin.notify.delivery.planning import Terms


@dataclass(frozen=True, slots=True)
class NotifyDesk:
    """``channels``: those that are set up here. ``push_key``: what a browser subscribes with, base64url.
    ``terms``: for who plans.
    """

    seal: Seal
    channels: tuple[Channel, ...]
    push_key: str = ""
    domains: Collection[str] = ()
    allowed: frozenset[str] = frozenset()
    terms: Terms = field(default_factory=Terms)

    @property
    def for_people(self) -> tuple[PersonChannel, ...]:
        return tuple(name for name in self.channels if name != "webhook")


@dataclass(frozen=True, slots=True)
class ChannelState:
    """``wired``: set up here. ``waiting``: messages, held ones too. ``lanes``: that fail now."""

    name: Channel
    wired: bool
    waiting: int
    sent_at: datetime | None
    lanes: tuple[Lane, ...]


def channel_states(conn: Connection, desk: NotifyDesk) -> list[ChannelState]:
    waiting, lanes = repository.waiting(conn), repository.all_lanes(conn)
    names: tuple[Channel, ...] = ("email", "push", "webhook")
    return [
        ChannelState(
            name,
            name in desk.channels,
            sum(count for lane, count in waiting.items() if _of(lane) == name),
            max((lane.sent_at for lane in lanes if _of(lane.lane) == name and lane.sent_at), default=None),
            tuple(lane for lane in lanes if _of(lane.lane) == name and lane.since is not None),
        )
        for name in names
    ]


def figures(conn: Connection, now: datetime) -> dict[str, int]:
    """Messages of the last 24 hours, by state."""
    return repository.figures(conn, now - timedelta(hours=24))


def titles(conn: Connection) -> dict[str, str]:
    """What to call each webhook."""
    return {hook.id: hook.title for hook in addresses.all_webhooks(conn)}


def _of(lane: str) -> str:
    return lane.partition(":")[0]
