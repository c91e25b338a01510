"""What the laws are tried on: one tool, its fixtures, and runs that watch the detector from outside."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import msgspec

from tocsin.kernel.events import Finding, Observation, ObservationBatch
from tocsin.sdk.discover import LoadedTool, ToolFolder, load
from tocsin.sdk.feed import Feeder
from tocsin.sdk.manifest import Manifest
from tocsin.sdk.params import make_params
from tocsin.sdk.testing import Golden, clock, read_stream
from tocsin.sdk.tool import Detector, State

Log = Sequence[ObservationBatch]


class Broken(AssertionError):
    """A law does not hold; the words say where."""


@dataclass(slots=True)
class Watch:
    """A detector as the feeder sees it, with every call written down. ``singly``: one reading a call."""

    inner: Detector
    singly: bool = False
    calls: list[tuple[list[Observation], datetime | None, list[Finding]]] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def observe(self, observations: Sequence[Observation]) -> Sequence[Finding]:
        out: list[Finding] = []
        for part in [[o] for o in observations] if self.singly else [list(observations)]:
            given, start = list(part), time.thread_time()
            said = list(self.inner.observe(given))
            self.cpu_ms.append(1000 * (time.thread_time() - start))
            if [id(o) for o in given] != [id(o) for o in part]:
                raise Broken("observe() changed the sequence that it was given")
            self.calls.append((part, None, said))
            out += said
        return out

    def tick(self, event_time: datetime) -> Sequence[Finding]:
        start = time.thread_time()
        said = list(self.inner.tick(event_time))
        self.cpu_ms.append(1000 * (time.thread_time() - start))
        self.calls.append(([], event_time, said))
        return said

    def snapshot(self) -> State:
        return self.inner.snapshot()

    def restore(self, state: State) -> None:
        self.inner.restore(state)

    @property
    def said(self) -> list[Finding]:
        return [f for _, _, said in self.calls for f in said]


class Case:
    """One tool and its fixtures, ready to be run as often as the laws ask."""

    def __init__(self, folder: ToolFolder) -> None:
        self.folder = folder
        self.tool: LoadedTool = load(folder)
        self.manifest: Manifest = folder.manifest

    @cached_property
    def params(self) -> Any:
        """Default parameters."""
        return make_params(self.tool.params_class, {}, where=str(self.folder.path / "params.py"))

    def detector(self) -> Detector:
        return self.tool.make(self.params)

    @cached_property
    def logs(self) -> dict[str, Log]:
        """Fixtures by name, each followed by a quiet clock so that all is released and ticked."""
        out: dict[str, Log] = {}
        for path in sorted((self.folder.path / "tests" / "fixtures").glob("*.jsonl")):
            batches = read_stream(path)
            out[path.stem] = [*batches, *clock(batches, for_s=self.settle_s, every_s=self.settle_s / 40)]
        return out

    @property
    def settle_s(self) -> float:
        return 2 * self.manifest.time.lateness_s + 4 * self.manifest.time.tick_s + 10

    @cached_property
    def goldens(self) -> dict[str, Golden]:
        folder = self.folder.path / "tests" / "golden"
        return {
            p.stem: msgspec.json.decode(p.read_bytes(), type=Golden) for p in sorted(folder.glob("*.json"))
        }

    def told(self, log: Log) -> list[Finding]:
        """What the host would publish."""
        return self.watched(log)[0]

    def watched(self, log: Log, *, singly: bool = False) -> tuple[list[Finding], Watch, Feeder]:
        watch = Watch(self.detector(), singly)
        feeder, out = Feeder(watch, self.manifest), []
        for seq, batch in enumerate(log, 1):
            out += feeder.feed(batch, seq)
        return out, watch, feeder

    @cached_property
    def baseline(self) -> dict[str, list[Finding]]:
        return {name: self.told(log) for name, log in self.logs.items()}


def same(a: Iterable[Finding], b: Iterable[Finding], where: str) -> None:
    """Raises ``Broken`` at the first finding that differs, naming the field."""
    left, right = list(a), list(b)
    for n, (x, y) in enumerate(zip(left, right, strict=False)):
        if x != y:
            fields = [k for k in x.__struct_fields__ if getattr(x, k) != getattr(y, k)]
            k = fields[0]
            raise Broken(
                f"{where}: finding {n} ({x.kind} of {x.entities[:1]}) differs in {fields}: "
                f"{str(getattr(x, k))[:120]} and {str(getattr(y, k))[:120]}"
            )
    if len(left) != len(right):
        raise Broken(f"{where}: {len(left)} findings and {len(right)}")


def deep_bytes(root: object) -> int:
    """Memory reached from an object, bytes; classes, modules and functions are no part of it."""
    seen: set[int] = set()
    total, stack = 0, [root]
    while stack:
        item = stack.pop()
        if id(item) in seen or isinstance(item, type | ModuleType | FunctionType | BuiltinFunctionType):
            continue
        seen.add(id(item))
        total += sys.getsizeof(item)
        stack += gc.get_referents(item)
        held = getattr(item, "__struct_fields__", None)
        if held is not None and not isinstance(item, type):  # structs without gc hide their fields
            stack += [getattr(item, name) for name in held]
    return total


def packed(state: Any) -> Any:
    """Through msgpack and back, as the runner's snapshot file does. Raises ``Broken``."""
    try:
        return msgspec.msgpack.decode(msgspec.msgpack.encode(state))
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise Broken(f"snapshot() cannot be carried by msgpack: {error}") from None


def python_files(folder: Path) -> list[Path]:
    """The tool's own modules, its tests left out."""
    return [p for p in sorted(folder.rglob("*.py")) if "tests" not in p.relative_to(folder).parts]
