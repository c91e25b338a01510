"""``manifest.toml``: what a tool is and promises, read without importing it. Unknown keys are refused.

contract = 1                      # version of the contract (sdk/tool.py) that it was written for
id = "crowd"                      # equals the folder's name
version = "1.0.0"
title = "Crowd density"
claim = "one sentence: what it tells whom"
capability = "detect"             # detect | foresee | manage | cyber | efficiency
personal_data = "none"            # none | aggregate | pseudonymous | personal
advises_a_person = true           # a person decides on what it says
heavy = false                     # true: a process of its own
needs = ["numpy"]                 # importable modules beyond the standard library
references = ["Fruin, J. (1971). Pedestrian planning and design."]

[[consumes]]
type = "CrowdFlowObserved"        # Smart Data Models type
attributes = ["peopleCount"]      # readings without any of them are not fed; empty: all are

[[emits]]
kind = "crowd.density"            # first part is the id
words = "what such a finding means, in a sentence"

[time]
lateness_s = 5.0                  # a reading accepted later than this after it was made is history
tick_s = 5.0                      # tick() at multiples of this (a multiple of 0.25 s)

[grace]                           # silent about an entity until BOTH are reached
readings = 3                      # readings of that entity
time_s = 10.0                     # event time since its first

[budget]
observe_ms = 5.0                  # p95 of one observe() or tick() call of the feeder
latency_ms = 250.0                # p95 from release of a reading to its finding
memory_kb_per_entity = 64.0       # growth of the snapshot for one more entity

# [[emits]], [time], [grace] and [budget] are of a tool with a detector, [advice] is of one with an advisor
[advice]
budget_s = 10.0                   # wall seconds for one answer; then the best so far counts
answers = "one sentence: which question it answers, for whom"

[[grades]]
rule = "measured-false-alarms"
state = "done"                    # done | exempt | todo
why = "guide.md, section Measured"
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from tocsin.kernel.errors import Invalid

CONTRACT = 1
#: Grain of event time in the feeder; ticks fall on its multiples.
GRAIN_S = 0.25
#: Nobody waits longer for advice in an emergency.
MOST_BUDGET_S = 120.0
ID = re.compile(r"^[a-z][a-z0-9_]{1,31}\Z")

Capability = Literal["detect", "foresee", "manage", "cyber", "efficiency"]
PersonalData = Literal["none", "aggregate", "pseudonymous", "personal"]


class Consumes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    attributes: tuple[str, ...] = ()


class Emits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    words: str


class Time(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lateness_s: float
    tick_s: float


class Grace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    readings: int = 0
    time_s: float = 0.0


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    observe_ms: float
    latency_ms: float
    memory_kb_per_entity: float


class Advises(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    budget_s: float
    answers: str


class Grade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: str
    state: Literal["done", "exempt", "todo"]
    why: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    contract: int
    id: str
    version: str
    title: str
    claim: str
    capability: Capability
    personal_data: PersonalData
    advises_a_person: bool
    consumes: tuple[Consumes, ...]
    emits: tuple[Emits, ...] = ()
    # of a detector; zeros, which its check refuses, where they are not stated
    time: Time = Time(0.0, 0.0)
    budget: Budget = Budget(0.0, 0.0, 0.0)
    grace: Grace = Grace()
    heavy: bool = False
    needs: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()
    advice: Advises | None = None

    @property
    def detects(self) -> bool:
        """Whether it has a detector."""
        return bool(self.emits)

    @property
    def types(self) -> tuple[str, ...]:
        """Of entities that it reads."""
        return tuple(c.type for c in self.consumes)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(e.kind for e in self.emits)


def read_manifest(folder: Path) -> Manifest:
    """Read and check ``folder/manifest.toml``. Raises ``Invalid`` naming the field and the cure."""
    path = folder / "manifest.toml"
    manifest: Manifest = read_toml(path, Manifest)
    _check(manifest, folder.name, path)
    return manifest


def read_toml(path: Path, kind: type[Any]) -> Any:
    """A TOML file as a struct of ``kind``. Raises ``Invalid`` with the file, the field and what is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Invalid(f"{path} is missing", field=path.name, cure="write it; see sdk/manifest.py") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is not TOML: {error}", field=path.name, cure="mend the line named") from None
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        words = str(error)
        at = re.search(r"`\$\.?(.*?)`$", words)
        named = at.group(1) if at and at.group(1) else _unknown_field(words)
        raise Invalid(
            f"{path}: {words}", field=named or path.name, cure="write it as sdk/manifest.py shows"
        ) from None


def _unknown_field(words: str) -> str | None:
    found = re.search(r"field `(\w+)`", words)
    return found.group(1) if found else None


def _check(m: Manifest, folder: str, path: Path) -> None:
    def refuse(field: str, value: object, what: str, cure: str) -> None:
        raise Invalid(f"{path}: {what}", field=field, value=value, cure=cure)

    if m.contract != CONTRACT:
        refuse(
            "contract", m.contract, f"written for contract {m.contract}", f"port it to contract {CONTRACT}"
        )
    if not ID.match(m.id):
        refuse("id", m.id, "not a tool id", "2-32 of a-z, 0-9, _, first a letter")
    if m.id != folder:
        refuse("id", m.id, f"the folder is called {folder!r}", "id and folder carry the same name")
    if not m.consumes:
        refuse("consumes", "", "consumes nothing", "name at least one entity type")
    if not m.emits and m.advice is None:
        refuse("emits", "", "emits nothing", "name at least one kind of finding, or state [advice]")
    if m.advice is not None and not 0.1 <= m.advice.budget_s <= MOST_BUDGET_S:
        refuse("advice.budget_s", m.advice.budget_s, "out of bounds", f"between 0.1 and {MOST_BUDGET_S:g} s")
    for e in m.emits:
        if not re.match(rf"^{re.escape(m.id)}\.[a-z][a-z0-9_-]*\Z", e.kind):
            refuse("emits.kind", e.kind, "not a kind of this tool", f"write {m.id}.<word>")
    if not m.detects:
        return
    if m.time.tick_s < GRAIN_S or m.time.tick_s % GRAIN_S:
        refuse("time.tick_s", m.time.tick_s, "ticks off the grain", f"a multiple of {GRAIN_S} s")
    if not 0 <= m.time.lateness_s <= 3600:
        refuse("time.lateness_s", m.time.lateness_s, "out of bounds", "between 0 and 3600 s")
    if m.grace.readings < 0 or m.grace.time_s < 0:
        refuse("grace", m.grace, "negative", "0 or more")
    for name in ("observe_ms", "latency_ms", "memory_kb_per_entity"):
        value = getattr(m.budget, name)
        if not value > 0:
            refuse(f"budget.{name}", value, "not positive", "state what it needs")
