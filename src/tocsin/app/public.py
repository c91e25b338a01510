"""The public page of one installation: its settings, and what its mappings connect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tocsin.api.public import Mapped, PublicPage
from tocsin.app.hosting import Place
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.languages import of_city
from tocsin.sdk.mapping import read_mapping


def public_page(place: Place) -> PublicPage:
    """In the city's languages. Raises ``Misconfigured`` for one that is not spoken here."""
    given = place.settings.public
    return PublicPage(
        languages=of_city(place.settings.city.languages),
        complaints=given.complaints,
        authority=given.authority,
        mapped=lambda: mapped_in(place.state / "mappings"),
        per_minute=max(1, given.visits_per_min),
    )


def mapped_in(folder: Path) -> Sequence[Mapped]:
    """The newest version of every mapping that can be read. Blocks."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        if "@" in path.name:
            continue  # an older version, kept for what is still under way
        try:
            mapping = read_mapping(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, TocsinError):
            continue  # it reads nothing in either, and its host says so
        found.append(Mapped(mapping.entity.type, mapping.words))
    return found
