"""Who warns the public from a state folder: the key made at the first start, and what the settings say."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from tocsin.app.hosting import Place
from tocsin.cap.rules import named
from tocsin.cap.signature import FOLDER, PRIVATE, signer_of
from tocsin.kernel.errors import Misconfigured, TocsinError
from tocsin.kernel.languages import of_city
from tocsin.notify.warnings.issuer import Issuer

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
