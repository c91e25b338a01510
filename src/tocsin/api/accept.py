"""Which of the offered media types a client wants (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from tocsin.kernel.errors import Invalid

T = TypeVar("T")


def wanted(header: str, offered: Mapping[T, str]) -> T:
    """The key of the offered type that the header likes best; without a header the first. Raises ``Invalid``.

    Of two that are liked equally, the one named more exactly, then the one offered first.
    """
    if not header.strip():
        return next(iter(offered))
    ranges = [_range(part) for part in header.split(",")]
    best: tuple[float, int] = (0.0, 0)
    found: T | None = None
    for key, media in offered.items():
        kind = media.partition(";")[0].strip()
        fits = [(exact, q) for name, q in ranges if (exact := _fit(name, kind))]
        if not fits:
            continue
        exact, q = max(fits)  # the most exact range that fits says how much it is wanted
        if (q, exact) > best and q > 0:
            best, found = (q, exact), key
    if found is None:
        names = ", ".join(media.partition(";")[0] for media in offered.values())
        raise Invalid("nothing else is offered", field="Accept", value=header, cure=f"ask for one of {names}")
    return found


def _range(part: str) -> tuple[str, float]:
    name, *rest = part.split(";")
    for one in rest:
        key, _, value = one.partition("=")
        if key.strip().lower() == "q":
            try:
                return name.strip().lower(), min(1.0, max(0.0, float(value)))
            except ValueError:
                break  # no weight, so none is stated
    return name.strip().lower(), 1.0


def _fit(name: str, kind: str) -> int:
    """3 for the type itself, 2 for its family, 1 for anything, 0 for no fit."""
    if name == kind:
        return 3
    if name == f"{kind.partition('/')[0]}/*":
        return 2
    return 1 if name == "*/*" else 0
