"""The languages of console and procedures. What people and tools write is in whichever they write it."""

from __future__ import annotations

from typing import Literal, get_args

from tocsin.kernel.errors import Misconfigured

#: BCP 47: English, Italian, Norwegian Bokmål, European Portuguese. The console's are in `i18n/language.ts`.
Language = Literal["en", "it", "nb", "pt"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
#: what is shown where a text is not there in the language asked for
FALLBACK: Language = "en"


def known(code: str | None) -> Language | None:
    """None for none, and for one that was dropped from the product since."""
    return next((language for language in LANGUAGES if language == code), None)


def stated(codes: str) -> tuple[Language, ...]:
    """The languages of the setting ``city.languages``, the first one first; empty where it states none.

    Raises ``Misconfigured`` for one that is not spoken here, or named twice.
    """
    found: list[Language] = []
    for code in codes.replace(",", " ").split():
        spoken = known(code)
        if spoken is None or spoken in found:
            raise Misconfigured(
                "not a language that is spoken here, or named twice",
                field="city.languages",
                value=code,
                cure=f"some of {' '.join(LANGUAGES)}, the city's first language first",
            )
        found.append(spoken)
    return tuple(found)


def of_city(codes: str) -> tuple[Language, ...]:
    """``stated``, or the fallback where the city states none: for what must be said in some language."""
    return stated(codes) or (FALLBACK,)
