"""From a document to a PDF, in a process of its own: the door answers on while it is set."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

import msgspec
import structlog

from tocsin.kernel.errors import TooLarge, TooMany, Unavailable
from tocsin.kernel.surroundings import bare
from tocsin.reports.document import Document

log = structlog.get_logger(__name__)

_PIECE = 256 * 1024


class Printer:
    """``at_once`` presses run, ``waiting`` more wait, others are sent away.

    ``longest_s``: wall time of one; ``most_in`` and ``most_out``: bytes of document and PDF.
    """

    def __init__(
        self,
        *,
        at_once: int = 1,
        waiting: int = 8,
        longest_s: float = 90.0,
        most_in: int = 8 * 2**20,
        most_out: int = 32 * 2**20,
    ) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._inside = 0
        self._longest_s = longest_s
        self._most_in, self._most_out = most_in, most_out
        self.command: tuple[str, ...] = (sys.executable, "-m", "tocsin.reports.press")

    async def pdf(self, document: Document) -> bytes:
        """Raises ``TooLarge``, ``TooMany`` where too many wait, ``Unavailable`` where it took too long."""
        given = msgspec.json.encode(document)
        if len(given) > self._most_in:
            raise _too_large("document", len(given), self._most_in)
        if self._inside >= self._room:
            raise TooMany("too many reports are being printed", retry_after_s=self._longest_s / 2)
        self._inside += 1
        try:
            async with self._turns:
                return await self._press(given)
        finally:
            self._inside -= 1

    async def _press(self, given: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *self.command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=bare()
        )
        try:
            async with asyncio.timeout(self._longest_s):
                made, _ = await asyncio.gather(self._taken(process), _fed(process, given))
                code = await process.wait()
        except TimeoutError:
            raise _failed(f"it took longer than {self._longest_s:g} s") from None
        finally:
            # also where the one who asked has left: nobody waits for this sheet any more
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                # reads what it still said: with a full pipe asyncio never tells its end
                await process.communicate()
        if code != 0 or not made.startswith(b"%PDF"):
            log.warning("press_failed", code=code, document_bytes=len(given))
            raise _failed("the press ended before it was done")
        return made

    async def _taken(self, process: Process) -> bytes:
        assert process.stdout is not None
        made = bytearray()
        while piece := await process.stdout.read(_PIECE):
            made += piece
            if len(made) > self._most_out:
                raise _too_large("PDF", len(made), self._most_out)
        return bytes(made)


async def _fed(process: Process, given: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(given)
        await process.stdin.drain()
        process.stdin.close()


def _failed(why: str) -> Unavailable:
    return Unavailable(f"the PDF was not made: {why}", field="format", value="pdf", cure="ask for html")


def _too_large(what: str, size: int, most: int) -> TooLarge:
    return TooLarge(
        f"the {what} is larger than what is printed here",
        field="format",
        value=f"{size} of {most} bytes",
        cure="ask for html, or for an earlier moment",
    )
