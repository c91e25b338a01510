"""Makes the fixtures anew: ``python <this file>``. What they hold was decided before the first run."""

from __future__ import annotations

from pathlib import Path

from tocsin.kernel.events import Observation
from tocsin.sdk.testing import reading, stream, write_stream

TYPE = "NoiseLevelObserved"
LON, LAT = 24.9437, 60.1713


def _level(second: int, value: object, name: str = "N-1") -> Observation:
    return reading(name, TYPE, float(second), {"LAeq": (value, "2N")}, lon=LON, lat=LAT)


def positive() -> list[Observation]:
    """60 dB at three places; at the first it is 90 dB from second 300 to 420."""
    out = [_level(s, 90.0 if 300 <= s < 420 else 60.0 + s % 7 * 0.3) for s in range(0, 720, 5)]
    out += [_level(s, 62.0 + s % 3, "N-2") for s in range(2, 720, 5)]
    return out + [_level(s, 58.0 + s % 4, "N-3") for s in range(0, 720, 5)]


def quiet() -> list[Observation]:
    """60 dB with two lorries of 15 s."""
    return [_level(s, 90.0 if s % 300 in (100, 105, 110) else 60.0 + s % 7 * 0.3) for s in range(0, 720, 5)]


def ugly() -> list[Observation]:
    """Gaps, text, nothing, absurd numbers, repeated times, a sensor that goes."""
    odd = (None, "n/a", -5.0, 1e9, True)
    out = [
        _level(s, odd[s // 25 % 5] if s % 25 == 0 else 61.0) for s in range(0, 600, 5) if not 200 < s < 290
    ]
    out += [_level(s, 99.0, "N-2") for s in range(0, 200, 10)]
    out.append(reading("N-2", TYPE, 205.0, kind="delete"))
    return out


if __name__ == "__main__":
    for make in (positive, quiet, ugly):
        path = Path(__file__).parent / "fixtures" / f"{make.__name__}.jsonl"
        write_stream(path, stream(make(), delay_s=0.5))
