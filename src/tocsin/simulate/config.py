"""What the simulator is told at its start, and what it keeps for its next."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from tocsin.kernel.errors import Misconfigured


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to reach the city's Tocsin.

    ``devices`` maps ids to passwords of MQTT users; a device without one reports over HTTP. ``state`` is a
    folder to remember in (``city.json``) and to tell the tour in (``run/demo.json``); None keeps nothing.
    """

    url: str
    token: str
    mqtt: tuple[str, int] | None = None
    devices: dict[str, str] = {}
    seed: int = 1
    state: str | None = None
    history_days: int = 14
    story: bool = True
    #: process id of whoever started us; without it, of who is our parent once we run
    parent: int | None = None


class Memory(msgspec.Struct, frozen=True):
    """What survives a restart.

    ``origin`` is where the city's clock began, ``known_until`` up to when it has reported. ``parent`` tells a
    restart of this process from a new start of the system.
    """

    seed: int
    origin: datetime
    known_until: datetime
    live_since: datetime
    parent: int


class TourAct(msgspec.Struct, frozen=True):
    at: datetime
    title: str
    words: str
    press: str
    boards: tuple[str, ...] = ()


class Tour(msgspec.Struct, frozen=True):
    """The guided tour of the running story, as the status page shows it."""

    seed: int
    title: str
    acts: list[TourAct]
    started_at: datetime


def read_config(text: str | bytes) -> Config:
    """Raises ``Misconfigured`` naming the field."""
    try:
        config = msgspec.json.decode(text, type=Config)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"the simulator's configuration is not understood: {error}",
            cure='give JSON like {"url": "http://127.0.0.1:8200", "token": "..."}',
        ) from error
    if not 0 <= config.history_days <= 60:
        raise Misconfigured(
            "too much history", field="history_days", value=config.history_days, cure="give 0 to 60"
        )
    return config


class Notes:
    """The two files of the state folder; writes are whole or not at all."""

    def __init__(self, state: str | None) -> None:
        self._folder = Path(state) if state else None

    def memory(self, seed: int) -> Memory | None:
        """What was kept; None where there is none, or of another seed, or it cannot be read."""
        if self._folder is None:
            return None
        try:
            kept = msgspec.json.decode((self._folder / "city.json").read_bytes(), type=Memory)
        except (OSError, msgspec.DecodeError):
            return None
        return kept if kept.seed == seed else None

    def keep(self, memory: Memory) -> None:
        self._write("city.json", msgspec.json.encode(memory))

    def tell(self, tour: Tour) -> None:
        self._write("run/demo.json", msgspec.json.encode(tour))

    def _write(self, name: str, data: bytes) -> None:
        if self._folder is None:
            return
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(".new")
        fresh.write_bytes(data)
        fresh.chmod(0o600)
        fresh.replace(target)
