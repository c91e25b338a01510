"""What is told, to whom, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from tocsin.db import Connection
from tocsin.kernel.events import Severity
from tocsin.kernel.languages import FALLBACK, Language
from tocsin.kernel.sharing import Sharing

#: what a person or a system may ask to be told of
Kind = Literal["alert", "incident", "task", "escalation", "access", "warning"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: ``digest``: several at once in a flood; ``test``: asked for by the one who gets it
MessageKind = Literal["alert", "incident", "task", "escalation", "access", "warning", "digest", "test"]
PersonChannel = Literal["email", "push"]
PERSON_CHANNELS: tuple[PersonChannel, ...] = get_args(PersonChannel)
Channel = Literal["email", "push", "webhook"]
ALL_CHANNELS: frozenset[Channel] = frozenset(get_args(Channel))
#: ``held`` waits for a digest and goes as ``in digest``; ``withdrawn``: no longer open to whom it was for
State = Literal["planned", "held", "sending", "sent", "in digest", "withdrawn", "given up"]
STATES: tuple[State, ...] = get_args(State)
#: nothing more becomes of these
FINAL: tuple[State, ...] = ("sent", "in digest", "withdrawn", "given up")


class Reach(msgspec.Struct, frozen=True):
    """A room is told only if it is at least ``needs`` (``policy.Relation``) to what is shared so."""

    sharing: Sharing
    needs: int


class Notice(msgspec.Struct, frozen=True):
    """Something worth telling. ``headline`` is the least that helps: no person is named in it.

    ``topic``: told once to each recipient, and again only at a higher severity. ``reach``: all must hold.
    ``roles``: only to who holds one there; empty: whoever sees the picture. ``person``: to nobody else.
    """

    kind: MessageKind
    act: str
    topic: str
    object_kind: Literal["alert", "incident", "task", "request", "warning", ""]
    object: str
    version: int
    severity: Severity
    headline: str
    at: datetime
    reach: tuple[Reach, ...] = ()
    roles: tuple[str, ...] = ()
    person: str | None = None
    #: told to none of these
    but: tuple[str, ...] = ()
    #: by language, where it was written in several; ``headline`` stands for the others
    headlines: tuple[tuple[str, str], ...] = ()
    #: to people alone: a system might act on it
    people: bool = False


class LedgerNote(msgspec.Struct, frozen=True):
    """A line of the ledger."""

    at: datetime
    what: str
    words: str = ""


class Delivery(msgspec.Struct, frozen=True):
    """One message to one recipient by one channel.

    ``key`` is its idempotency key, the same each time it is tried. ``recipient``: a person's name or a
    webhook's id; ``target``: which of their addresses it is, which itself stands elsewhere.
    ``wanted_at``: when it should have gone first. ``counts``: of a digest, by severity, gravest first.
    """

    number: int
    key: str
    state: State
    channel: Channel
    recipient: str
    target: str
    room: str
    notice: Notice
    planned_at: datetime
    wanted_at: datetime
    due_at: datetime
    language: Language = FALLBACK
    tries: int = 0
    notes: tuple[LedgerNote, ...] = ()
    sent_at: datetime | None = None
    digest: int | None = None
    counts: tuple[tuple[Severity, int], ...] = ()

    @property
    def lane(self) -> str:
        """Deliveries of a lane go one after another: they depend on the same server."""
        return "email" if self.channel == "email" else f"{self.channel}:{self.target}"


class Lane(msgspec.Struct, frozen=True):
    """``since``: it fails from then on, to be tried again at ``retry_at``. ``sent_at``: last success."""

    lane: str
    failures: int = 0
    since: datetime | None = None
    retry_at: datetime | None = None
    words: str = ""
    sent_at: datetime | None = None


class NotifyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tell me of ``kind`` from this severity on (access requests have none), by these channels."""

    kind: Kind
    severity: Severity
    channels: Annotated[tuple[PersonChannel, ...], Meta(max_length=2)]


class QuietHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``start`` and ``end``: ``HH:MM`` on the clocks of ``zone``. ``critical``: those come through."""

    start: Annotated[str, Meta(max_length=5)]
    end: Annotated[str, Meta(max_length=5)]
    zone: Annotated[str, Meta(max_length=64)]
    critical: bool = True


#: what somebody gets who gave an address and no rules of their own
DEFAULT_RULES: tuple[NotifyRule, ...] = (
    NotifyRule("alert", "high", ("email", "push")),
    NotifyRule("incident", "high", ("push",)),
    NotifyRule("task", "low", ("email", "push")),
    NotifyRule("escalation", "low", ("email", "push")),
    NotifyRule("access", "low", ("email", "push")),
    NotifyRule("warning", "low", ("email", "push")),
)


class NotifyPreferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a person wants to be told, in the language of their account. ``email`` empty: not by mail.

    At most one rule a kind.
    """

    email: Annotated[str, Meta(max_length=254)] = ""
    rules: Annotated[tuple[NotifyRule, ...], Meta(max_length=6)] = DEFAULT_RULES
    quiet: QuietHours | None = None


class Kept(msgspec.Struct, frozen=True):
    """``confirmed``: the address that its owner has shown to be theirs; nothing else goes to another.

    ``code``: digest of the one that was mailed to a new address at ``code_at``; ``wrong``: tries since.
    """

    preferences: NotifyPreferences
    confirmed: str = ""
    code: str = ""
    code_at: datetime | None = None
    wrong: int = 0


class Browser(msgspec.Struct, frozen=True):
    """A browser that takes pushes (RFC 8030): its endpoint and keys (RFC 8291), base64url."""

    id: str
    person: str
    endpoint: str
    p256dh: str
    auth: str
    created_at: datetime
    agent: str = ""


class Webhook(msgspec.Struct, frozen=True):
    """A system of an organisation. ``secret`` is sealed; ``former``: the one before, good until ``until``."""

    id: str
    organisation: str
    title: str
    url: str
    kinds: tuple[Kind, ...]
    severity: Severity
    secret: str
    created_by: str
    created_at: datetime
    former: str | None = None
    until: datetime | None = None
    #: why nothing is sent there any more
    off: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a delivery is about, as it stands now. ``answered``: an alert somebody has acknowledged.

    ``lapsed``: acts that are no news by now, of a thing that others are still told of.
    """

    reach: tuple[Sharing, ...]
    over: bool = False
    answered: bool = False
    lapsed: frozenset[str] = frozenset()


#: (kind, id) to how it stands; None: not known here, the notice's own word holds
Stands = Callable[[Connection, str, str], Standing | None]
