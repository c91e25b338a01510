"""Messages: one's own rules and browsers, the ledger, channels, webhooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from tocsin.api.commands.consult import consult
from tocsin.api.commands.unit import decide
from tocsin.api.cursor import pack, unpack
from tocsin.api.schemas import Page
from tocsin.api.schemas_notify import (
    BrowserItem,
    ChannelItem,
    FailingLane,
    MessageItem,
    MyNotifications,
    NewBrowser,
    NewWebhook,
    NotifyOverview,
    WebhookItem,
    WebhookMade,
    message_item,
    webhook_item,
)
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity.policy import Permission, Subject
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.notify.delivery import browsers, preferences, repository, service, webhooks
from tocsin.notify.delivery.desk import ChannelState, NotifyDesk, channel_states, figures, titles
from tocsin.notify.delivery.directory import repository as addresses
from tocsin.notify.delivery.model import Delivery, Lane, NotifyPreferences, PersonChannel
from tocsin.notify.delivery.webhooks import Made

T = TypeVar("T")
#: of one's own messages
_LAST = 20


def desk_of(ask: Services) -> NotifyDesk:
    """Raises ``Conflict`` where this realm sends nothing."""
    if ask.notify is None:
        cure = "use the live realm"
        raise Conflict("this realm sends no messages", field="realm", value=ask.realm, cure=cure)
    return ask.notify


# one's own


async def mine(ask: Services, person: str) -> MyNotifications:
    desk = desk_of(ask)

    def look(conn: Connection) -> MyNotifications:
        kept = preferences.of(conn, person)
        return MyNotifications(
            preferences=kept.preferences,
            confirmed=kept.preferences.email == kept.confirmed,
            channels=list(desk.for_people),
            push_key=desk.push_key,
            browsers=[
                BrowserItem(one.id, one.agent, one.created_at) for one in addresses.browsers_of(conn, person)
            ],
            last=[message_item(one, person) for one in repository.find(conn, recipient=person, limit=_LAST)],
        )

    return await ask.ops.read(look)


async def keep(ask: Services, caller: Subject, person: str, given: NotifyPreferences) -> NotifyPreferences:
    desk, room = desk_of(ask), caller.organisation or ""
    city = desk.terms.language
    return await decide(
        ask,
        caller,
        lambda conn, _by, at: preferences.keep(conn, person, given, room, at, desk.domains, city),
        action="notify.preferences",
        kind="person",
        permission=Permission.SELF,
        detail={"rules": len(given.rules), "quiet": given.quiet is not None, "mail": bool(given.email)},
    )


async def confirm(ask: Services, caller: Subject, person: str, code: str) -> MyNotifications:
    """Raises ``Invalid`` for a wrong code, ``Conflict`` where none could fit."""
    desk_of(ask)
    fits = await decide(
        ask,
        caller,
        lambda conn, _by, at: preferences.confirm(conn, person, code.strip(), at),
        action="notify.confirm",
        kind="person",
        permission=Permission.SELF,
    )
    if not fits:
        raise Invalid(
            "this code does not fit", field="code", cure="look at the newest mail, or have one sent"
        )
    return await mine(ask, person)


async def test(ask: Services, caller: Subject, person: str, channel: PersonChannel) -> Page[MessageItem]:
    city, room = desk_of(ask).terms.language, caller.organisation or ""
    made = await decide(
        ask,
        caller,
        lambda conn, _by, at: preferences.test(conn, person, channel, room, at, city),
        action="notify.test",
        kind="message",
        permission=Permission.SELF,
        detail={"channel": channel},
    )
    return Page([message_item(one, person) for one in made], None)


async def add_browser(
    ask: Services, caller: Subject, person: str, given: NewBrowser, agent: str
) -> BrowserItem:
    desk_of(ask)
    made = await decide(
        ask,
        caller,
        lambda conn, _by, at: browsers.add(conn, person, given.endpoint, given.p256dh, given.auth, agent, at),
        action="notify.browser.add",
        kind="browser",
        permission=Permission.SELF,
    )
    return BrowserItem(made.id, made.agent, made.created_at)


async def remove_browser(ask: Services, caller: Subject, person: str, browser: str) -> None:
    await decide(
        ask,
        caller,
        lambda conn, _by, _at: browsers.remove(conn, person, browser),
        action="notify.browser.remove",
        kind="browser",
        permission=Permission.SELF,
        detail={"browser": browser},
    )


# the ledger


async def ledger(
    ask: Services,
    caller: Subject,
    *,
    states: Sequence[str],
    channel: str | None,
    reason: str,
    limit: int,
    after: str | None,
) -> Page[MessageItem]:
    """Who was told of what: personal data, so that the look is recorded."""
    below = unpack(after, int)[0] if after else None

    def look(conn: Connection) -> tuple[list[Delivery], dict[str, str]]:
        found = repository.find(conn, states=states, channel=channel, limit=limit + 1, below=below)
        return found, titles(conn)

    found, called = await consult(
        ask,
        caller,
        Permission.ADMINISTER,
        look,
        action="notify.read",
        kind="message",
        purpose="administration",
        reason=reason,
    )
    shown = found[:limit]
    items = [message_item(one, called.get(one.recipient, one.recipient)) for one in shown]
    return Page(items, pack(shown[-1].number) if len(found) > limit else None)


async def send_again(ask: Services, caller: Subject, number: int) -> MessageItem:
    desk_of(ask)
    made = await decide(
        ask,
        caller,
        lambda conn, by, at: service.send_again(conn, number, by, at),
        action="notify.again",
        kind="message",
        permission=Permission.ADMINISTER,
        detail={"message": number},
    )
    return message_item(made, made.recipient)


async def overview(ask: Services) -> NotifyOverview:
    desk = desk_of(ask)

    def look(conn: Connection) -> NotifyOverview:
        called = titles(conn)
        states = [_channel(state, called) for state in channel_states(conn, desk)]
        return NotifyOverview(states, figures(conn, ask.clock.now()))

    return await ask.ops.read(look)


def _channel(state: ChannelState, called: dict[str, str]) -> ChannelItem:
    # one browser that is off is nobody's trouble
    ill = [lane for lane in state.lanes if state.name != "push" or lane.failures > 2]
    how = "degraded" if ill else "working"
    failing = [_failing(lane, called) for lane in ill]
    return ChannelItem(
        state.name,
        how if state.wired else "off",  # type: ignore[arg-type]
        state.waiting,
        state.sent_at,
        failing,
    )


def _failing(lane: Lane, called: dict[str, str]) -> FailingLane:
    assert lane.since is not None
    target = lane.lane.partition(":")[2]
    return FailingLane(called.get(target, ""), lane.since, lane.retry_at, lane.failures, lane.words)


# webhooks


async def all_webhooks(ask: Services) -> Page[WebhookItem]:
    found = await ask.ops.read(webhooks.all_of)
    return Page([webhook_item(one, ask.clock.now()) for one in found], None)


async def add_webhook(ask: Services, caller: Subject, given: NewWebhook) -> WebhookMade:
    """Its secret is told this once. Raises ``Invalid``, ``NotFound`` (organisation), ``Conflict``."""
    desk = desk_of(ask)

    def command(conn: Connection, by: str, at: datetime) -> Made:
        wanted = (given.organisation, given.title, given.url, given.kinds, given.severity)
        return webhooks.add(conn, desk.seal, *wanted, by, at, desk.allowed)

    made = await _administer(ask, caller, command, "notify.webhook.add", organisation=given.organisation)
    return WebhookMade(webhook_item(made.webhook, ask.clock.now()), made.secret)


async def rotate_webhook(ask: Services, caller: Subject, webhook: str) -> WebhookMade:
    """A new secret, told this once; the one before stays good for a day. Raises ``NotFound``."""
    seal = desk_of(ask).seal
    made = await _administer(
        ask,
        caller,
        lambda conn, _by, at: webhooks.rotate(conn, seal, webhook, at),
        "notify.webhook.rotate",
        webhook=webhook,
    )
    return WebhookMade(webhook_item(made.webhook, ask.clock.now()), made.secret)


async def switch_on_webhook(ask: Services, caller: Subject, webhook: str) -> WebhookItem:
    desk_of(ask)
    made = await _administer(
        ask,
        caller,
        lambda conn, _by, _at: webhooks.switch_on(conn, webhook),
        "notify.webhook.switch_on",
        webhook=webhook,
    )
    return webhook_item(made, ask.clock.now())


async def remove_webhook(ask: Services, caller: Subject, webhook: str) -> None:
    await _administer(
        ask,
        caller,
        lambda conn, _by, at: webhooks.remove(conn, webhook, at),
        "notify.webhook.remove",
        webhook=webhook,
    )


async def test_webhook(ask: Services, caller: Subject, webhook: str) -> MessageItem:
    desk_of(ask)
    made = await _administer(
        ask,
        caller,
        lambda conn, _by, at: webhooks.test(conn, webhook, at),
        "notify.webhook.test",
        webhook=webhook,
    )
    return message_item(made, webhook)


async def _administer(
    ask: Services,
    caller: Subject,
    command: Callable[[Connection, str, datetime], T],
    action: str,
    **detail: object,
) -> T:
    return await decide(
        ask,
        caller,
        command,
        action=action,
        kind="webhook",
        permission=Permission.ADMINISTER,
        detail=detail,
    )
