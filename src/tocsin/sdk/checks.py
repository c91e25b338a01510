"""The laws of a tool, written once and applied to every tool found. ``check_tool`` tries them all.

A law is a function of a ``Case`` that raises ``Broken``. Each has a deliberately broken tool in
``tests/sdk/broken/`` that fails it and no other.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

import msgspec

from tocsin.kernel.events import Attribute, Finding, Observation, ObservationBatch, Phase
from tocsin.sdk import checks_static as static
from tocsin.sdk.checks_advice import ADVICE_LAWS
from tocsin.sdk.checks_advice_case import AdviceCase
from tocsin.sdk.checks_case import Broken, Case, Log, deep_bytes, packed, same
from tocsin.sdk.discover import ToolFolder
from tocsin.sdk.feed import Feeder
from tocsin.sdk.rerun import digest
from tocsin.sdk.testing import clock, shuffled


def input_unmutated(case: Case) -> None:
    """What is observed is not changed."""
    case = Case(case.folder)  # fixtures that no other run has touched
    for name, log in case.logs.items():
        before = [msgspec.msgpack.encode(b) for b in log]
        case.watched(log)
        for n, (b, old) in enumerate(zip(log, before, strict=True)):
            if msgspec.msgpack.encode(b) != old:
                raise Broken(f"{name}: envelope {n} was changed")


def same_findings(case: Case) -> None:
    """The same stream gives the same findings, also in another process with another hash seed."""
    for name, log in case.logs.items():
        same(case.baseline[name], case.told(log), f"{name}, second run")
    here = digest(case.baseline)
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-m", "tocsin.sdk.rerun", str(case.folder.path), case.folder.package],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if run.returncode:
            raise Broken(f"hash seed {seed}: {run.stderr.strip()[-300:]}")
        if run.stdout.strip() != here:
            raise Broken(
                f"hash seed {seed}: other findings (the order of a set, or state outside the detector?)"
            )


def any_split(case: Case) -> None:
    """Any split of the stream into envelopes and calls gives the same findings."""
    for name, log in case.logs.items():
        pieces = [
            ObservationBatch(b.source, b.accepted_at, (o,)) for b in log for o in b.observations or ()
        ] + [b for b in log if not b.observations]
        pieces.sort(key=lambda b: b.accepted_at)
        same(case.baseline[name], case.told(pieces), f"{name}, one reading an envelope")
        same(case.baseline[name], case.watched(log, singly=True)[0], f"{name}, one reading a call")


def duplicates_harmless(case: Case) -> None:
    """Readings delivered again, at once or later, under their own id or another, change nothing."""
    draw = random.Random(7)  # noqa: S311 - no secret
    for name, log in case.logs.items():
        doubled: list[ObservationBatch] = []
        for b in log:
            twins = tuple(msgspec.structs.replace(o, id=f"{o.id}~") for o in b.observations)
            doubled += [b, b, ObservationBatch(b.source, b.accepted_at, twins)]
            if draw.random() < 0.3 and doubled:
                old = draw.choice(doubled)
                doubled.append(ObservationBatch(old.source, b.accepted_at, old.observations))
        told = [_one_name(f) for f in case.told(doubled)]
        same(map(_one_name, case.baseline[name]), told, f"{name}, with duplicates")


def _one_name(f: Finding) -> Finding:
    """Twins may stand in for each other as evidence."""
    evidence = tuple(msgspec.structs.replace(e, observation=e.observation.rstrip("~")) for e in f.evidence)
    return msgspec.structs.replace(f, evidence=evidence)


def order_harmless(case: Case) -> None:
    """Order within the declared lateness does not matter."""
    for name, log in case.logs.items():
        for seed in (1, 2):
            mixed = shuffled(log, case.manifest.time.lateness_s, seed)
            same(case.baseline[name], case.told(mixed), f"{name}, shuffled with seed {seed}")


def snapshot_restore(case: Case) -> None:
    """A run cut anywhere and taken up by a new detector from its snapshot says the same."""
    for name, log in case.logs.items():
        for cut in sorted({len(log) * k // 7 for k in range(1, 7)}):
            first = Feeder(case.detector(), case.manifest)
            told = [f for seq, b in enumerate(log[:cut], 1) for f in first.feed(b, seq)]
            second = Feeder(case.detector(), case.manifest)
            second.restore(packed(first.snapshot()))
            start = first.covered
            told += [f for seq, b in enumerate(log[start:], start + 1) for f in second.feed(b, seq)]
            same(case.baseline[name], told, f"{name}, cut after envelope {cut}")


ODD_VALUES = (None, "n/a", True, -1.0, 1e308, 10**15, "", "<script>", 0)


def unknown_survives(case: Case) -> None:
    """Unknown attributes, odd values, unknown entities and readings without a place do no harm."""
    for name, log in case.logs.items():
        odd: list[ObservationBatch] = []
        stranger = 0
        for b in log:
            extra = []
            for o in b.observations[:1]:
                for n, c in enumerate(case.manifest.consumes):
                    stranger += 1
                    value = ODD_VALUES[stranger % len(ODD_VALUES)]
                    attributes = tuple(Attribute(a, value, "XXX") for a in (*c.attributes, "unknownThing"))
                    who = f"urn:ngsi-ld:{c.type}:stranger-{n}"
                    extra.append(Observation(f"odd-{stranger}", who, c.type, o.observed_at, attributes))
            known = tuple(
                msgspec.structs.replace(o, attributes=(*o.attributes, Attribute("unknownThing", "x")))
                for o in b.observations
            )
            odd.append(ObservationBatch(b.source, b.accepted_at, (*known, *extra)))
        try:
            told = case.told(odd)
        except Broken:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it raises is the breach
            raise Broken(f"{name}, with odd readings: {type(error).__name__}: {error}") from None
        mine = [f.id for f in told if "stranger-" not in "".join(f.entities)]
        for f in case.baseline[name]:
            if f.id not in mine and not any("stranger-" in n.entity for g in told for n in g.neighbours):
                raise Broken(f"{name}: {f.kind} of {f.entities[0]} is not seen any more beside strangers")


def silent_in_grace(case: Case) -> None:
    """Nothing is said of an entity before its grace is over, also when it starts in the middle of things."""
    grace = case.manifest.grace
    for name, log in case.logs.items():
        cuts: list[datetime] = [log[0].accepted_at] if log else []
        cuts += [f.onset for f in case.baseline[name][:3]]
        for cut in cuts:
            late = [b for b in log if b.accepted_at >= cut]
            readings: dict[str, int] = {}
            first: dict[str, datetime] = {}
            for seen, ticked, said in case.watched(late, singly=True)[1].calls:
                now = ticked or seen[0].observed_at
                for o in seen:
                    readings[o.entity] = readings.get(o.entity, 0) + 1
                    first.setdefault(o.entity, o.observed_at)
                for f in said:
                    who = f.entities[0]
                    known_s = (now - first.get(who, now)).total_seconds()
                    if readings.get(who, 0) < grace.readings or known_s < grace.time_s:
                        raise Broken(
                            f"{name} from {cut}: {f.kind} of {who} after {readings.get(who, 0)} readings and "
                            f"{known_s:.0f} s; the manifest promises silence for {grace.readings} and "
                            f"{grace.time_s:.0f} s"
                        )


def memory_bounded(case: Case) -> None:
    """More entities cost no more than the manifest says each; more time costs nothing once it is warm."""
    name, log = max(
        case.logs.items(), key=lambda item: len({o.entity for b in item[1] for o in b.observations})
    )
    entities = {
        o.entity for b in log for o in b.observations if o.type in {c.type for c in case.manifest.consumes}
    }
    one = deep_bytes(case.watched(log)[1].inner)
    copies = 4
    many = deep_bytes(case.watched(_cloned(log, copies))[1].inner)
    each_kb = (many - one) / 1024 / max(1, copies * len(entities))
    bound = case.manifest.budget.memory_kb_per_entity
    if each_kb > bound:
        raise Broken(f"{name}: {each_kb:.1f} kB for one more entity; the manifest says {bound}")
    warm = deep_bytes(case.watched(_repeated(log, 3))[1].inner)
    long = deep_bytes(case.watched(_repeated(log, 9))[1].inner)
    if long > 1.25 * warm + 1024 and (long - warm) / 1024 / max(1, len(entities)) > 0.25 * bound:
        raise Broken(
            f"{name}: {warm} bytes after 3 rounds of the fixture, {long} after 9: it grows with time"
        )


def _cloned(log: Log, copies: int) -> list[ObservationBatch]:
    def clone(o: Observation, n: int) -> Observation:
        return msgspec.structs.replace(o, id=f"{o.id}~{n}", entity=f"{o.entity}~{n}")

    return [
        ObservationBatch(
            b.source,
            b.accepted_at,
            (*b.observations, *(clone(o, n) for o in b.observations for n in range(copies))),
        )
        for b in log
    ]


def _repeated(log: Log, rounds: int) -> list[ObservationBatch]:
    span = log[-1].accepted_at - log[0].accepted_at + timedelta(seconds=60)
    out: list[ObservationBatch] = []
    for n in range(rounds):
        for b in log:
            moved = tuple(
                msgspec.structs.replace(o, id=f"{o.id}~{n}", observed_at=o.observed_at + n * span)
                for o in b.observations
            )
            out.append(ObservationBatch(b.source, b.accepted_at + n * span, moved))
    return out


def evidence_seen(case: Case) -> None:
    """Every finding rests on readings that were really seen before it; its figures are sound."""
    for name, log in case.logs.items():
        seen: dict[str, Observation] = {}
        for observed, _, said in case.watched(log)[1].calls:
            seen.update((o.id, o) for o in observed)
            for f in said:
                where = f"{name}: {f.kind} of {f.entities[:1]}"
                if not f.evidence or len(f.evidence) > 100:
                    raise Broken(f"{where} rests on {len(f.evidence)} readings")
                for e in f.evidence:
                    o = seen.get(e.observation)
                    if o is None or o.entity != e.entity or o.observed_at != e.observed_at:
                        raise Broken(f"{where} rests on {e.observation!r}, which was never seen")
                    if o.get(e.attribute) != e.value:
                        raise Broken(
                            f"{where} says {e.attribute} was {e.value}, seen was {o.get(e.attribute)}"
                        )
                if not isfinite(f.score) or not 0.0 <= f.fault_probability <= 1.0:
                    raise Broken(f"{where} has score {f.score}, fault probability {f.fault_probability}")
                if f.factors and abs(sum(x.share for x in f.factors) - 1.0) > 0.01:
                    raise Broken(f"{where}: the shares of its factors do not sum to 1")
                if not f.headline or not f.words or f.onset > f.observed_at:
                    raise Broken(f"{where} has no words, or begins after it was seen")


def every_start_ends(case: Case) -> None:
    """Phases are started, ongoing, ended; once its entity is deleted every episode has ended."""
    for name, log in case.logs.items():
        last = log[-1].accepted_at + timedelta(seconds=1)
        who = sorted({(o.entity, o.type) for b in log for o in b.observations})
        gone = tuple(Observation(f"gone-{e}", e, t, last, (), kind="delete") for e, t in who)
        after = ObservationBatch("test", last, gone)
        log_ = [*log, after, *clock([after], for_s=case.settle_s, every_s=case.settle_s / 40)]
        state: dict[str, Phase] = {}
        for f in case.watched(log_)[1].said:
            before = state.get(f.id)
            fine = (before is None) if f.phase is Phase.STARTED else (before not in (None, Phase.ENDED))
            if not fine:
                raise Broken(f"{name}: {f.kind} of {f.entities[0]} is {f.phase} after {before or 'nothing'}")
            state[f.id] = f.phase
        left = [i for i, p in state.items() if p is not Phase.ENDED]
        if left:
            raise Broken(
                f"{name}: {len(left)} episodes have not ended though their entities are gone: {left[:3]}"
            )


def budget_met(case: Case) -> None:
    """The p95 of processor time of one call stays within the manifest's budget."""
    worst = observe_p95_ms(case)
    if worst > case.manifest.budget.observe_ms:
        raise Broken(f"p95 of a call is {worst:.2f} ms; the manifest says {case.manifest.budget.observe_ms}")


def observe_p95_ms(case: Case) -> float:
    """p95 over all calls of all fixtures, processor time, ms: the figure to report."""
    spent = sorted(ms for log in case.logs.values() for ms in case.watched(log)[1].cpu_ms)
    return spent[int(0.95 * (len(spent) - 1))] if spent else 0.0


@dataclass(frozen=True, slots=True)
class Law:
    name: str
    words: str
    holds: Callable[[Any], None]


def _law(holds: Callable[[Any], None]) -> Law:
    return Law(holds.__name__, (holds.__doc__ or "").splitlines()[0], holds)


LAWS: tuple[Law, ...] = tuple(
    _law(f)
    for f in (
        static.no_clock,
        static.params_declared,
        static.guide_whole,
        static.golden_holds,
        static.manifest_true,
        input_unmutated,
        same_findings,
        any_split,
        duplicates_harmless,
        order_harmless,
        snapshot_restore,
        unknown_survives,
        silent_in_grace,
        memory_bounded,
        evidence_seen,
        every_start_ends,
        budget_met,
    )
)

#: of a tool with an advisor; those on what is written are the same
LAWS_OF_ADVICE: tuple[Law, ...] = tuple(_law(f) for f in ADVICE_LAWS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``breach`` None: the law holds."""

    law: str
    words: str
    breach: str | None


def check_law(case: Case | AdviceCase, law: Law) -> str | None:
    """Try one law; the breach in words, None where it holds."""
    try:
        law.holds(case)
    except Broken as broken:
        return str(broken)
    except Exception as error:  # noqa: BLE001 - a tool that raises breaks the law that made it raise
        return f"{type(error).__name__}: {error}"
    return None


def check_tool(folder: ToolFolder) -> list[Verdict]:
    """Try every law on a tool. Raises what its modules raise when imported."""
    verdicts: dict[str, Verdict] = {}
    if folder.manifest.detects:
        case = Case(folder)
        verdicts |= {law.name: Verdict(law.name, law.words, check_law(case, law)) for law in LAWS}
    if folder.manifest.advice is not None:
        asked, known = AdviceCase(folder), frozenset(verdicts)
        for law in LAWS_OF_ADVICE:
            if law.name not in known:
                verdicts[law.name] = Verdict(law.name, law.words, check_law(asked, law))
    return list(verdicts.values())
