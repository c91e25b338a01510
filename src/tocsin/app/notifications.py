"""Notifications of NGSI-LD subscriptions, from the settings. Sent in the live realm and in no other."""

from __future__ import annotations

from datetime import timedelta

from tocsin.app.hosting import Place
from tocsin.db import Database
from tocsin.identity.policy import Permission
from tocsin.identity.standing import Standing
from tocsin.kernel.clock import Clock
from tocsin.kernel.ports import Stage
from tocsin.ngsi.contexts.hosting import Hosting
from tocsin.ngsi.jsonld.loading import Contexts
from tocsin.ngsi.jsonld.remote import Remote
from tocsin.ngsi.registrations.stage import SourceSubscriptions
from tocsin.ngsi.subscriptions.channels.http import Http
from tocsin.ngsi.subscriptions.channels.mqtt import Mqtt
from tocsin.ngsi.subscriptions.rights import Rights
from tocsin.ngsi.subscriptions.sending import Sending
from tocsin.ngsi.subscriptions.stage import Subscriptions
from tocsin.ngsi.tenant import stated_tenant


def notifications(place: Place, ops: Database, context: Database, clock: Clock) -> list[Stage]:
    """The stages that send; none outside the live realm, whatever was subscribed there."""
    if not place.live:
        return []
    wanted, standing = place.settings.subscriptions, Standing(ops)
    patience = timedelta(minutes=wanted.patience_min)
    inner = inner_hosts(place.settings.contexts.hosts)

    def sending() -> Sending:
        return Sending(
            Contexts(Remote(allowed=inner), Hosting(context, clock).body_of),
            clock,
            http=Http(),
            mqtt=Mqtt(),
            allowed=inner_hosts(wanted.hosts),
            timeout_s=wanted.timeout_s,
            tenant=stated_tenant(place.settings.city.tenant),
        )

    return [
        Subscriptions(
            context,
            clock,
            sending(),
            Rights(context, clock, lambda names: standing.ended(names, Permission.SEE)),
            keep=timedelta(hours=wanted.keep_h),
            keep_changes=wanted.keep_changes,
            patience=patience,
        ),
        SourceSubscriptions(context, clock, sending(), patience=patience),
    ]


def inner_hosts(named: str) -> frozenset[str]:
    """``host`` or ``host:port``, as a setting names them."""
    return frozenset(named.lower().split())
