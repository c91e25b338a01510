"""The port through which messages leave, and what can come of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from tocsin.notify.delivery.words import Message


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mail address, checked when it was given."""

    address: str


@dataclass(frozen=True, slots=True)
class Hook:
    """``secrets``: the one that signs, then a former one that is still good."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Push:
    """A browser: endpoint (RFC 8030) and its keys, base64url (RFC 8291)."""

    endpoint: str
    p256dh: str
    auth: str = field(repr=False)


Address = Mailbox | Hook | Push


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way. ``key`` is the same each time it is tried; ``facts``: for systems.

    ``written_at``: when the message was planned, the same each time; ``now``: this try, for signatures.
    """

    key: str
    to: Address
    message: Message
    facts: dict[str, object]
    severity: str
    written_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """Taken by the receiver: from here on it is theirs."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Not taken, or nobody knows. ``whole``: nothing goes by this lane now. ``final``: never this message.
    ``gone``: never anything to this address. ``after``: the receiver asked to wait so long. ``answered``: it
    was there and said so, which may be this message's fault.
    """

    words: str
    whole: bool = False
    final: bool = False
    gone: bool = False
    after: timedelta | None = None
    answered: bool = False


Outcome = Sent | Failed


class Channel(Protocol):
    """What goes wrong out there is a ``Failed``, not raised. Ends in bounded time."""

    async def send(self, parcel: Parcel) -> Outcome: ...

    async def close(self) -> None: ...
