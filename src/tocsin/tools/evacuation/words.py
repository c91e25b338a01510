"""What is said of a plan: sentences for zones, in the languages of the console; the rest in English."""

from __future__ import annotations

from collections.abc import Sequence

#: direct, short, no numbers that a crowd cannot follow: for loudspeakers, screens and stewards
_ALL = {
    "en": "{zone}: leave by {exit}.",
    "it": "{zone}: uscire da {exit}.",
    "nb": "{zone}: gå ut ved {exit}.",
    "pt": "{zone}: sair por {exit}.",
}
_SPLIT = {
    "en": "{zone}: most leave by {exit} ({share} %), {others}.",
    "it": "{zone}: la maggior parte esce da {exit} ({share} %), {others}.",
    "nb": "{zone}: de fleste går ut ved {exit} ({share} %), {others}.",
    "pt": "{zone}: a maioria sai por {exit} ({share} %), {others}.",
}
_OTHER = {"en": "{share} % by {exit}", "it": "il {share} % da {exit}", "nb": "{share} % ved {exit}",
          "pt": "{share} % por {exit}"}  # fmt: skip
_STAY = {
    "en": "{zone}: no way out is known. Stay where you are, help is on its way.",
    "it": "{zone}: nessuna via d'uscita nota. Restate dove siete, i soccorsi arrivano.",
    "nb": "{zone}: ingen kjent utgang. Bli der dere er, hjelpen er på vei.",
    "pt": "{zone}: nenhuma saída conhecida. Fiquem onde estão, o socorro vem a caminho.",
}


def instruction(zone: str, parts: Sequence[tuple[str, float]]) -> dict[str, str]:
    """``parts``: name of the way out and share of the zone, the largest first."""
    name = zone[:1].upper() + zone[1:]
    if not parts:
        return {code: text.format(zone=name) for code, text in _STAY.items()}
    if len(parts) == 1:
        return {code: text.format(zone=name, exit=parts[0][0]) for code, text in _ALL.items()}
    return {
        code: text.format(
            zone=name,
            exit=parts[0][0],
            share=round(100 * parts[0][1]),
            others=", ".join(_OTHER[code].format(exit=e, share=round(100 * s)) for e, s in parts[1:]),
        )
        for code, text in _SPLIT.items()
    }


def time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
