"""The keys of evidence: one random key an object, wrapped by a key-encryption key, each in a file of its own.

Not in a table: SQLite's ``secure_delete`` zeroes the page of a deleted row, but its journal or log keeps the
page as it was before, and the database is just what back-ups copy. A file of 68 bytes is overwritten in
place, flushed and unlinked. Where a disk keeps old blocks all the same (flash, copy on write), these hold
the key wrapped, and the next rotation destroys what it was wrapped with.
"""

from __future__ import annotations

import base64
import fcntl
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tocsin.evidence.files import sync_folder, write_private
from tocsin.kernel.errors import Damaged, Misconfigured, NotFound, Unavailable

_BEFORE = "evidence.kek.before"
RING, LOCK, FOLDER = "evidence.kek", "evidence.lock", "evidence"
_ID, _NONCE = 8, 12
_DOMAIN = b"tocsin evidence key\n"


class _Ring(msgspec.Struct, frozen=True):
    """``naming``: makes file names. ``keys``: id to key, the one that wraps first; base64."""

    naming: str
    keys: dict[str, str]

    @property
    def newest(self) -> str:
        return next(iter(self.keys))

    def cipher(self, key: str) -> AESGCM:
        return AESGCM(base64.b64decode(self.keys[key]))


def _fresh() -> tuple[str, str]:
    return secrets.token_hex(_ID), base64.b64encode(secrets.token_bytes(32)).decode()


class Keys:
    """In ``<state>/keys``. Every process reads the files anew each time, under a lock: rotation needs no
    restart. Raises ``Misconfigured`` for key-encryption keys that others can read, ``Unavailable`` for a
    disk that fails.
    """

    def __init__(self, state: Path) -> None:
        self._home = state / "keys"
        self._folder = self._home / FOLDER

    def prepare(self) -> None:
        """Make the key-encryption key at the first start; one that is there is left as it is."""
        with _told("made"):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked(exclusive=True):
                self._tidy()
                if not (self._home / RING).exists():
                    if self.all():
                        raise Misconfigured(
                            "there are keys of evidence, but not the key that they are wrapped with",
                            field="key",
                            value=self._home / RING,
                            cure="bring it back from its own back-up, together with the folder beside it",
                        )
                    naming = base64.b64encode(secrets.token_bytes(32)).decode()
                    self._save(_Ring(naming, dict([_fresh()])))

    def new(self, object_id: str, key: bytes) -> None:
        """Keep ``key``, wrapped, on the disk when this returns."""
        with _told("written"), self._locked(exclusive=False):
            write_private(self._path(object_id), self._wrap(self._ring(), object_id, key))

    def get(self, object_id: str) -> bytes:
        """Raises ``NotFound`` where it was destroyed, ``Damaged`` for one that does not unwrap."""
        with _told("read"), self._locked(exclusive=False):
            try:
                wrapped = self._path(object_id).read_bytes()
            except FileNotFoundError:
                raise NotFound(
                    "the key of this evidence is no more; nothing can read it", field="id", value=object_id
                ) from None
            return self._unwrap(self._ring(), object_id, wrapped)

    def destroy(self, object_id: str) -> bool:
        """Overwritten, flushed, unlinked: no copy of the object can be read any more. False: it was gone."""
        with _told("destroyed"), self._locked(exclusive=True):
            path = self._path(object_id)
            if not path.exists():
                return False
            _overwrite(path)
            path.unlink()
            sync_folder(self._folder)
            return True

    def name(self, object_id: str, part: str, sha256: bytes) -> str:
        """The file name of these bytes: 64 hex digits that say nothing to who has no key."""
        with _told("read"), self._locked(exclusive=False):
            naming = base64.b64decode(self._ring().naming)
        return hmac.digest(naming, f"{object_id}\n{part}\n".encode() + sha256, "sha256").hex()

    def all(self) -> set[str]:
        """Objects that have a key."""
        return {path.name.removesuffix(".key") for path in self._folder.glob("*.key")}

    def rotate(self) -> int:
        """Wrap every key anew under a fresh key-encryption key and destroy the old; how many were wrapped.

        Cut off half way, both are there and the next rotation ends what this one began.
        """
        with _told("rotated"):
            with self._locked(exclusive=True):
                ring = self._ring()
                fresh = _fresh()
                self._save(_Ring(ring.naming, dict([fresh, *ring.keys.items()])))
            wrapped = sum(self._rewrap(object_id) for object_id in sorted(self.all()))
            with self._locked(exclusive=True):
                ring = self._ring()
                used = {path.read_bytes()[:_ID].hex() for path in self._folder.glob("*.key")}
                kept = {k: v for k, v in ring.keys.items() if k in used or k == ring.newest}
                self._save(_Ring(ring.naming, kept))
            return wrapped

    def _rewrap(self, object_id: str) -> bool:
        with self._locked(exclusive=True):
            path, ring = self._path(object_id), self._ring()
            try:
                wrapped = path.read_bytes()
            except FileNotFoundError:
                return False  # destroyed meanwhile
            key = self._unwrap(ring, object_id, wrapped)
            write_private(path, self._wrap(ring, object_id, key))
            return True

    def _wrap(self, ring: _Ring, object_id: str, key: bytes) -> bytes:
        nonce, by = secrets.token_bytes(_NONCE), bytes.fromhex(ring.newest)
        return by + nonce + ring.cipher(ring.newest).encrypt(nonce, key, _DOMAIN + object_id.encode())

    def _unwrap(self, ring: _Ring, object_id: str, wrapped: bytes) -> bytes:
        by, nonce, sealed = wrapped[:_ID], wrapped[_ID : _ID + _NONCE], wrapped[_ID + _NONCE :]
        try:
            return ring.cipher(by.hex()).decrypt(nonce, sealed, _DOMAIN + object_id.encode())
        except (KeyError, InvalidTag, ValueError) as error:
            raise Damaged(
                "the key of this evidence does not fit the key-encryption keys here",
                field="id",
                value=object_id,
                cure=f"bring {RING} and the key's file back from the same copy",
            ) from error

    def _path(self, object_id: str) -> Path:
        return self._folder / f"{object_id}.key"

    def _ring(self) -> _Ring:
        path = self._home / RING
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise Misconfigured(
                "the key-encryption key of evidence can be read by others",
                field="key",
                value=path,
                cure=f"chmod 600 {path}, tocsin evidence rotate-keys, and find out who had access",
            )
        try:
            ring = msgspec.json.decode(path.read_bytes(), type=_Ring)
        except msgspec.DecodeError as error:
            raise Misconfigured(
                "the key-encryption key of evidence is damaged",
                field="key",
                value=path,
                cure="bring it back from its own back-up",
            ) from error
        return ring

    def _save(self, ring: _Ring) -> None:
        path = self._home / RING
        self._tidy()
        with suppress(FileNotFoundError):
            os.link(path, path.with_name(_BEFORE))
        write_private(path, msgspec.json.encode(ring))
        self._tidy()

    def _tidy(self) -> None:
        """Destroy what a kill left behind: rings that were replaced, and half-written files."""
        ring, before = self._home / RING, self._home / _BEFORE
        if before.exists():
            if not (ring.exists() and before.samefile(ring)):
                _overwrite(before)
            before.unlink()
            sync_folder(self._home)
        for draft in (*self._home.glob(f"{RING}.*.draft"), *self._folder.glob("*.draft")):
            _overwrite(draft)
            draft.unlink()

    @contextmanager
    def _locked(self, *, exclusive: bool) -> Iterator[None]:
        handle = os.open(self._home / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)


def _overwrite(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY)
    try:
        size = os.fstat(handle).st_size
        for fill in (secrets.token_bytes(size), bytes(size)):
            os.pwrite(handle, fill, 0)
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(act: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"a key of the evidence cannot be {act} ({error.strerror})",
            cure="look at the disk and at the rights of the folder keys",
        ) from error
