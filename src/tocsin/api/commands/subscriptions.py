"""NGSI-LD subscriptions as people see them: how each stands; pause, resume, replay."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from tocsin.api.commands.unit import tell
from tocsin.api.cursor import pack, unpack
from tocsin.api.schemas import Page
from tocsin.api.schemas_subscriptions import ReplayStarted, SubscriptionItem, subscription_item
from tocsin.api.services import Services
from tocsin.identity.policy import Subject
from tocsin.kernel.errors import Invalid, NotFound
from tocsin.ngsi.subscriptions.desk import SubscriptionDesk
from tocsin.ngsi.subscriptions.model import Subscription


def desk_of(ask: Services) -> SubscriptionDesk:
    """Raises ``NotFound`` where there is no NGSI-LD interface."""
    if ask.ngsi is None:
        raise NotFound("this installation has no NGSI-LD interface", field="id")
    return ask.ngsi.subscriptions


async def listed(ask: Services, limit: int, after: str | None) -> Page[SubscriptionItem]:
    """Oldest first."""
    offset = unpack(after, int)[0] if after else 0
    found, total = await desk_of(ask).page(offset, limit)
    items = [subscription_item(one, ask.clock.now()) for one in found]
    return Page(items=items, next=pack(offset + len(items)) if offset + len(items) < total else None)


async def read(ask: Services, name: str) -> SubscriptionItem:
    return subscription_item(await desk_of(ask).get(name), ask.clock.now())


async def pause(ask: Services, caller: Subject, name: str) -> SubscriptionItem:
    """Nothing is told, nor of that time later."""
    return await _active(ask, caller, name, "subscription.pause", active=False)


async def resume(ask: Services, caller: Subject, name: str) -> SubscriptionItem:
    """From now on."""
    return await _active(ask, caller, name, "subscription.resume", active=True)


async def replay(ask: Services, caller: Subject, name: str, since: datetime) -> ReplayStarted:
    """Tell it once more all that changed since. Raises ``Invalid`` for a time without zone or to come."""
    if since.tzinfo is None or since > ask.clock.now():
        raise Invalid(
            "not a time that has passed", field="since", value=since, cure="as in 2026-11-22T16:00:00Z"
        )
    desk = desk_of(ask)
    _, kept_since = await desk.replay(name, since)
    await tell(
        ask, caller, "subscription.replay", kind="subscription", object_id=name, reason=f"since {since}"
    )
    return ReplayStarted(subscription_item(await desk.get(name), ask.clock.now()), kept_since)


async def _active(
    ask: Services, caller: Subject, name: str, action: str, *, active: bool
) -> SubscriptionItem:
    desk = desk_of(ask)

    def work(old: Subscription) -> Subscription:
        return replace(old, body={**old.body, "isActive": active})

    await desk.change(name, work, by=caller.name)
    await tell(ask, caller, action, kind="subscription", object_id=name)
    return subscription_item(await desk.get(name), ask.clock.now())
