"""Array types, and how a series of numbers comes in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.kernel.errors import Invalid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SECOND = 1_000_000
DAY_S = 86_400
#: beyond, sums and squares are no figures any more; nothing that a city measures is as large
LARGEST = 1e100
_FIRST, _LAST = 0, 253_402_300_799 * SECOND


@dataclass(frozen=True, slots=True)
class Series:
    """``at``: microseconds since 1970 UTC, strictly ascending. ``values``: finite. ``dropped``: readings that
    were none (NaN, infinite, beyond 1e100) or that a later one of the same instant took the place of."""

    at: Ints
    values: Floats
    dropped: int = 0

    def __len__(self) -> int:
        return len(self.at)

    @property
    def interval_s(self) -> float:
        """Median time between two readings, seconds; NaN with fewer than two."""
        return float(np.median(np.diff(self.at))) / SECOND if len(self.at) > 1 else float("nan")


def series_of(times: Any, values: Any) -> Series:
    """Any two columns as a series, in order, each instant once (the last one given of it stands).

    ``times``: datetime64 (UTC), aware datetimes, or seconds since 1970; ``values``: numbers. Columns of Arrow
    and Polars are understood. Raises ``Invalid``.

    >>> series_of([60, 0, 60, 30], [3.0, 1.0, 4.0, float("nan")])
    Series(at=array([       0, 60000000]), values=array([1., 4.]), dropped=2)
    """
    at, given = _micros(times), _numbers(values)
    if at.shape != given.shape or at.ndim != 1:
        raise Invalid(
            "times and values are not of one length",
            field="values",
            value=f"{at.shape} and {given.shape}",
            cure="give one value for each time",
        )
    good = np.isfinite(given) & (np.abs(given) <= LARGEST)
    kept_at, kept = at[good], given[good]
    order = np.argsort(kept_at, kind="stable")
    kept_at, kept = kept_at[order], kept[order]
    last = np.ones(len(kept_at), dtype=bool)
    last[:-1] = kept_at[1:] != kept_at[:-1]
    return Series(kept_at[last], kept[last], int(len(at) - last.sum()))


def moment(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us / SECOND, UTC)


def _micros(times: Any) -> Ints:
    column = times.to_numpy() if hasattr(times, "to_numpy") else times
    if isinstance(column, Sequence) and column and isinstance(column[0], datetime):
        found = _of_moments(column)
    else:
        array = np.asarray(column)
        if array.dtype == object:
            found = _of_moments(array.tolist())
        elif array.dtype.kind == "M":
            found = array.astype("datetime64[us]").astype(np.int64)
        elif array.dtype.kind in "iuf":
            with np.errstate(invalid="ignore", over="ignore"):
                found = np.round(array.astype(np.float64) * SECOND).astype(np.int64)
        elif not len(array):
            found = np.empty(0, dtype=np.int64)
        else:
            raise Invalid(
                "no times",
                field="times",
                value=array.dtype,
                cure="datetime64, aware datetimes or seconds since 1970",
            )
    if len(found) and not (int(found.min()) >= _FIRST and int(found.max()) <= _LAST):
        raise Invalid("a time before 1970 or after 9999", field="times", cure="seconds since 1970, or dates")
    return found


def _of_moments(given: Sequence[Any]) -> Ints:
    for one in given:
        if not isinstance(one, datetime) or one.tzinfo is None:
            raise Invalid("a time needs its zone", field="times", value=one, cure="add tzinfo=UTC")
    return np.array([round(one.timestamp() * SECOND) for one in given], dtype=np.int64)


def _numbers(values: Any) -> Floats:
    column = values.to_numpy() if hasattr(values, "to_numpy") else values
    try:
        return np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise Invalid(f"no numbers: {error}", field="values", cure="give numbers, NaN where none") from error
