"""Whether a warning is fit to go before the public: the standard's rules, and ours, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.notify.warnings.issuer import Issuer, broken
from tocsin.notify.warnings.model import PublicWarning, WarningText
from tocsin.notify.warnings.words import FIELD


class Flaw(msgspec.Struct, frozen=True):
    """``clause`` of CAP 1.2; empty: our own rule."""

    field: str
    words: str
    cure: str
    clause: str = ""
    language: str | None = None


def flaws(warning: PublicWarning, issuer: Issuer, at: datetime) -> list[Flaw]:
    """Everything that keeps it from being submitted, in the order of the form. Empty: it is fit."""
    return [*_area(warning), *_languages(warning, issuer), *_standard(warning, issuer, at)]


def require_fit(warning: PublicWarning, issuer: Issuer, at: datetime) -> None:
    """Raises ``Invalid`` for the first flaw."""
    for flaw in flaws(warning, issuer, at):
        raise Invalid(
            f"{flaw.words} (CAP 1.2, {flaw.clause})" if flaw.clause else flaw.words,
            field=flaw.field,
            value=flaw.language,
            cure=flaw.cure,
        )


def _area(warning: PublicWarning) -> Iterator[Flaw]:
    area = warning.content.area
    if not area.name:
        yield Flaw("area.name", "the area has no name", "write what people call it", "3.2.4 areaDesc")
    elif FIELD.search(area.name):
        yield Flaw("area.name", "a field is not filled in", "write it", "")
    if not area.polygon and area.circle is None:
        yield Flaw("area", "no area is drawn", "draw a polygon or a circle on the map")


def _languages(warning: PublicWarning, issuer: Issuer) -> Iterator[Flaw]:
    told = {text.language.lower() for text in warning.content.texts}
    for language in issuer.languages:
        if language.lower() not in told:
            yield Flaw("texts", f"there is no text in {language}", "add that language", "", language)
    for text in warning.content.texts:
        yield from _text(text)


def _text(text: WarningText) -> Iterator[Flaw]:
    for field in ("event", "headline", "description", "instruction"):
        said: str = getattr(text, field)
        if not said:
            yield Flaw(f"texts.{field}", f"{field} is empty", "write it", f"3.2.2 {field}", text.language)
        elif found := FIELD.search(said):
            yield Flaw(
                f"texts.{field}",
                f"{found[0]} is not filled in",
                "write it in its place",
                "",
                text.language,
            )


def _standard(warning: PublicWarning, issuer: Issuer, at: datetime) -> Iterator[Flaw]:
    for fault in broken(issuer.message(warning, at)):
        if fault.field and fault.field.endswith("areaDesc"):
            continue  # said above, in our words
        yield Flaw(fault.field or "", fault.message, fault.cure or "", fault.clause)
