"""Keys that readings are protected with, and what is known of their attributes and sources.

Without the register and the published counts (``privacy.py``): a box at the edge needs this alone.
"""

from __future__ import annotations

from datetime import timedelta

from tocsin.app.hosting import Place
from tocsin.kernel.errors import Misconfigured
from tocsin.normalise.models import Model
from tocsin.privacy.keys import FOLDER, Keys
from tocsin.sdk.source import Sources

_MOST_DAYS = 3650


def pseudonym_keys(place: Place) -> Keys:
    """Keys of pseudonyms, by purpose and period. Raises ``Misconfigured`` for settings that cannot be."""
    given = place.settings.privacy
    keep = _days("privacy.keys_keep_days", given.keys_keep_days, least=0)
    # written out: the setting is a text, and Keys refuses what is no period
    return Keys(place.state / FOLDER / "pseudonyms", every=given.period, keep=keep)  # type: ignore[arg-type]


def quarantine_keys(place: Place) -> Keys:
    """Keys of raw bytes that were not understood, one a day."""
    keep = _days("privacy.quarantine_days", place.settings.privacy.quarantine_days, least=1)
    return Keys(place.state / FOLDER / "quarantine", every="day", keep=keep)


def known_attributes(models: dict[str, Model]) -> dict[str, frozenset[str]]:
    """Attributes that the models know, by type; ``"*"`` those that every type may have."""
    return {type_name: frozenset(model.spelled()) for type_name, model in models.items()}


def open_sources(sources: Sources) -> frozenset[str]:
    """Sources whose own manifest says that they send no personal data."""
    return frozenset(s.manifest.id for s in sources.folders if s.manifest.personal_data == "none")


def _days(name: str, days: int, *, least: int) -> timedelta:
    if not least <= days <= _MOST_DAYS:
        raise Misconfigured(
            "out of bounds", field=name, value=days, cure=f"give {least} to {_MOST_DAYS} days"
        )
    return timedelta(days=days)
