"""Messages: how one wants to be told, what became of each, who else is told."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from starlette.requests import Request

from tocsin.api.commands import notify as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.guard import session_of
from tocsin.api.paging import Limit
from tocsin.api.schemas import Page
from tocsin.api.schemas_notify import (
    BrowserItem,
    ConfirmAddress,
    MessageItem,
    MyNotifications,
    NewBrowser,
    NewWebhook,
    NotifyOverview,
    TestMessage,
    WebhookItem,
    WebhookMade,
)
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import NotFound
from tocsin.notify.delivery.model import Channel, NotifyPreferences

endpoints = Endpoints("notifications")

Id = Annotated[str, Path(alias="id", max_length=64)]
#: several states are one question to whoever looks for what is stuck
_GROUPS: dict[str, tuple[str, ...]] = {
    "all": (),
    "waiting": ("planned", "held", "sending"),
    "sent": ("sent", "in digest"),
    "withdrawn": ("withdrawn",),
    "given up": ("given up",),
}


def _person(request: Request) -> str:
    """Who sits at the console; a program has no preferences. Raises ``Forbidden``."""
    mine, _secret = session_of(request)
    return mine.person


@endpoints.get("/notifications", Permission.SELF)
async def get_my_notifications(request: Request, ask: Ask) -> MyNotifications:
    """One's own rules, quiet hours, browsers, and the newest messages."""
    return await commands.mine(ask, _person(request))


@endpoints.put("/notifications", Permission.SELF)
async def save_my_notifications(
    request: Request, ask: Ask, caller: Caller, given: Annotated[NotifyPreferences, body(NotifyPreferences)]
) -> NotifyPreferences:
    return await commands.keep(ask, caller, _person(request), given)


@endpoints.post("/notifications/confirm", Permission.SELF)
async def confirm_address(
    request: Request, ask: Ask, caller: Caller, given: Annotated[ConfirmAddress, body(ConfirmAddress)]
) -> MyNotifications:
    """Show that a new mail address is one's own, by the code that was sent there; five tries, one hour."""
    return await commands.confirm(ask, caller, _person(request), given.code)


@endpoints.post("/notifications/test", Permission.SELF, status=201)
async def send_test_message(
    request: Request, ask: Ask, caller: Caller, given: Annotated[TestMessage, body(TestMessage)]
) -> Page[MessageItem]:
    """A message to oneself by one channel, at most one in 30 s; quiet hours do not hold it."""
    return await commands.test(ask, caller, _person(request), given.channel)


@endpoints.post("/notifications/browsers", Permission.SELF, status=201)
async def add_browser(
    request: Request, ask: Ask, caller: Caller, given: Annotated[NewBrowser, body(NewBrowser)]
) -> BrowserItem:
    """Take pushes in this browser."""
    agent = request.headers.get("user-agent", "")
    return await commands.add_browser(ask, caller, _person(request), given, agent)


@endpoints.delete("/notifications/browsers/{id}", Permission.SELF)
async def remove_browser(request: Request, ask: Ask, caller: Caller, browser: Id) -> None:
    await commands.remove_browser(ask, caller, _person(request), browser)


@endpoints.get("/notifications/overview", Permission.ADMINISTER)
async def get_notify_overview(ask: Ask) -> NotifyOverview:
    """How each channel is, since when, and how many messages wait."""
    return await commands.overview(ask)


@endpoints.get("/notifications/ledger", Permission.ADMINISTER)
async def list_messages(
    ask: Ask,
    caller: Caller,
    state: Literal["all", "waiting", "sent", "withdrawn", "given up"] = "all",
    channel: Channel | None = None,
    reason: Annotated[str, Query(max_length=500, description="why you look, for the record")] = "",
    limit: Limit = 100,
    after: str | None = None,
) -> Page[MessageItem]:
    """Every message, newest first: planned, tried, failed why, sent, given up. The look is recorded."""
    return await commands.ledger(
        ask, caller, states=_GROUPS[state], channel=channel, reason=reason, limit=limit, after=after
    )


@endpoints.post("/notifications/ledger/{id}/again", Permission.ADMINISTER)
async def send_message_again(ask: Ask, caller: Caller, message: Id) -> MessageItem:
    """One that was given up, under the same key."""
    if not (message.isdigit() and len(message) < 19):
        raise NotFound("no such message", field="id", value=message, cure="look at the ledger again")
    return await commands.send_again(ask, caller, int(message))


@endpoints.get("/webhooks", Permission.ADMINISTER)
async def list_webhooks(ask: Ask) -> Page[WebhookItem]:
    return await commands.all_webhooks(ask)


@endpoints.post("/webhooks", Permission.ADMINISTER, status=201)
async def add_webhook(
    ask: Ask, caller: Caller, given: Annotated[NewWebhook, body(NewWebhook)]
) -> WebhookMade:
    """A system that is told what its organisation may see. Its secret is shown this once."""
    return await commands.add_webhook(ask, caller, given)


@endpoints.post("/webhooks/{id}/secret", Permission.ADMINISTER)
async def rotate_webhook_secret(ask: Ask, caller: Caller, webhook: Id) -> WebhookMade:
    """A new secret, shown this once; the one before signs too for 24 hours."""
    return await commands.rotate_webhook(ask, caller, webhook)


@endpoints.post("/webhooks/{id}/on", Permission.ADMINISTER)
async def switch_webhook_on(ask: Ask, caller: Caller, webhook: Id) -> WebhookItem:
    """Again, after it answered that it wants no more (410)."""
    return await commands.switch_on_webhook(ask, caller, webhook)


@endpoints.post("/webhooks/{id}/test", Permission.ADMINISTER, status=201)
async def test_webhook(ask: Ask, caller: Caller, webhook: Id) -> MessageItem:
    return await commands.test_webhook(ask, caller, webhook)


@endpoints.delete("/webhooks/{id}", Permission.ADMINISTER)
async def remove_webhook(ask: Ask, caller: Caller, webhook: Id) -> None:
    """What waits for it goes nowhere."""
    await commands.remove_webhook(ask, caller, webhook)
