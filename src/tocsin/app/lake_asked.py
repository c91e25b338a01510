"""SQL, series and erasures of one installation's lake: where the table lies, and where it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from tocsin.api.lake import LakeAsked, Tables
from tocsin.app.hosting import Place
from tocsin.app.lake_meaning import attributes, bounds
from tocsin.app.lakes import lake_home
from tocsin.app.protecting import known_attributes, pseudonym_keys
from tocsin.db import Database
from tocsin.kernel.errors import Misconfigured
from tocsin.lake.erasure.eraser import Eraser
from tocsin.lake.series.lister import SeriesLister
from tocsin.lake.sql.personal import Personal
from tocsin.lake.sql.runner import Sql
from tocsin.normalise.models import read_models
from tocsin.privacy.classes import city_classes
from tocsin.privacy.retention import Retention, read_retention
from tocsin.privacy.whose import names_of

_LEAST_MB = 64


def desk_parts(
    place: Place, ledger: Database, forget: Callable[[Sequence[str]], None] = lambda _: None
) -> tuple[Sql, SeriesLister, Eraser]:
    """What stands beside the table. Raises ``Misconfigured`` for bounds that cannot be."""
    given, folder = place.settings.lake, lake_home(place)
    for name, value, least in (
        ("sql_memory_mb", given.sql_memory_mb, _LEAST_MB),
        ("sql_at_once", given.sql_at_once, 1),
        ("sql_threads", given.sql_threads, 1),
        ("sql_rows", given.sql_rows, 1),
        ("sql_seconds", given.sql_seconds, 1),
        ("sql_answer_mb", given.sql_answer_mb, 1),
    ):
        if value < least:
            raise Misconfigured("too small", field=f"lake.{name}", value=value, cure=f"{least} or more")
    models, classes = read_models(), city_classes(place.state)
    personal = Personal(classes, known_attributes(models))
    means = attributes(models, classes, retention(place))
    sql = Sql(
        folder,
        personal,
        means,
        at_once=given.sql_at_once,
        memory_mb=given.sql_memory_mb,
        threads=given.sql_threads,
        most_rows=given.sql_rows,
        most_s=given.sql_seconds,
        most_mb=given.sql_answer_mb,
    )
    return sql, SeriesLister(folder, personal, bounds(models)), Eraser(folder, ledger, forget)


def retention(place: Place) -> Retention:
    """Raises ``Misconfigured``."""
    given = place.settings.lake
    return read_retention(given.retention_days, given.retention)


def tables(place: Place, asked: LakeAsked) -> Tables:
    """What the door needs."""
    given, classes = place.settings, city_classes(place.state)
    keys = pseudonym_keys(place)
    return Tables(
        asked=asked,
        attributes=attributes(read_models(), classes, retention(place)),
        names_of=lambda identifier: names_of(identifier, classes, keys),
        elsewhere=_elsewhere(place),
        most_rows=given.lake.sql_rows,
        most_s=given.lake.sql_seconds,
        zone=given.city.zone,
        holidays=given.city.holidays,
    )


def _elsewhere(place: Place) -> tuple[str, ...]:
    given, classes = place.settings, city_classes(place.state)
    longest = max(rule.keep("context") for rule in (*classes.rules, classes.default))
    return (
        f"The picture of now keeps personal values for at most {longest // timedelta(days=1)} days.",
        f"The bus keeps readings for at most {given.bus.keep_h:g} hours, encrypted.",
        f"Raw bytes that were not understood are kept sealed for {given.privacy.quarantine_days} days.",
        "Pictures and documents are erased one by one, with their key.",
        "Copies that people took away and back-ups are not reached from here.",
    )
