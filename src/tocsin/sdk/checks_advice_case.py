"""What the laws of advice are tried on: one tool and requests of ``tests/requests/*.json``.

    {"request": {...}, "surroundings": {...}, "entities": [...], "refused": "crowd"}

``surroundings`` as ``kernel.advice.Surroundings``; ``entities`` are lines of ``sdk.testing``, put into it.
``refused``: the field with which it must be refused; without it, it must be answered.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from tocsin.kernel.advice import Surroundings
from tocsin.kernel.events import Advice
from tocsin.sdk.consult import Given, consult
from tocsin.sdk.discover import LoadedAdvisor, ToolFolder, load_advisor
from tocsin.sdk.manifest import Manifest
from tocsin.sdk.params import make_params
from tocsin.sdk.testing import Line, reading
from tocsin.sdk.tool import Advisor, Cancelled


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    request: dict[str, Any]
    surroundings: Surroundings
    entities: list[Line] = []
    refused: str | None = None


class Question(msgspec.Struct, frozen=True):
    request: dict[str, Any]
    surroundings: Surroundings
    refused: str | None


class Calls:
    """``Progress`` that remembers what it is told. ``stop_at``: raises ``why`` from that call on, from 1."""

    def __init__(self, stop_at: int = 0, why: type[Cancelled] = Cancelled) -> None:
        self._stop_at, self._why = stop_at, why
        self.shares: list[float] = []
        self.best: Advice | None = None

    def __call__(self, share: float, words: str, best: Advice | None = None) -> None:
        if not words:
            raise AssertionError("progress without words")
        self.shares.append(share)
        self.best = best or self.best
        if self._stop_at and len(self.shares) >= self._stop_at:
            raise self._why


class AdviceCase:
    """One tool with an advisor, ready to be asked as often as the laws want."""

    def __init__(self, folder: ToolFolder) -> None:
        self.folder = folder
        self.tool: LoadedAdvisor = load_advisor(folder)
        self.manifest: Manifest = folder.manifest

    @cached_property
    def params(self) -> Any:
        """Default parameters."""
        return make_params(self.tool.params_class, {}, where=str(self.folder.path / "params.py"))

    def advisor(self) -> Advisor:
        return self.tool.make(self.params)

    def questions(self) -> dict[str, Question]:
        """By name, read anew each time: whoever asked before may have changed them."""
        out = {}
        for path in sorted((self.folder.path / "tests" / "requests").glob("*.json")):
            file = msgspec.json.decode(path.read_bytes(), type=_File)
            read = tuple(_observation(line) for line in file.entities)
            around = msgspec.structs.replace(file.surroundings, entities=(*file.surroundings.entities, *read))
            out[path.stem] = Question(file.request, around, file.refused)
        return out

    def ask(
        self,
        question: Question,
        *,
        advisor: Advisor | None = None,
        calls: Calls | None = None,
        given: Given | None = None,
    ) -> Advice:
        """Raises what the advisor raises."""
        return consult(
            advisor or self.advisor(),
            self.manifest,
            question.request,
            given or Given(question.surroundings, self.manifest.consumes),
            calls or Calls(),
        )

    def answer(self, name: str) -> Advice:
        return self.ask(self.questions()[name])

    @cached_property
    def answered(self) -> dict[str, Advice]:
        """The answers to all that is not to be refused."""
        return {name: self.ask(q) for name, q in self.questions().items() if q.refused is None}


def _observation(line: Line) -> Any:
    return reading(
        line.entity,
        line.type,
        line.at,
        line.attributes,
        lon=line.lon,
        lat=line.lat,
        id=line.id,
    )
