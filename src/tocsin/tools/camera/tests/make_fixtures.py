"""Makes the fixtures anew: ``python <this file>``. What they hold was decided before the first run."""

from __future__ import annotations

from pathlib import Path

from tocsin.kernel.events import Observation
from tocsin.sdk.testing import reading, stream, write_stream

TYPE = "Camera"
LON, LAT = 24.9437, 60.1713


def report(second: float, status: object, name: str = "C-101") -> Observation:
    return reading(name, TYPE, second, {"status": status, "name": f"Camera {name[2:]}"}, lon=LON, lat=LAT)


def positive() -> list[Observation]:
    """Three cameras every 30 s. One dark from 300 to 600 s, one covered from 450 to 540 s, one silent for
    420 s from 240 s on."""
    out = [report(s, "dark" if 300 <= s < 600 else "on") for s in range(0, 1200, 30)]
    out += [report(s, "obscured" if 450 <= s < 540 else "on", "C-102") for s in range(0, 1200, 30)]
    return out + [report(s, "on", "C-103") for s in range(0, 1200, 30) if not 240 < s < 660]


def quiet() -> list[Observation]:
    """A restart of 15 s, a report lost, one late, and a night of nothing to say."""
    out = [report(s, "on") for s in range(0, 1800, 30) if s not in (300, 900, 930)]
    out += [report(s, "off" if s in (605, 610, 615) else "on", "C-102") for s in range(5, 1800, 5)]
    return out


def ugly() -> list[Observation]:
    """No status, odd ones, numbers, a camera that is taken down while it is dark, repeated moments."""
    odd = (None, "", "dreaming", 7, True)
    out = [report(s, odd[s // 60 % 5] if s % 60 == 0 else "on") for s in range(0, 900, 30)]
    out += [report(s, "moved", "C-102") for s in range(0, 200, 10)]
    out += [report(100, "on", "C-102")]
    out.append(reading("C-102", TYPE, 205.0, kind="delete"))
    return out


if __name__ == "__main__":
    for make in (positive, quiet, ugly):
        path = Path(__file__).parent / "fixtures" / f"{make.__name__}.jsonl"
        write_stream(path, stream(make(), delay_s=0.5))
