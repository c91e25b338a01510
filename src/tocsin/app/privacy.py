"""The privacy engine of one installation: its keys, what its models know, the sources without personal
data.
"""

from __future__ import annotations

from pathlib import Path

from tocsin.api.privacy import Privacy
from tocsin.app.hosting import Place
from tocsin.app.protecting import pseudonym_keys
from tocsin.app.recipients import outside
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.ports import Bus
from tocsin.lake.counting import CountsAsked
from tocsin.privacy.classes import city_classes
from tocsin.privacy.counts import Limits
from tocsin.privacy.register import Controller, Facts
from tocsin.privacy.retention import read_retention
from tocsin.sdk.discover import discover
from tocsin.sdk.source import find_sources

#: GDPR Art 30(1)(e), where pushes are on (``notify.push_contact``)
PUSHES = (
    "Possible: browser pushes pass through the push service of the browser's maker, often outside the EU. It "
    "carries encrypted contents and learns when which browser gets one. Nothing else."
)


def facts(place: Place) -> Facts:
    """The running configuration, for the register. Sources, tools and keys are looked at anew each time."""
    settings, keys = place.settings, pseudonym_keys(place)
    given, extra = settings.privacy, settings.runner.tools_dir
    return Facts(
        city=settings.city.name,
        realm=place.realm,
        controller=Controller(given.controller, given.contact, given.officer),
        classes=city_classes(place.state),
        sources=find_sources,
        tools=lambda: discover([Path(extra)] if extra else []),
        keys=keys.all,
        period=given.period,
        keys_keep_days=given.keys_keep_days,
        quarantine_days=given.quarantine_days,
        raw_keep_min=given.raw_keep_min,
        bus_keep_h=settings.bus.keep_h,
        lake_days=settings.lake.retention_days,
        audit_days=settings.audit.keep_days,
        epsilon_release=given.epsilon_release,
        epsilon_day=given.epsilon_day,
        transfers=PUSHES if place.live and settings.notify.push_contact else "",
        outside=outside(place),
        ledger_days=settings.notify.keep_days if place.live else 0,
        retention=read_retention(settings.lake.retention_days, settings.lake.retention),
    )


def engine(place: Place, bus: Bus) -> Privacy:
    """What the door needs. Raises ``Misconfigured`` for losses that cannot be."""
    given = place.settings.privacy
    for name, loss in (("epsilon_release", given.epsilon_release), ("epsilon_day", given.epsilon_day)):
        if not 0 < loss <= 20:
            cure = "above 0; 1 is usual, above 10 protects little"
            raise Misconfigured("no privacy loss", field=f"privacy.{name}", value=loss, cure=cure)
    return Privacy(facts(place), CountsAsked(bus), Limits(given.epsilon_release, given.epsilon_day))
