"""The bus on NATS JetStream."""

from __future__ import annotations

import asyncio
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import structlog
from nats.aio.msg import Msg

from tocsin.bus.accounts import Credentials
from tocsin.bus.backlog import Backlog
from tocsin.bus.nats_link import Link, NobodyThere, Refused, parse
from tocsin.bus.nats_reader import Reader, own_headers
from tocsin.bus.permissions import GATE
from tocsin.bus.refusals import REFUSED, pack, unpack
from tocsin.bus.topics import stream_of
from tocsin.bus.wire import (
    DEDUPE_WINDOW_S,
    GATE_STREAM,
    gate_config,
    kernel_subject,
    parse_headers,
    stream_configs,
    wire_stream,
    wire_subject,
)
from tocsin.kernel.errors import Misconfigured, TocsinError, Unavailable
from tocsin.kernel.ids import random_id
from tocsin.kernel.ports import Answer, Message, Outgoing, StreamInfo

log = structlog.get_logger(__name__)

#: The server takes batches of at most 1,000 messages.
_BATCH_MESSAGES = 500
_BATCH_BYTES = 4 * 1024 * 1024
_ANSWER_S = 3.0
_PAUSE_S = 0.1
_STREAM_NAME_IN_USE = 10058
_BATCH_HAS_DUPLICATE = 10201
_NOT_FOUND = 404
#: JetStream: no suitable peers, not available, insufficient resources
_TOO_FEW_NODES = (10005, 10008, 10023)


class NatsBus:
    """``kernel.ports.Bus`` for one process. Made by ``accounts.connect`` or ``NatsBus.connect``."""

    def __init__(self, link: Link, *, publish_timeout_s: float = 10.0, replicas: int = 1) -> None:
        if publish_timeout_s >= DEDUPE_WINDOW_S:
            raise Misconfigured(
                "a publish may be repeated only while its id is remembered",
                field="publish_timeout_s",
                value=publish_timeout_s,
                cure=f"less than {DEDUPE_WINDOW_S} s",
            )
        self._link = link
        self._publish_timeout_s = publish_timeout_s
        self._replicas = replicas

    @classmethod
    async def connect(
        cls, credentials: Credentials, *, timeout_s: float = 15.0, publish_timeout_s: float = 10.0
    ) -> NatsBus:
        """Raises ``Unavailable`` (no server in time), ``Misconfigured`` (it refuses the credentials)."""
        link = Link(credentials)
        await link.open(timeout_s)
        return cls(link, publish_timeout_s=publish_timeout_s, replicas=credentials.replicas)

    async def make_streams(self) -> None:
        """Make every stream of the kernel, or bring an older one up to date. For the keeper alone.

        Raises ``Unavailable`` where too few nodes of a cluster are there yet, ``Misconfigured``.
        """
        configs = stream_configs(self._replicas)
        for config in configs if self._replicas == 1 else [*configs, gate_config(self._replicas)]:
            try:
                await self._link.call(f"STREAM.CREATE.{config['name']}", config, timeout_s=30)
            except Refused as error:
                if error.err_code in _TOO_FEW_NODES:
                    raise Unavailable(
                        "too few nodes of the bus are up", cure=f"{self._replicas} must be"
                    ) from error
                if error.err_code != _STREAM_NAME_IN_USE:
                    raise Misconfigured(
                        "the bus refuses a stream", field=config["name"], value=error
                    ) from error
                await self._link.call(f"STREAM.UPDATE.{config['name']}", config, timeout_s=30)

    async def publish(self, out: Outgoing) -> int:
        stream_of(out.subject)
        return await self._publish(out, out.msg_id or random_id(), self._deadline())

    async def publish_many(self, outs: Sequence[Outgoing]) -> list[int]:
        """Stored in order: each run of up to 500 messages of one stream is stored whole or not at all."""
        deadline = self._deadline()
        seqs: list[int] = []
        for run in _runs(outs):
            seqs += await self._publish_run(run, deadline)
        return seqs

    def _deadline(self) -> float:
        return time.monotonic() + self._publish_timeout_s

    async def _publish(self, out: Outgoing, msg_id: str, deadline: float) -> int:
        """Repeats under the same id until stored or late: an answer lost with the server costs no double."""
        headers = {**out.headers, "Nats-Msg-Id": msg_id}
        while True:
            try:
                await self._until_up(deadline)
                answer = await self._link.ask(
                    wire_subject(out.subject),
                    out.data,
                    headers=headers,
                    timeout_s=min(_ANSWER_S, max(0.05, deadline - time.monotonic())),
                )
                return int(parse(answer.data)["seq"])
            except (Unavailable, Refused) as error:
                await _pause(error, deadline)

    async def _publish_run(self, run: Sequence[tuple[Outgoing, str]], deadline: float) -> list[int]:
        if len(run) == 1:
            return [await self._publish(*run[0], deadline)]
        while True:
            try:
                await self._until_up(deadline)
                last = await self._atomic(run, deadline)
                return list(range(last - len(run) + 1, last + 1))
            except Refused as error:
                if error.err_code == _BATCH_HAS_DUPLICATE:
                    # Stored before, whole or partly: one by one, in order, each with its own answer.
                    return [await self._publish(out, msg_id, deadline) for out, msg_id in run]
                await _pause(error, deadline)
            except Unavailable as error:
                await _pause(error, deadline)

    async def _atomic(self, run: Sequence[tuple[Outgoing, str]], deadline: float) -> int:
        """All or none, in order, one answer: not even a full disk can store the second without the first."""
        batch = random_id()
        subject = wire_subject(run[-1][0].subject)
        reply, answer = self._link.expect(subject)
        try:
            for at, (out, msg_id) in enumerate(run, 1):
                headers = {
                    **out.headers,
                    "Nats-Msg-Id": msg_id,
                    "Nats-Batch-Id": batch,
                    "Nats-Batch-Sequence": str(at),
                }
                final = at == len(run)
                if final:
                    headers["Nats-Batch-Commit"] = "1"
                await self._link.send(
                    wire_subject(out.subject), out.data, headers=headers, reply=reply if final else ""
                )
            async with asyncio.timeout(min(_ANSWER_S, max(0.05, deadline - time.monotonic()))):
                message = await answer
        except TimeoutError:
            raise Unavailable("the bus server did not answer in time") from None
        finally:
            self._link.forget(reply)
        if message.headers and message.headers.get("Status") == "503":
            raise Unavailable("the bus server is not ready to store")
        return int(parse(message.data)["seq"])

    async def _until_up(self, deadline: float) -> None:
        if self._link.is_up:
            return
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                await self._link.until_up()
        except TimeoutError:
            raise Unavailable("the bus server is away") from None

    @asynccontextmanager
    async def read(
        self, stream: str, *, after: int, subjects: Sequence[str] = (), max_batch: int = 500
    ) -> AsyncIterator[AsyncIterator[Sequence[Message]]]:
        reader = Reader(self._link, stream, after, subjects, max_batch)
        try:
            await reader.open()
            yield reader
        finally:
            await reader.close()

    async def last(self, stream: str, subject: str) -> Message | None:
        if self._replicas > 1:
            return await self._last_of_leader(stream, subject)
        body = f'{{"last_by_subj":"{wire_subject(subject)}"}}'.encode()
        message = await self._link.ask(f"$JS.API.DIRECT.GET.{wire_stream(stream)}", body, timeout_s=5)
        headers = message.headers or {}
        if headers.get("Status") == str(_NOT_FOUND):
            return None
        return Message(
            kernel_subject(headers["Nats-Subject"]),
            message.data,
            int(headers["Nats-Sequence"]),
            datetime.fromisoformat(headers["Nats-Time-Stamp"]).astimezone(UTC),
            own_headers(headers),
        )

    async def _last_of_leader(self, stream: str, subject: str) -> Message | None:
        """Any replica answers a direct get, also one that is behind: whoever goes on from there would send
        twice."""
        try:
            found = await self._link.call(
                f"STREAM.MSG.GET.{wire_stream(stream)}", {"last_by_subj": wire_subject(subject)}
            )
        except Refused as error:
            if error.code == _NOT_FOUND:
                return None
            raise Unavailable(f"the bus does not tell its last message: {error}") from error
        stored = found["message"]
        return Message(
            kernel_subject(stored["subject"]),
            b64decode(stored.get("data", "")),
            int(stored["seq"]),
            datetime.fromisoformat(stored["time"]).astimezone(UTC),
            own_headers(parse_headers(b64decode(stored.get("hdrs", "")))),
        )

    async def tell_gate(self, users: bytes) -> None:
        """In a cluster: all device users as they are now, kept for the keepers of the nodes. Raises
        ``Unavailable``.
        """
        try:
            parse((await self._link.ask(GATE, users, timeout_s=_ANSWER_S)).data)
        except Refused as error:
            raise Unavailable(f"the bus does not take device users: {error}") from error

    async def gate(self) -> bytes | None:
        """What was told last. Raises ``Unavailable``."""
        try:
            found = await self._link.call(f"STREAM.MSG.GET.{GATE_STREAM}", {"last_by_subj": GATE})
        except Refused as error:
            if error.code == _NOT_FOUND:
                return None
            raise Unavailable(f"the bus does not tell device users: {error}") from error
        return b64decode(found["message"]["data"])

    async def info(self, stream: str) -> StreamInfo:
        try:
            state = (await self._link.call(f"STREAM.INFO.{wire_stream(stream)}"))["state"]
        except Refused as error:
            raise _no_stream(stream, error) from error
        messages, last = int(state["messages"]), int(state["last_seq"])
        return StreamInfo(
            int(state["first_seq"]) if messages else last + 1, last, messages, int(state["bytes"])
        )

    async def trim(self, stream: str, up_to: int, *, keep: Sequence[str] = ()) -> None:
        name = wire_stream(stream)
        saved = {m.seq: m.subject for p in keep if (m := await self.last(stream, p)) and m.seq <= up_to}
        try:
            if not saved:
                await self._link.call(f"STREAM.PURGE.{name}", {"seq": up_to + 1})
                return
            # Below the oldest one saved everything goes; from there on subject by subject, around the saved
            # ones.
            await self._link.call(f"STREAM.PURGE.{name}", {"seq": min(saved)})
            info = await self._link.call(f"STREAM.INFO.{name}", {"subjects_filter": ">"})
            for subject in info["state"].get("subjects") or {}:
                own = [seq for seq, s in saved.items() if wire_subject(s) == subject]
                upper = min(own) if own else up_to + 1
                await self._link.call(f"STREAM.PURGE.{name}", {"filter": subject, "seq": upper})
        except Refused as error:
            raise _no_stream(stream, error) from error

    async def announce(self, subject: str, data: bytes) -> None:
        try:
            await self._link.send(subject, data)
        except Unavailable:
            return  # heard by nobody, as when nobody listens

    @asynccontextmanager
    async def listen(self, subject: str) -> AsyncIterator[AsyncIterator[Message]]:
        backlog = Backlog()

        async def heard(message: Msg) -> None:
            headers = dict(message.headers or {})
            backlog.put(Message(message.subject, message.data, 0, datetime.now(UTC), headers))

        await self._link.until_up()
        subscription = await self._link.subscribe(subject, heard)
        # The server knows of us once it has answered something sent later.
        await self._link.round_trip(5)
        try:
            yield backlog
        finally:
            if self._link.is_up:
                await subscription.unsubscribe()

    async def ask(self, subject: str, data: bytes, *, timeout_s: float = 10.0) -> bytes:
        try:
            answer = await self._link.ask(subject, data, timeout_s=timeout_s)
        except NobodyThere:  # it may be about to come back; asked in vain, nothing was done
            await asyncio.sleep(_PAUSE_S)
            answer = await self._link.ask(subject, data, timeout_s=timeout_s)
        if kind := (answer.headers or {}).get(REFUSED):
            raise unpack(kind, answer.data)
        return answer.data

    @asynccontextmanager
    async def answer(self, subject: str, how: Answer) -> AsyncIterator[None]:
        async def one(message: Msg) -> None:
            headers = None
            try:
                data = await how(message.data)
            except TocsinError as error:
                data, headers = pack(error), {REFUSED: error.kind}
            except Exception:
                log.exception("question_failed", subject=subject)
                failed = Unavailable("this could not be answered", cure="see the log of the process asked")
                data, headers = pack(failed), {REFUSED: failed.kind}
            with suppress(Unavailable):  # whoever asked has been told by the loss itself
                await self._link.send(message.reply, data, headers=headers)

        async with asyncio.TaskGroup() as answering:

            async def heard(message: Msg) -> None:
                answering.create_task(one(message))

            await self._link.until_up()
            subscription = await self._link.subscribe(subject, heard)
            await self._link.round_trip(5)
            try:
                yield
            finally:
                if self._link.is_up:
                    await subscription.unsubscribe()

    async def ping(self) -> float:
        start = time.perf_counter()
        await self._link.round_trip(2)
        return time.perf_counter() - start

    async def close(self) -> None:
        await self._link.close()


def _runs(outs: Sequence[Outgoing]) -> list[list[tuple[Outgoing, str]]]:
    """Neighbours of one stream, within what one batch may hold."""
    runs: list[list[tuple[Outgoing, str]]] = []
    stream, size = "", 0
    for out in outs:
        own = stream_of(out.subject)
        if own != stream or len(runs[-1]) >= _BATCH_MESSAGES or size + len(out.data) > _BATCH_BYTES:
            runs.append([])
            stream, size = own, 0
        runs[-1].append((out, out.msg_id or random_id()))
        size += len(out.data)
    return runs


async def _pause(error: Unavailable | Refused, deadline: float) -> None:
    """A moment before the next attempt. Raises ``Unavailable`` when there is no time for one."""
    if time.monotonic() + _PAUSE_S >= deadline:
        raise Unavailable(
            f"not stored: {error}", cure="nothing was acknowledged; the same call may go through later"
        ) from error
    await asyncio.sleep(_PAUSE_S)


def _no_stream(stream: str, error: Refused) -> Misconfigured:
    return Misconfigured(
        f"the bus refuses this stream: {error.words}",
        field="stream",
        value=stream,
        cure="start the server's keeper",
    )
