"""Public holidays of a country or one of its regions, as the package ``holidays`` has them from its laws."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from importlib.resources import files

from tocsin.kernel.errors import Invalid

_PLACE = re.compile(r"^[A-Z]{2}(-[A-Z0-9]{1,4})?\Z")


@lru_cache(maxsize=64)
def holidays_of(place: str, first_year: int, last_year: int) -> tuple[date, ...]:
    """``place``: ISO 3166 code (``FI``), or with a region (``AU-VIC``); empty: no holidays.

    Raises ``Invalid`` for a place that is not known. The package is loaded at the first call (0.3 s).

    >>> date(2025, 12, 6) in holidays_of("FI", 2025, 2025)
    True
    """
    if not place:
        return ()
    import holidays

    country, _, region = place.partition("-")
    try:
        if not _PLACE.match(place):
            raise NotImplementedError
        found = holidays.country_holidays(
            country, subdiv=region or None, years=range(first_year, last_year + 1)
        )
    except NotImplementedError:
        raise Invalid(
            "no calendar of holidays for this place",
            field="holidays",
            value=place,
            cure="a country (FI), or one of its regions (AU-VIC); see the package holidays",
        ) from None
    return tuple(sorted(found.keys()))


@lru_cache(maxsize=8)
def country_of(zone: str) -> str:
    """The country that the time zone database names first for a zone; empty where it names none.

    >>> country_of("Europe/Oslo"), country_of("UTC")
    ('NO', '')
    """
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for line in table.splitlines():
        parts = line.split("\t")
        if len(parts) >= 3 and not line.startswith("#") and parts[2] == zone:
            return parts[0]
    return ""
