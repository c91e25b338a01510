"""Who warns the public from a state folder: the key made at the first start, and what the settings say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from tocsin.app.hosting import Place
from tocsin.cap.rules import named
from tocsin.cap.signature import FOLDER, PRIVATE, signer_of
from tocsin.db import Connection
from tocsin.incidents import service as incidents
from tocsin.kernel.errors import Misconfigured, TocsinError
from tocsin.kernel.languages import of_city
from tocsin.notify.warnings.issuer import Issuer
from tocsin.notify.warnings.machine import STAGE
from tocsin.notify.warnings.model import PublicWarning, mark

log = structlog.get_logger(__name__)


def first_warning_key(state: Path) -> None:
    """Make the key at the first start; one that is there is left as it is."""
    if not (state / FOLDER / PRIVATE).exists():
        signer_of(state)


def issuer_of(place: Place) -> Issuer | None:
    """None where the key or a setting cannot be used: it is logged, and whoever warns is told.

    A city that cannot warn still needs its control rooms: nothing is raised.
    """
    try:
        return _issuer(place)
    except TocsinError as error:
        log.error("no_warnings", reason=str(error))
        return None


def _issuer(place: Place) -> Issuer:
    given, city = place.settings.warnings, place.settings.city
    stated = tuple(dict.fromkeys(given.languages.replace(",", " ").split()))
    for fault in named("warnings.sender", given.sender, clause="3.2.1 sender") if given.sender else ():
        raise fault
    try:
        ZoneInfo(city.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Misconfigured(
            "no such time zone", field="city.zone", value=city.zone, cure="as in Europe/Rome"
        ) from error
    return Issuer(
        signer=signer_of(place.state),
        live=place.live,
        sender=given.sender,
        sender_name=given.sender_name or city.name,
        contact=given.contact,
        web=given.web,
        zone=city.zone,
        languages=stated or of_city(city.languages),
    )


def note_end(conn: Connection, warning: PublicWarning, at: datetime) -> None:
    """A warning ran out by itself: the incident that it is about says so, where it is still worked on."""
    if warning.incident is None or incidents.get(conn, warning.incident).state != "open":
        return
    words = f"{mark(warning)}Public warning {warning.id} has expired"
    incidents.note(conn, warning.incident, words, STAGE, at)
