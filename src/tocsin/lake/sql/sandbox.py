"""Runs one job in a process of its own and ends it, whatever it does, when its time is over."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress

import msgspec
import structlog

from tocsin.kernel import errors
from tocsin.kernel.errors import TocsinError, Unavailable
from tocsin.kernel.surroundings import bare
from tocsin.lake.sql.records import Job, Outcome, Refusal, SqlAnswer
from tocsin.lake.sql.refusals import ended, too_long

log = structlog.get_logger(__name__)

#: to start Python and load DuckDB, on a machine that is busy
_START_S = 5.0
_HEAD = 4
_KINDS = {kind.kind: kind for kind in (errors.Invalid, errors.TooLarge, errors.Exhausted)}


class Gone(Exception):
    """A file of the job's list is there no more: compaction or an erasure took it away. Ask anew."""


async def run(job: Job) -> SqlAnswer:
    """Raises ``Invalid``, ``TooLarge``, ``Exhausted`` (time or memory), ``Unavailable``, ``Gone``."""
    child = await _started()
    try:
        async with asyncio.timeout(job.max_s + _START_S):
            out, err = await child.communicate(msgspec.msgpack.encode(job))
    except TimeoutError:
        raise too_long(job) from None
    finally:
        await _ended(child)
    return _read(job, out, err, child.returncode)


async def _started() -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tocsin.lake.sql",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=bare() | {"LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"},
            cwd="/",
            close_fds=True,
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable(f"no process for the query: {error.strerror}", cure="try again later") from error


async def _ended(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()


def _read(job: Job, out: bytes, err: bytes, code: int | None) -> SqlAnswer:
    length = int.from_bytes(out[:_HEAD], "big")
    if len(out) < _HEAD or len(out) < _HEAD + length:
        # killed by the kernel at its limit of memory or time, or by a defect of the parser
        log.warning("sql_ended", code=code, tail=err[-300:].decode("utf-8", "replace"))
        raise ended(job)
    outcome = msgspec.msgpack.decode(out[_HEAD : _HEAD + length], type=Outcome)
    if outcome.facts is None:
        raise _refusal(outcome.refusal)
    return SqlAnswer(outcome.facts, out[_HEAD + length :])


def _refusal(given: Refusal | None) -> Exception:
    if given is None:
        return Unavailable("the query was not answered", cure="try again")
    if given.kind == "gone":
        return Gone(given.message)
    kind: type[TocsinError] = _KINDS.get(given.kind, errors.Invalid)
    return kind(given.message, field=given.field, value=given.value, cure=given.cure)
