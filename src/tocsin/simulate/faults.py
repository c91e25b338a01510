"""What goes wrong with devices: they stick, spike, fall silent or lose a message; a camera goes dark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal

Kind = Literal["stuck", "spiking", "silent", "dark"]
Values = dict[str, float | int | str]

#: what a failing amplifier or sampling line shows now and then, far outside what streets and squares can do
_WILD = {"LAeq": (112.0, 131.0), "NO2": (420.0, 940.0), "PM10": (600.0, 1800.0), "PM2_5": (480.0, 990.0)}
_OFTEN = 0.4


@dataclass(frozen=True, slots=True)
class Fault:
    """One device at fault from ``start`` to ``end``."""

    device: str
    kind: Kind
    start: datetime
    end: datetime

    def on(self, at: datetime) -> bool:
        return self.start <= at < self.end


class Failing:
    """Applies faults to what devices read. Remembers what a stuck device shows."""

    def __init__(self, rng: Random, faults: tuple[Fault, ...] = ()) -> None:
        self._rng = rng
        self.faults = list(faults)
        self._shown: dict[tuple[str, Kind, datetime], Values] = {}

    def applied(self, device: str, values: Values, at: datetime) -> Values | None:
        """The values as the device sends them; None when it sends nothing."""
        for fault in self.faults:
            if fault.device == device and fault.on(at):
                if fault.kind == "silent":
                    return None
                if fault.kind == "dark":
                    return values | {"status": "dark"}
                if fault.kind == "stuck":
                    return self._shown.setdefault((device, fault.kind, fault.start), values)
                return self._spike(values)
        return values

    def forget(self, before: datetime) -> None:
        """Drops faults that ended, so that a long run does not gather them."""
        self.faults = [fault for fault in self.faults if fault.end > before]
        self._shown = {
            key: v for key, v in self._shown.items() if any(f.start == key[2] for f in self.faults)
        }

    def _spike(self, values: Values) -> Values:
        if self._rng.random() >= _OFTEN:
            return values
        return {
            name: round(self._rng.uniform(*_WILD[name]), 1) if name in _WILD else value
            for name, value in values.items()
        }
