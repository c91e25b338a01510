"""What the API says and takes of messages: never a headline or an address; who may read opens the thing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tocsin.api.schemas import Body, Title
from tocsin.kernel.events import Severity
from tocsin.notify.delivery.model import (
    Channel,
    Delivery,
    Kind,
    LedgerNote,
    MessageKind,
    NotifyPreferences,
    PersonChannel,
    State,
    Webhook,
)

Long = Annotated[str, Meta(min_length=1, max_length=1000)]
Short = Annotated[str, Meta(min_length=1, max_length=200)]


class MessageItem(msgspec.Struct, frozen=True):
    """``recipient``: a person's name, or what a webhook is called. ``counts``: of a digest, by severity."""

    id: str
    state: State
    channel: Channel
    recipient: str
    room: str
    kind: MessageKind
    act: str
    object: str
    severity: Severity
    planned_at: datetime
    due_at: datetime
    sent_at: datetime | None
    tries: int
    notes: list[LedgerNote]
    digest: str | None
    counts: list[tuple[Severity, int]]


class BrowserItem(msgspec.Struct, frozen=True):
    id: str
    agent: str
    created_at: datetime


class MyNotifications(msgspec.Struct, frozen=True):
    """``confirmed``: the mail address was shown to be one's own. ``channels``: those that this installation
    has. ``push_key``: what a browser subscribes with (``applicationServerKey``, base64url). ``last``: the
    newest messages to oneself.
    """

    preferences: NotifyPreferences
    channels: list[PersonChannel]
    push_key: str
    browsers: list[BrowserItem]
    last: list[MessageItem]
    confirmed: bool


class ConfirmAddress(Body, frozen=True):
    code: Annotated[str, Meta(min_length=1, max_length=20)]


class NewBrowser(Body, frozen=True):
    """As ``PushSubscription.toJSON()`` gives it."""

    endpoint: Long
    p256dh: Short
    auth: Short


class TestMessage(Body, frozen=True):
    channel: PersonChannel


class FailingLane(msgspec.Struct, frozen=True):
    """A server that does not take messages now. ``title``: the webhook's; empty for mail and pushes."""

    title: str
    since: datetime
    retry_at: datetime | None
    failures: int
    words: str


class ChannelItem(msgspec.Struct, frozen=True):
    name: Channel
    state: Literal["working", "degraded", "off"]
    waiting: int
    sent_at: datetime | None
    failing: list[FailingLane]


class NotifyOverview(msgspec.Struct, frozen=True):
    """``day``: messages of the last 24 hours, by state."""

    channels: list[ChannelItem]
    day: dict[str, int]


class NewWebhook(Body, frozen=True):
    organisation: Annotated[str, Meta(min_length=1, max_length=40)]
    title: Title
    url: Long
    kinds: Annotated[tuple[Kind, ...], Meta(min_length=1, max_length=6)]
    severity: Severity = "low"


class WebhookItem(msgspec.Struct, frozen=True):
    """``off``: why nothing is sent there. ``former_until``: the secret before signs too until then."""

    id: str
    organisation: str
    title: str
    url: str
    kinds: list[Kind]
    severity: Severity
    created_by: str
    created_at: datetime
    former_until: datetime | None
    off: str | None


class WebhookMade(msgspec.Struct, frozen=True):
    """``secret`` is shown this once."""

    webhook: WebhookItem
    secret: str


def message_item(one: Delivery, recipient: str) -> MessageItem:
    notice = one.notice
    return MessageItem(
        id=str(one.number),
        state=one.state,
        channel=one.channel,
        recipient=recipient,
        room=one.room,
        kind=notice.kind,
        act=notice.act,
        object=notice.object,
        severity=notice.severity,
        planned_at=one.planned_at,
        due_at=one.due_at,
        sent_at=one.sent_at,
        tries=one.tries,
        notes=list(one.notes),
        digest=None if one.digest is None else str(one.digest),
        counts=list(one.counts),
    )


def webhook_item(one: Webhook, now: datetime) -> WebhookItem:
    return WebhookItem(
        id=one.id,
        organisation=one.organisation,
        title=one.title,
        url=one.url,
        kinds=list(one.kinds),
        severity=one.severity,
        created_by=one.created_by,
        created_at=one.created_at,
        former_until=one.until if one.until is not None and one.until > now else None,
        off=one.off,
    )
