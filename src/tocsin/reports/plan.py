"""An evacuation plan on one page, for who stands at the exits: map, words for each zone, exits, stewards.

Every line is a field of the plan. What the plan itself says in words is in the languages it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.kernel.text import clean
from tocsin.reports.common import foot, head, paper, realm
from tocsin.reports.document import Block, Document, Facts, Figure, Heading, Items, Paragraph, Table
from tocsin.reports.facts import Frame, PlanFacts
from tocsin.reports.map import Drawn
from tocsin.reports.voice import NONE, Voice
from tocsin.reports.wording import lasted, per_cent

Geometry = dict[str, Any]
#: stewards that are worth naming, and seconds below which one is not
_MOST_POSTS, _WORTH_S = 8, 1.0


class Bound(msgspec.Struct, frozen=True):
    seconds: float


class Baseline(msgspec.Struct, frozen=True):
    clearing_s: float


class Exit(msgspec.Struct, frozen=True):
    id: str
    name: str
    state: str
    line: Geometry
    people: float
    last_s: float
    per_min: tuple[float, ...] = ()


class Zone(msgspec.Struct, frozen=True):
    geometry: Geometry


class Flow(msgspec.Struct, frozen=True):
    people: float
    route: Geometry
    exposed: bool = False


class Hazard(msgspec.Struct, frozen=True):
    geometry: Geometry


class Measure(msgspec.Struct, frozen=True):
    kind: str
    name: str
    saves_s: float


class Instruction(msgspec.Struct, frozen=True):
    name: str
    people: float
    words: dict[str, str]


class Stuck(msgspec.Struct, frozen=True):
    name: str
    people: float


class Plan(msgspec.Struct, frozen=True):
    """What the page needs of the ``plan`` of an advice of ``tools/evacuation``; times in seconds."""

    name: str
    people: float
    clearing_s: float
    gap: float
    bound: Bound
    baseline: Baseline
    exits: tuple[Exit, ...]
    zones: tuple[Zone, ...] = ()
    flows: tuple[Flow, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    measures: tuple[Measure, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    stuck: tuple[Stuck, ...] = ()


def read_plan(plan: dict[str, Any]) -> Plan:
    """Raises ``Invalid`` where it is no evacuation plan."""
    try:
        return msgspec.convert(plan, Plan)
    except msgspec.ValidationError as error:
        cure = "look at the answer itself"
        raise Invalid(f"no evacuation plan: {error}", field="plan", value=None, cure=cure) from None


def plan_sheet(frame: Frame, facts: PlanFacts) -> Document:
    """Raises ``Invalid`` where the advice holds no evacuation plan."""
    say, plan = Voice(frame.zone, frame.language), read_plan(facts.advice.plan)
    return Document(
        kind=say("Evacuation plan"),
        title=f"{facts.consultation.id} {clean(plan.name, 80)}",
        facts=Facts((*head(frame, say)[:2], *_standing(facts, plan, say))),
        blocks=tuple(_blocks(facts, plan, say)),
        foot=foot(frame, say),
        lang=frame.language,
        realm=realm(frame, say),
        one_page=True,
        paper=paper(say),
    )


def _standing(facts: PlanFacts, plan: Plan, say: Voice) -> Iterator[tuple[str, str]]:
    one, asked = facts.incident, facts.consultation
    yield say("Incident"), f"{one.id} {clean(one.title, 120)}"
    decided = asked.decided
    if asked.standing == "accepted" and decided is not None:
        yield say("State"), say("IN FORCE since {at}, by {by}", at=say.at(decided.at), by=decided.by)
    elif asked.standing == "proposed":
        yield say("State"), say("PROPOSED, in force only when a person accepts it")
    else:
        yield say("State"), say("NOT IN FORCE: declined or replaced")
    until = say("valid until {at}", at=say.at(facts.advice.valid_until))
    yield say("Asked"), f"{say.at(asked.asked_at)}; {until}"
    if plan.clearing_s < 0:
        yield say("All out after"), say("never: some cannot get out")
        return
    near = plan.baseline.clearing_s
    yield (
        say("All out after"),
        say(
            "{time} for {people} people if all follow; {nearest} if everybody takes the nearest exit; "
            "no plan can beat {bound} (at most {gap} from the best)",
            time=lasted(say, plan.clearing_s),
            people=say.number(plan.people),
            nearest=lasted(say, near) if near >= 0 else NONE,
            bound=lasted(say, plan.bound.seconds),
            gap=per_cent(plan.gap),
        ),
    )


def _blocks(facts: PlanFacts, plan: Plan, say: Voice) -> Iterator[Block]:
    for stuck in plan.stuck:
        where, people = clean(stuck.name, 60), say.number(stuck.people)
        yield Paragraph(
            say("{people} people of {where} cannot get out.", people=people, where=where), strong=True
        )
    yield from _map(facts.map, plan, say)
    yield Heading(say("Say to each zone"))
    rows = tuple(
        (clean(one.name, 60), say.number(one.people), clean(_words(one, say), 300))
        for one in plan.instructions
    )
    heads = tuple(map(say, ("Zone", "People", "Words")))
    yield Table(say("By loudspeaker, stewards and screens, the same words"), heads, (4, 2, 14), rows, NONE)
    yield Heading(say("Exits"))
    yield Table(
        say("Numbers as on the map"),
        tuple(map(say, ("Exit", "State", "People", "Most a minute", "Last one after"))),
        (6, 4, 3, 4, 4),
        tuple(_exit(number, one, say) for number, one in enumerate(plan.exits, start=1)),
        NONE,
    )
    yield Heading(say("Stewards and gates"))
    posts = [m for m in plan.measures if m.kind in ("steward", "open") and m.saves_s >= _WORTH_S][
        :_MOST_POSTS
    ]
    yield Items(tuple(_post(m, say) for m in posts)) if posts else Paragraph(say("None saves a second."))
    yield Heading(say("What this assumes"))
    yield Items(tuple(clean(one, 200) for one in facts.advice.assumptions[:6]))


def _words(one: Instruction, say: Voice) -> str:
    return one.words.get(say.language) or one.words.get("en", "")


def _exit(number: int, one: Exit, say: Voice) -> tuple[str, ...]:
    most = say.number(max(one.per_min, default=0.0))
    last = lasted(say, one.last_s) if one.people >= 0.5 else NONE
    state = say.of("exits", one.state)
    return f"{number}.\u00a0{clean(one.name or one.id, 60)}", state, say.number(one.people), most, last


def _post(one: Measure, say: Voice) -> str:
    name, saves = clean(one.name, 60), lasted(say, one.saves_s)
    if one.kind == "open":
        return say("Open {name}: saves {time}", name=name, time=saves)
    return say("A steward at {name}: saves {time}", name=name, time=saves)


def _map(drawn: Drawn | None, plan: Plan, say: Voice) -> Iterator[Block]:
    if drawn is None:
        return
    ground = say("Streets: © OpenStreetMap contributors, ODbL.") if drawn.streets else say(drawn.why)
    legend = say(
        "Arrows are as broad as many people go that way; dashed is where nobody may go; "
        "crossed out exits are not used."
    )
    names = "; ".join(
        f"{number}, {clean(one.name or one.id, 40)}" for number, one in enumerate(plan.exits, 1)
    )
    width = say.number(drawn.width_m)
    alt = say("Map of the plan, {width} m wide, north up. Exits: {exits}.", width=width, exits=names)
    yield Figure(drawn.svg, alt, f"{legend} {ground}")
