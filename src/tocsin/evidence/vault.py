"""Where evidence lies: encrypted files under names that tell nothing, and the keys to them elsewhere.

``<state>/evidence/objects`` may be copied by any back-up; ``<state>/keys`` may not. The clear bytes are never
written to a disk.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from tocsin.evidence.files import sync_folder
from tocsin.evidence.keys import Keys
from tocsin.evidence.stream import Part, Sealer, opened
from tocsin.kernel.errors import Conflict, Damaged, Unavailable

#: more things without an entry than that were not left by kills, but by a database from another day
MOST_ORPHANS = 16


@dataclass(frozen=True, slots=True)
class Kept:
    """An object on the disk. ``names``: the file of each of its parts."""

    object_id: str
    names: dict[str, str]


class Writing:
    """One part under way, in a file that the next start removes unless it is published."""

    def __init__(self, path: Path, key: bytes, object_id: str, part: Part) -> None:
        self.part, self.path, self.size = part, path, 0
        self._file = path.open("xb")
        path.chmod(0o600)
        self._hash = sha256()
        self._sealer = Sealer(key, bytes.fromhex(object_id), part, self._file)

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self._hash.update(data)
        with _told():
            self._sealer.write(data)

    @property
    def sha256(self) -> bytes:
        return self._hash.digest()

    def finish(self) -> None:
        with _told():
            self._sealer.finish()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def abandon(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


class Draft:
    """A new object being written: ``part`` for each part, then ``publish``; left before that, it is gone."""

    def __init__(self, vault: Vault) -> None:
        self.object_id, self._key, self._vault = secrets.token_hex(16), secrets.token_bytes(32), vault
        self._parts: list[Writing] = []
        self._published = False
        self._turn = vault.turn()

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        try:
            if not self._published:
                for part in self._parts:
                    part.abandon()
        finally:
            os.close(self._turn)

    def part(self, part: Part) -> Writing:
        path = self._vault.incoming / f"{self.object_id}.{part}"
        with _told():
            made = Writing(path, self._key, self.object_id, part)
        self._parts.append(made)
        return made

    def publish(self) -> Kept:
        """All parts and then the key are on the disk when this returns. A kill before its row is committed
        leaves an orphan, which the next start destroys."""
        names: dict[str, str] = {}
        for part in self._parts:
            part.finish()
            name = self._vault.keys.name(self.object_id, part.part, part.sha256)
            with _told():
                part.path.rename(self._vault.path(name, make=True))
                sync_folder(self._vault.path(name).parent)
            names[part.part] = name
        self._vault.keys.new(self.object_id, self._key)
        self._published = True
        return Kept(self.object_id, names)


class Vault:
    """Objects and keys of one state folder. Every call blocks: call it off the event loop."""

    def __init__(self, state: Path) -> None:
        self.keys = Keys(state)
        self._home = state / "evidence"
        self.incoming, self._objects = self._home / "incoming", self._home / "objects"

    def prepare(self) -> None:
        with _told():
            for folder in (self.incoming, self._objects):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.keys.prepare()

    def draft(self) -> Draft:
        return Draft(self)

    def read(self, kept: Kept, part: Part) -> Iterator[bytes]:
        """Chunks of clear bytes. The key and the first chunk are had before this returns.

        Raises ``NotFound`` (the key was destroyed) and ``Damaged``; ``Damaged`` also while it is read.
        """
        key = self.keys.get(kept.object_id)
        chunks = self._chunks(kept, part, key)
        first = next(chunks)

        def whole() -> Iterator[bytes]:
            yield first
            yield from chunks

        return whole()

    def _chunks(self, kept: Kept, part: Part, key: bytes) -> Iterator[bytes]:
        try:
            file = self.path(kept.names[part]).open("rb")
        except FileNotFoundError as error:
            raise Damaged(
                "the file of this evidence is missing", field="id", cure="bring it back from a back-up"
            ) from error
        with file:
            yield from opened(key, bytes.fromhex(kept.object_id), part, file)

    def destroy(self, kept: Kept) -> None:
        """The key first, then the files. May be called again after a kill."""
        self.keys.destroy(kept.object_id)
        with _told():
            for name in kept.names.values():
                self.path(name).unlink(missing_ok=True)

    def sweep(self, held: Iterable[Kept]) -> int:
        """Destroy what no row holds: uploads that were cut off, keys and files of a kill. How many things.

        Does nothing while somebody uploads. Raises ``Conflict`` for more than kills can have left.
        """
        turn = self.turn()
        try:
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return 0
            return self._sweep(list(held))
        finally:
            os.close(turn)

    def _sweep(self, held: list[Kept]) -> int:
        objects = {kept.object_id for kept in held}
        names = {name for kept in held for name in kept.names.values()}
        orphans = sorted(self.keys.all() - objects)
        if len(orphans) > MOST_ORPHANS:
            raise Conflict(
                f"{len(orphans)} pieces of evidence have no entry in the database; nothing was destroyed",
                field="ops.db",
                value=self._home,
                cure="it seems older than the evidence: restore the right back-up of it",
            )
        for object_id in orphans:
            self.keys.destroy(object_id)
        files = [*self.incoming.iterdir(), *(f for f in self._objects.glob("*/*") if f.name not in names)]
        with _told():
            for file in files:
                file.unlink(missing_ok=True)
        return len(orphans) + len(files)

    def path(self, name: str, *, make: bool = False) -> Path:
        folder = self._objects / name[:2]
        if make and not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._objects)
        return folder / name

    def turn(self) -> int:
        """A shared hold on the folder, until it is closed: as long as there is one, nothing is swept."""
        with _told():
            handle = os.open(self._home / "uploading.lock", os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(handle, fcntl.LOCK_SH)
        return handle


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"the evidence cannot be written or removed ({error.strerror}); nothing of it was kept",
            cure="look at the disk and at the rights of the folder evidence",
        ) from error
