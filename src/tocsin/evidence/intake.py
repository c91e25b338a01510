"""How evidence comes in: as a stream, looked at from its first bytes, encrypted before it meets the disk.

Clips and documents pass through in pieces. A picture is held in memory, drawn anew, blurred, and only then
encrypted: its original bytes leave nothing behind but their hash.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256

from tocsin.evidence.pictures import drawn
from tocsin.evidence.sniff import ENOUGH, PlainText, Sort, sort_of
from tocsin.evidence.vault import Draft, Kept, Vault
from tocsin.kernel.errors import Invalid, TocsinError, TooLarge, TooMany, Unavailable

#: written at once: small enough to keep memory flat, large enough to make a thread worth its while
_PIECE = 256 * 1024
MB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one picture, of one other file, of all evidence together; pixels of a picture."""

    picture_bytes: int = 25 * MB
    file_bytes: int = 500 * MB
    quota_bytes: int = 50 * 1024 * MB
    pixels: int = 40_000_000
    at_once: int = 4
    #: a sender who is silent for so long is not waited for
    silence_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Received:
    """``size``: bytes kept (clear). ``sha256``: hex, of the bytes as they were sent."""

    sort: Sort
    size: int
    sha256: str
    kept: Kept
    width: int | None = None
    height: int | None = None


class Intake:
    """One a process. ``vault`` is prepared."""

    def __init__(self, vault: Vault, limits: Limits | None = None) -> None:
        self.vault, self.limits = vault, limits or Limits()
        self._under_way: dict[int, int] = {}
        self._drawing = asyncio.Lock()

    @asynccontextmanager
    async def receive(
        self, body: AsyncIterator[bytes], *, stated: int | None, used: int
    ) -> AsyncIterator[Received]:
        """What came, on the disk. Commit its row inside the block; a refusal there undoes it.

        ``stated``: the length that the sender gave. ``used``: bytes of the quota that are taken.
        Raises ``Invalid`` (kind, damaged, cut), ``TooLarge``, ``TooMany`` and ``Unavailable``.
        """
        if len(self._under_way) >= self.limits.at_once:
            raise TooMany("several uploads are under way", retry_after_s=5)
        turn = id(body)
        self._under_way[turn] = 0
        draft = await asyncio.to_thread(self.vault.draft)
        try:
            with draft:
                received = await self._take(draft, _Stream(self, body, turn, stated, used))
                try:
                    yield received
                except TocsinError:
                    await asyncio.to_thread(self.vault.destroy, received.kept)
                    raise
                # Anything else, a cancellation above all: the row may be committed all the same. If it is
                # not, the next start destroys what nobody holds.
        finally:
            del self._under_way[turn]

    async def _take(self, draft: Draft, stream: _Stream) -> Received:
        head = await stream.read(ENOUGH)
        sort = sort_of(head)
        stream.require_room(picture=sort.kind == "picture")
        if sort.kind == "picture":
            return await self._picture(draft, stream, sort, head)
        writing, text = await asyncio.to_thread(draft.part, "clear"), PlainText()
        piece = head
        while piece:
            if sort.media == "text/plain":
                text.check(piece)
            await asyncio.to_thread(writing.write, piece)
            piece = await stream.read(_PIECE)
        if sort.media == "text/plain":
            text.check(b"", last=True)
        stream.require_whole()
        kept = await asyncio.to_thread(draft.publish)
        return Received(sort, writing.size, writing.sha256.hex(), kept)

    async def _picture(self, draft: Draft, stream: _Stream, sort: Sort, head: bytes) -> Received:
        data = bytearray(head)
        while piece := await stream.read(_PIECE):
            data += piece
        stream.require_whole()

        def keep() -> Received:
            made = drawn(bytes(data), sort.media, most_pixels=self.limits.pixels)
            draft.part("clear").write(made.clear)
            draft.part("blurred").write(made.blurred)
            digest = sha256(data).hexdigest()
            return Received(sort, len(made.clear), digest, draft.publish(), made.width, made.height)

        # one at a time: forty million pixels are a few hundred MB while they are drawn
        async with self._drawing:
            return await asyncio.to_thread(keep)

    def count(self, turn: int, more: int) -> int:
        """Bytes of all uploads under way."""
        self._under_way[turn] += more
        return sum(self._under_way.values())


class _Stream:
    """The body in pieces of a wanted size, counted against every limit while it is read."""

    def __init__(
        self, intake: Intake, body: AsyncIterator[bytes], turn: int, stated: int | None, used: int
    ) -> None:
        self._intake, self._body, self._turn = intake, aiter(body), turn
        self._stated, self._used = stated, used
        self._held, self._read, self._ended = bytearray(), 0, False
        self._most = max(intake.limits.picture_bytes, intake.limits.file_bytes)
        self._check(stated or 0)

    async def read(self, size: int) -> bytes:
        """``size`` bytes, less only at the end."""
        while len(self._held) < size and not self._ended:
            try:
                async with asyncio.timeout(self._intake.limits.silence_s):
                    more = await anext(self._body)
            except StopAsyncIteration:
                self._ended = True
            except TimeoutError:
                raise Unavailable(
                    "nothing more came of this file; nothing of it was kept", cure="send it again"
                ) from None
            else:
                self._read += len(more)
                self._intake.count(self._turn, len(more))
                self._check(self._read)
                self._held += more
        piece = bytes(self._held[:size])
        del self._held[:size]
        return piece

    def require_room(self, *, picture: bool) -> None:
        """Now that the kind is known."""
        limits = self._intake.limits
        self._most = limits.picture_bytes if picture else limits.file_bytes
        self._check(max(self._read, self._stated or 0))

    def require_whole(self) -> None:
        if self._stated is not None and self._read != self._stated:
            raise Invalid(
                "this file was cut on its way; nothing of it was kept",
                field="body",
                value=f"{self._read} of {self._stated} bytes",
                cure="send it again",
            )

    def _check(self, size: int) -> None:
        if size > self._most:
            raise TooLarge(
                "this file is larger than what is kept; nothing of it was taken",
                field="body",
                value=f"more than {self._most} bytes",
                cure=f"send at most {self._most // MB} MB, a shorter clip or a smaller picture",
            )
        if self._used + max(size, self._intake.count(self._turn, 0)) > self._intake.limits.quota_bytes:
            raise TooLarge(
                "all evidence together would be more than its quota; nothing of this file was taken",
                field="body",
                value=f"quota {self._intake.limits.quota_bytes // MB} MB",
                cure="erase what is not needed, or raise evidence.quota_gb",
            )
