"""Which form an MQTT message has, by its topic, and how it is cut into items: JSON as ever, else ``cut.py``.

A cutter may have to remember (births of Sparkplug B). A message that changes what it remembers is the last of
its envelope, and lies on the bus before another is cut: its state before and after lie on disk with its
sequence, so that whatever is cut again after a failure or a crash is cut with what was known then.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import structlog

from tocsin.bus.topics import device_of, fits
from tocsin.ingest.envelopes import MAX_ITEM_BYTES
from tocsin.kernel.errors import Invalid, TocsinError, Unavailable
from tocsin.kernel.events import RawItem
from tocsin.kernel.ports import Bus, Message
from tocsin.kernel.subjects import SPARKPLUG
from tocsin.sdk.source import Cutter, Sources, load_cut

JSON = "json"
#: what may be sent back to an edge node
_ASKING = "NCMD"
_DOT = "//"

log = structlog.get_logger(__name__)

Items = Callable[[Message], list[RawItem]]


class _Memory(msgspec.Struct, array_like=True):
    """What a cutter remembered before the message of this sequence in MQTT, and what after it."""

    seq: int = 0
    before: bytes = b""
    after: bytes = b""


@dataclass(slots=True)
class _Style:
    name: str
    topics: tuple[str, ...]
    cutter: Cutter
    file: Path | None
    memory: _Memory = field(default_factory=_Memory)


class Styles:
    """``json``: cuts what no source claims. ``folder``: where cutters' memory lies; None keeps it in memory.

    Calls block on the disk where a cutter has something to remember.
    """

    def __init__(self, json: Items, sources: Sources | None = None, folder: Path | None = None) -> None:
        self._json = json
        #: the message cut last has changed what is remembered: publish up to it first
        self.changed = False
        self._styles: list[_Style] = []
        for source in sources.folders if sources else ():
            if not source.manifest.topics:
                continue
            try:
                cutter = load_cut(source)
            except Exception as error:  # noqa: BLE001 - a stranger's code: it may raise anything at import
                log.error("source_cut_broken", source=source.manifest.id, reason=str(error))
                continue
            file = folder / f"{source.manifest.id}.state" if folder else None
            self._styles.append(_Style(source.manifest.id, source.manifest.topics, cutter, file))
            _restore(self._styles[-1])

    def of(self, message: Message) -> tuple[str, list[RawItem]]:
        """Format of the items and the items. What cannot be cut goes on whole, to be quarantined."""
        self.changed = False
        for style in self._styles:
            if fits(message.subject, style.topics):
                items = _cut(style, message)
                self.changed = style.memory.seq == message.seq
                return f"feed:{style.name}", items
        return JSON, self._json(message)

    def rewind(self, covered: int) -> None:
        """All up to the sequence ``covered`` is on the bus; what comes after it will be cut again."""
        for style in self._styles:
            memory = style.memory
            if memory.seq > covered:
                style.cutter.restore(memory.before)
                style.memory = _Memory(0, memory.before, memory.before)

    async def answer(self, bus: Bus) -> None:
        """Send what cutters ask back to nodes; it is not kept, and asked again when it is missed again."""
        for style in self._styles:
            for topic, payload in style.cutter.requests():
                subject = ".".join(level.replace(".", _DOT) for level in topic)
                if _ASKING not in topic:
                    continue
                try:
                    await bus.announce(subject, payload)
                except TocsinError as error:
                    log.warning("mqtt_answer_lost", subject=subject, reason=str(error))


def _cut(style: _Style, message: Message) -> list[RawItem]:
    topic = tuple(level.replace(_DOT, ".") for level in message.subject.split("."))
    device = device_of_topic(message.subject)
    whole = [RawItem(f"mqtt:{message.seq}", message.data, device)]
    if len(message.data) > MAX_ITEM_BYTES:
        return whole
    try:
        parts = style.cutter.cut(topic, message.data, message.time)
        if style.cutter.changed:
            _remember(style, message.seq)
    except Invalid:
        return whole
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's cutter may raise anything
        log.error("cut_defect", source=style.name, error=type(error).__name__)
        return whole
    return [RawItem(f"mqtt:{message.seq}:{i}", bytes(part), device) for i, part in enumerate(parts)]


def device_of_topic(subject: str) -> str | None:
    """The device user that may publish there: of Sparkplug the edge node."""
    try:
        if fits(subject, (SPARKPLUG.pattern,)):
            return subject.split(".")[3].replace(_DOT, ".")
        return device_of(subject)
    except (Invalid, IndexError):
        return None


def _restore(style: _Style) -> None:
    if style.file is None:
        return
    try:
        style.memory = msgspec.msgpack.decode(style.file.read_bytes(), type=_Memory)
        style.cutter.restore(style.memory.after)
    except FileNotFoundError:
        return
    except (OSError, msgspec.MsgspecError, TocsinError) as error:
        style.memory = _Memory()
        log.warning("cut_state_lost", source=style.name, reason=str(error))


def _remember(style: _Style, seq: int) -> None:
    """All of it or nothing. Raises ``Unavailable``."""
    memory = _Memory(seq, style.memory.after, style.cutter.snapshot())
    if style.file is not None:
        draft = style.file.with_suffix(".new")
        try:
            style.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with draft.open("wb") as file:
                file.write(msgspec.msgpack.encode(memory))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(style.file)
        except OSError as error:
            style.cutter.restore(style.memory.after)
            raise Unavailable(
                f"what {style.name} must remember was not written: {error.strerror}",
                field="state",
                value=style.file,
                cure="free space in the state folder",
            ) from None
    style.memory = memory
