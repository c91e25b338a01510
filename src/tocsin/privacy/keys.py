"""Keys by purpose and period, each a file that is destroyed when its time is over.

What a destroyed key made (pseudonyms, sealed bytes) can no longer be linked to its value by anyone: that is
the point. So key files belong into no back-up that outlives them.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from tocsin.kernel.errors import Misconfigured, Unavailable

Every = Literal["day", "week", "month"]
EVERY: tuple[Every, ...] = ("day", "week", "month")
BYTES = 32
FOLDER = "keys"
_FILE = re.compile(r"^([a-z][a-z0-9-]{0,31})@([0-9]{4}-(?:W)?[0-9]{2}(?:-[0-9]{2})?)\.key\Z")


@dataclass(frozen=True, slots=True)
class KeyOf:
    """One key that is there: never its bytes. It makes nothing new after ``ends`` and goes at
    ``destroyed_at``.
    """

    purpose: str
    period: str
    begins: datetime
    ends: datetime
    destroyed_at: datetime


class Expired(Exception):
    """The key of that time is gone, or would have to go at once: nothing is made with it."""


class Keys:
    """A folder of keys. One process makes and destroys them; others may read.

    ``every``: the period after which new values get a new key. ``keep``: how long a key stays after the end
    of
    its period, for what arrives late.
    """

    def __init__(self, folder: Path, *, every: Every, keep: timedelta) -> None:
        if every not in EVERY:
            raise Misconfigured(
                "no such period", field="privacy.period", value=every, cure=f"one of {', '.join(EVERY)}"
            )
        self.folder, self.every, self.keep = folder, every, keep
        #: key and when it is destroyed, by purpose and day
        self._known: dict[tuple[str, int], tuple[bytes, datetime]] = {}

    def key(self, purpose: str, at: datetime, now: datetime) -> bytes:
        """The key of a purpose at a time (UTC); made where there is none yet.

        Raises ``Expired`` where its term is over by ``now``, ``Unavailable`` where it cannot be written.
        """
        day = (purpose, at.toordinal())  # times are UTC here: no day lies in two periods
        found = self._known.get(day)
        if found is None:
            begins, ends = bounds(self.every, at)
            if ends + self.keep <= now:
                raise Expired(period_name(self.every, begins))
            made = self._file_or_new(purpose, period_name(self.every, begins))
            if len(self._known) > 10_000:
                self._known.clear()
            found = self._known[day] = (made, ends + self.keep)
        if found[1] <= now:
            raise Expired(day[0])
        return found[0]

    def find(self, purpose: str, period: str) -> bytes | None:
        """A key by its names, read from its file; None where it was destroyed or never made."""
        try:
            raw = self._path(purpose, period).read_bytes()
        except OSError:
            return None
        return raw if len(raw) == BYTES else None

    def all(self) -> list[KeyOf]:
        """Every key that is there, oldest first."""
        found = []
        for file in self.folder.glob("*.key"):
            named = _FILE.match(file.name)
            if named:
                begins, ends = _bounds_of(named[2])
                found.append(KeyOf(named[1], named[2], begins, ends, ends + self.keep))
        return sorted(found, key=lambda key: (key.begins, key.purpose))

    def destroy(self, purpose: str, period: str) -> None:
        """Overwrite and remove. A key that is gone already is no error."""
        path = self._path(purpose, period)
        self._known.clear()
        try:
            with path.open("r+b") as file:
                file.write(bytes(BYTES))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            _sync_folder(self.folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise Unavailable(
                f"a key cannot be destroyed: {error.strerror}", field="keys", value=path
            ) from error

    def _path(self, purpose: str, period: str) -> Path:
        return self.folder / f"{purpose}@{period}.key"

    def _file_or_new(self, purpose: str, period: str) -> bytes:
        found = self.find(purpose, period)
        if found is not None:
            return found
        path = self._path(purpose, period)
        made, beside = secrets.token_bytes(BYTES), path.with_suffix(".new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with suppress(FileNotFoundError):
                beside.unlink()
            handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            try:
                os.write(handle, made)
                os.fsync(handle)
            finally:
                os.close(handle)
            # before anything is made with it: a key that a power cut took would orphan its pseudonyms
            beside.replace(path)
            _sync_folder(self.folder)
        except OSError as error:
            raise Unavailable(
                f"no key can be written: {error.strerror}",
                field="keys",
                value=path,
                cure="make room on the disk",
            ) from error
        return made


def bounds(every: Every, at: datetime) -> tuple[datetime, datetime]:
    """[begin, end) of the period that holds a time, in UTC."""
    begin = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if every == "day":
        return begin, begin + timedelta(days=1)
    if every == "week":
        begin -= timedelta(days=begin.weekday())
        return begin, begin + timedelta(days=7)
    begin = begin.replace(day=1)
    return begin, (begin + timedelta(days=32)).replace(day=1)


def period_name(every: Every, begin: datetime) -> str:
    """``2026-11``, ``2026-W47`` or ``2026-11-22``."""
    if every == "month":
        return begin.strftime("%Y-%m")
    if every == "week":
        year, week, _ = begin.isocalendar()
        return f"{year:04}-W{week:02}"
    return begin.strftime("%Y-%m-%d")


def _bounds_of(period: str) -> tuple[datetime, datetime]:
    if "W" in period:
        begin = datetime.strptime(f"{period}-1", "%G-W%V-%u").replace(tzinfo=UTC)
        return bounds("week", begin)
    if len(period) == 7:
        return bounds("month", datetime.strptime(period, "%Y-%m").replace(tzinfo=UTC))
    return bounds("day", datetime.strptime(period, "%Y-%m-%d").replace(tzinfo=UTC))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
