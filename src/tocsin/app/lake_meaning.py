"""What the lake's columns mean, from the standard models, the classes of personal data and the settings."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.lake.series.quality import Bounds
from tocsin.lake.sql.records import AttributeMeaning
from tocsin.normalise.models import AttributeModel, Model
from tocsin.normalise.units import DIMENSIONS, dimension_of
from tocsin.privacy.classes import Classes
from tocsin.privacy.retention import Retention


def attributes(
    models: Mapping[str, Model], classes: Classes, retention: Retention
) -> tuple[AttributeMeaning, ...]:
    """Every spelling of every attribute that a model knows. ``retention``: of what is no personal data."""
    return tuple(
        _meaning(type_name, name, attribute, classes, retention)
        for type_name, model in sorted(models.items())
        for name, attribute in sorted(model.spelled().items())
    )


def bounds(models: Mapping[str, Model]) -> tuple[Bounds, ...]:
    """What the models say is possible, where they say it."""
    return tuple(
        Bounds(type_name, name, attribute.low, attribute.high, attribute.choices)
        for type_name, model in sorted(models.items())
        for name, attribute in sorted(model.spelled().items())
        if attribute.low is not None or attribute.high is not None or attribute.choices
    )


def _meaning(
    type_name: str, name: str, given: AttributeModel, classes: Classes, retention: Retention
) -> AttributeMeaning:
    held = classes.holding(type_name, name, known=True)
    days = retention.days_of(type_name, name)
    terms = [rule.rule.lake_days for rule in held] + ([days] if days else [])
    strictest = max((rule.rule.class_ for rule in held), key=_STRICT.index, default="none")
    return AttributeMeaning(
        type=type_name,
        attribute=name,
        kind=given.kind,
        unit=given.unit,
        unit_words=_words(given.unit),
        meaning=given.words,
        low=given.low,
        high=given.high,
        class_=strictest,
        keep_days=min(terms, default=None),
    )


def _words(unit: str | None) -> str | None:
    dimension = dimension_of(unit) if unit else None
    return DIMENSIONS[dimension][unit].words if unit and dimension else None


_STRICT = ("none", "pseudonym", "personal", "sensitive")
