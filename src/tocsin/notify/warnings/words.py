"""An author's words made fit to be shown and read out: bounded, without control marks, fields filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite

from msgspec.structs import replace

from tocsin.kernel.errors import Invalid
from tocsin.kernel.text import clean
from tocsin.notify.warnings.model import Round, Vertex, WarningArea, WarningContent, WarningText

#: the note of 3.2.2: some receivers show no more of a headline
HEADLINE = 160
EVENT, NAME, LONG = 80, 200, 3000
MOST_TEXTS, MOST_CORNERS = 12, 500
SHORTEST_MIN, LONGEST_MIN = 5, 2880
LARGEST_M = 100_000.0
#: what a template leaves to be filled in
FIELD = re.compile(r"\{([a-z_]+)\}")


def lines(text: str, limit: int) -> str:
    """As ``kernel.text.clean``, with its line breaks."""
    kept = [clean(line, limit) for line in text[: 4 * limit].splitlines()]
    return "\n".join(kept).strip()[:limit]


def tidy(content: WarningContent) -> WarningContent:
    """The same, its texts cleaned. Raises ``Invalid`` for what no draft may be."""
    if not 1 <= len(content.texts) <= MOST_TEXTS:
        raise Invalid(
            "a warning has one text a language",
            field="texts",
            value=len(content.texts),
            cure=f"give 1 to {MOST_TEXTS}",
        )
    languages = [text.language.lower() for text in content.texts]
    if twice := next((one for one in languages if languages.count(one) > 1), None):
        raise Invalid("two texts in one language", field="texts", value=twice, cure="keep one of them")
    if not SHORTEST_MIN <= content.lasts_min <= LONGEST_MIN:
        raise Invalid(
            "a warning lasts minutes to two days; it can be updated",
            field="lasts_min",
            value=content.lasts_min,
            cure=f"{SHORTEST_MIN} to {LONGEST_MIN} minutes",
        )
    area = _area(content.area)
    return replace(content, area=area, texts=tuple(_text(text, area.name) for text in content.texts))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Known fields filled; the others stay and are seen, and nobody can submit them."""
    return FIELD.sub(lambda found: values.get(found[1]) or found[0], text)


def _text(text: WarningText, place: str) -> WarningText:
    """What the area is called goes to where a template names it."""
    values = {"place": place}
    return WarningText(
        language=clean(text.language, 35),
        event=clean(text.event, EVENT),
        headline=clean(filled(text.headline, values), HEADLINE),
        description=lines(filled(text.description, values), LONG),
        instruction=lines(filled(text.instruction, values), LONG),
    )


def _area(area: WarningArea) -> WarningArea:
    if len(area.polygon) > MOST_CORNERS:
        raise Invalid(
            "too many corners",
            field="area.polygon",
            value=len(area.polygon),
            cure=f"draw it coarser: {MOST_CORNERS} at most",
        )
    if area.polygon and area.circle is not None:
        raise Invalid("a polygon or a circle, not both", field="area", cure="take one of them away")
    for spot in area.polygon:
        _on_earth(spot, "area.polygon")
    if area.circle is not None:
        _on_earth(area.circle, "area.circle")
        if not 0 < area.circle.radius_m <= LARGEST_M:
            raise Invalid(
                "no such circle",
                field="area.circle.radius_m",
                value=area.circle.radius_m,
                cure=f"a radius up to {LARGEST_M:.0f} m",
            )
    return replace(area, name=clean(area.name, NAME))


def _on_earth(spot: Vertex | Round, field: str) -> None:
    fits = isfinite(spot.lon) and isfinite(spot.lat) and abs(spot.lon) <= 180 and abs(spot.lat) <= 90
    if not fits:
        raise Invalid(
            "no such place",
            field=field,
            value=f"{spot.lat} {spot.lon}",
            cure="longitude -180 to 180, latitude -90 to 90",
        )
