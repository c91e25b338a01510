"""The acts of the protest: who comes, where they press, what is shut, which device fails; a weapon is
seen and people run; a camera goes dark; a bio sensor amid the crowd has something to count.

A story bends what people *want* and what is *open*; what follows (densities, jams, noise) is the crowd's own
physics, and whether anybody calls it an alert is the tools' business. Seeded: another seed, another story.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tocsin.simulate.ambient import Release
from tocsin.simulate.chance import bounded
from tocsin.simulate.faults import Fault, Kind
from tocsin.simulate.places import Places

#: from one story's start to the next one's
CYCLE_S = 1290.0
#: so long before live time the first story begins
AHEAD_S = 20.0
#: the pull of the stage falls to a third over this distance
_EARSHOT_M = 34.0


@dataclass(frozen=True, slots=True)
class Side:
    """A side of the square: its stage, the way out that jams, the one beside it that is held, the ways in."""

    name: str
    stage: str
    jams: str
    held: str
    ways_in: tuple[str, ...]
    street: str


SIDES = (
    Side("south-east", "SQ-D4", "K-05", "K-04", ("K-07", "K-08", "K-01", "K-06"), "Kaivokatu"),
    Side("north-east", "SQ-A4", "K-03", "K-02", ("K-06", "K-08", "K-07", "K-04"), "Kaivokatu"),
    Side("south-west", "SQ-D1", "K-07", "K-08", ("K-03", "K-05", "K-06", "K-04"), "Mikonkatu"),
    Side("east", "SQ-C4", "K-05", "K-04", ("K-08", "K-07", "K-01", "K-03"), "Kaivokatu"),
    Side("north-west", "SQ-A1", "K-01", "K-02", ("K-06", "K-05", "K-07", "K-03"), "Kaivokatu"),
)
_FAILING = ("N-01", "N-02", "N-03", "N-04", "N-05", "A-01", "A-03", "A-04", "A-05", "A-06")
_FAULTS: tuple[Kind, ...] = ("stuck", "spiking")
_CAMERAS = ("C-105", "C-106", "C-107", "C-108")
#: where something is let out: four metres from the bio sensor that stands amid the square
_GRILLE = (24.943870, 60.171055)
_RELEASED_PER_L = 20_000.0
_SILENT = ("L-02", "A-02", "T-09", "N-06", "T-10", "L-04")


@dataclass(frozen=True, slots=True)
class Act:
    """One step of the guided tour: what happens in the city from ``at`` on, what to press, and the screens of
    the console worth a look then."""

    at: datetime
    title: str
    words: str
    press: str
    boards: tuple[str, ...] = ()


class Story:
    """One protest, from the first marchers to the last who go home.

    Args:
        seed: of the whole demonstration.
        number: 0 for the first story, then 1, 2, ...
        start: when the march passes the street counters.
    """

    def __init__(self, seed: int, number: int, start: datetime) -> None:
        rng = Random(f"story/{seed}/{number}")  # noqa: S311 - a simulation, not a secret
        self.seed, self.number, self.start = seed, number, start
        # neighbouring seeds, and one story and the next, never share the side
        self.side = SIDES[(seed - 1 + number) % len(SIDES)]
        self.marchers = rng.uniform(6900.0, 7800.0)
        self.arriving_s = rng.uniform(170.0, 190.0)
        self.thickens_s = rng.uniform(62.0, 84.0)
        self.surge_s = rng.uniform(168.0, 194.0)
        #: a weapon is seen by the stage, and the way out beside it is held
        self.held_s = self.surge_s + rng.uniform(6.0, 16.0)
        self.jam_s = self.held_s + rng.uniform(34.0, 44.0)
        self.eases_s = self.jam_s + rng.uniform(84.0, 98.0)
        #: most come round the square; some straight through the way out that will jam
        self.ways_in = (*self.side.ways_in, self.side.jams)
        self.parts = [rng.uniform(0.8, 1.2) for _ in self.ways_in]
        self.jam_usable = rng.uniform(0.40, 0.52)
        self.fault_s = rng.uniform(24.0, 50.0)
        # neighbouring seeds differ in the kind, too
        failing = _FAILING[(seed * 3 + number * 7 + rng.randrange(2)) % len(_FAILING)]
        self.fault = Fault(
            failing, _FAULTS[(seed + number) % 2], self.at(self.fault_s), self.at(self.eases_s + 420.0)
        )
        self.dark_s = self.jam_s + rng.uniform(28.0, 40.0)
        self.dark = Fault(
            _CAMERAS[(seed + number) % len(_CAMERAS)],
            "dark",
            self.at(self.dark_s),
            self.at(self.eases_s + 300.0),
        )
        #: something is let out at the grille while thousands still stand there
        self.release_s = self.eases_s - rng.uniform(14.0, 20.0)
        self.clears_s = self.release_s + rng.uniform(270.0, 300.0)
        silent_s = self.eases_s + rng.uniform(120.0, 200.0)
        self.silence = Fault(rng.choice(_SILENT), "silent", self.at(silent_s), self.at(silent_s + 420.0))

    def at(self, seconds: float) -> datetime:
        return self.start + timedelta(seconds=seconds)

    @property
    def faults(self) -> tuple[Fault, ...]:
        return (self.fault, self.dark, self.silence)

    @property
    def title(self) -> str:
        return f"A protest on Railway Square, {self.side.name} side"

    def seconds(self, at: datetime) -> float:
        return (at - self.start).total_seconds()

    def march(self, at: datetime) -> float:
        """How much of a march is on the streets around, 0 to 1."""
        s = self.seconds(at)
        coming = bounded(s / 8.0, 0.0, 1.0) * bounded((self.arriving_s + 40.0 - s) / 25.0, 0.0, 1.0)
        going = (
            0.5
            * bounded((s - self.eases_s) / 60.0, 0.0, 1.0)
            * math.exp(-max(0.0, s - self.eases_s - 60.0) / 200.0)
        )
        return max(0.0, coming, going)

    def joining(self, at: datetime) -> dict[str, float]:
        """People per second that come to each way in, to stay."""
        s = self.seconds(at)
        if not 0.0 <= s < self.arriving_s:
            return {}
        rate = self.marchers / (self.arriving_s - 6.0) * bounded(s / 6.0, 0.0, 1.0)
        rate *= bounded((self.arriving_s - s) / 6.0, 0.0, 1.0)
        total = sum(self.parts)
        return {way: rate * part / total for way, part in zip(self.ways_in, self.parts, strict=True)}

    def strength(self, at: datetime) -> float:
        """How strongly people are drawn to the stage."""
        s = self.seconds(at)
        if s < 0.0:
            return 0.0
        first = 4.0 * bounded(s / 20.0, 0.0, 1.0)
        thicker = 3.0 * bounded((s - self.thickens_s) / 30.0, 0.0, 1.0)
        surge = 32.0 * bounded((s - self.surge_s) / 18.0, 0.0, 1.0)
        over = bounded((s - self.eases_s) / 40.0, 0.0, 1.0)
        return (first + thicker + surge) * (1.0 - over)

    def pull(self, at: datetime, places: Places, spots: list[tuple[float, float]]) -> list[float]:
        """Pull of each cell on those who stay."""
        strength = self.strength(at)
        stage = next(i for i, cell in enumerate(places.cells) if cell.id == self.side.stage)
        return [strength * math.exp(-math.dist(spot, spots[stage]) / _EARSHOT_M) for spot in spots]

    def going(self, at: datetime, distance_m: float) -> float:
        """Share of those who stay that turn to leave in a second, by their distance from the stage."""
        s = self.seconds(at)
        if s < self.held_s:
            return 0.0
        if s < self.eases_s:
            # somebody shows a weapon by the stage: those near it run; further away nobody knows yet
            return 0.013 * math.exp(-distance_m / 24.0)
        return 0.0046 * bounded((s - self.eases_s) / 45.0, 0.15, 1.0)

    def usable(self, at: datetime, way: str) -> float:
        """Share of a way out that is open."""
        s = self.seconds(at)
        if way == self.side.held and self.held_s <= s < self.eases_s:
            return 0.0
        if way == self.side.jams and self.jam_s <= s < self.eases_s:
            return self.jam_usable
        return 1.0

    def state(self, at: datetime, way: str) -> str:
        """What the exit's steward has set: a jam is nobody's setting."""
        return "held" if self.usable(at, way) == 0.0 else "open"

    def released(self, at: datetime) -> Release | None:
        """What the metro grille lets out now."""
        s = self.seconds(at)
        if not self.release_s <= s < self.clears_s:
            return None
        swells = bounded((s - self.release_s) / 20.0, 0.0, 1.0) * bounded(
            (self.clears_s - s) / 60.0, 0.0, 1.0
        )
        return Release(*_GRILLE, _RELEASED_PER_L * swells)

    def chanting(self, at: datetime) -> float:
        """Share of the crowd that shouts."""
        s = self.seconds(at)
        return (
            0.05
            * bounded((s - 20.0) / 60.0, 0.0, 1.0)
            * bounded((self.eases_s + 120.0 - s) / 120.0, 0.0, 1.0)
        )

    def acts(self) -> list[Act]:
        """The guided tour. Says what happens in the city, never what a tool will make of it."""
        exit_no = int(self.side.jams.removeprefix("K-"))
        held_no = int(self.side.held.removeprefix("K-"))
        failing = "shows the same figure over and over" if self.fault.kind == "stuck" else "jumps wildly"
        return [
            Act(
                self.at(0.0),
                "A march arrives",
                f"People come in over {self.side.street} and fill Railway Square. Exit and street counters "
                "and the sixteen cells of the square report every five seconds.",
                "J and K move in the queue; the rank is the same on the map. Each role has a board of its "
                "own, to arrange by hand or by keys.",
                ("boards",),
            ),
            Act(
                self.at(self.fault_s),
                "A sensor goes wrong",
                f"One {'noise meter' if self.fault.device.startswith('N') else 'air station'} {failing}. "
                "Nothing has happened in the street.",
                "Look at Can it be trusted? on its alert, if one comes. R rejects, with a reason, and the "
                "tool's record keeps it.",
                ("tools",),
            ),
            Act(
                self.at(self.thickens_s),
                f"The {self.side.name} side thickens",
                "A stage has been set up there and the crowd draws towards it.",
                "Select an alert and read Why: what was seen against what was expected. A acknowledges.",
            ),
            Act(
                self.at(self.surge_s),
                f"A surge on the {self.side.name} side",
                "People press towards the stage within seconds.",
                "C confirms an alert. Open an incident from the alerts that belong together; a procedure "
                "says what comes next.",
                ("tasks",),
            ),
            Act(
                self.at(self.held_s),
                "A weapon is seen, people run",
                f"Somebody shows a weapon by the stage. Those near it make for the exits at once; "
                f"exit {held_no} "
                "is held. No counter sees a weapon: what shows is how many leave.",
                "Watch the outflow of all exits rise together. Report the weapon on the map; the "
                "procedure says "
                "who goes where, and who keeps away.",
            ),
            Act(
                self.at(self.jam_s),
                f"Exit {exit_no} jams",
                f"With exit {held_no} held most run for exit {exit_no}, where a fallen barrier "
                f"takes half the "
                "width.",
                "Compare the outflow of the exits. Write a warning to the public, on the map; at the link of "
                "the decision maker somebody else approves it.",
                ("warning",),
            ),
            Act(
                self.at(self.dark_s),
                f"Camera {self.dark.device.removeprefix('C-')} goes dark",
                "In the thick of it a camera beside the square no longer shows a picture. It is the IT "
                "room's camera and the police's blind spot.",
                "Sit in the IT room, at its link: the alert is theirs alone. H shares it, or hands it over.",
            ),
            Act(
                self.at(self.dark_s + 20.0),
                "Somebody has to go and look",
                f"Exit {exit_no} is still half shut and the camera shows nothing: from the room nobody can "
                "say what lies there.",
                "Start a procedure in the incident and send one of its steps to the field. The responder's "
                "link is a phone: it takes the task and answers, with a picture.",
                ("incident",),
            ),
            Act(
                self.at(self.release_s),
                "Something comes out of the metro grille",
                "Amid those who still stand on the square the air fills with particles. The wind takes "
                "them over some of the exits.",
                "Open an incident from what the bio sensor shows. The plan that comes by itself keeps "
                "people off the cloud: look at it on the map, put it in force.",
                ("planning",),
            ),
            Act(
                self.at(self.eases_s),
                "The exits are free again",
                "The barrier is lifted, the speeches are over, people go home. It takes about ten minutes.",
                "Drag the timeline to look back: who saw what when, and what was known then.",
            ),
            Act(
                self.at(self.clears_s),
                "The air clears",
                "Nothing comes out of the grille any more and the wind takes the rest.",
                "Close the incident with its outcome; its report, the plan's brief and the shift's hand-over "
                "print as PDF, and the console speaks four languages.",
                ("shift", "account"),
            ),
        ]


def acts(seed: int, start: datetime) -> list[Act]:
    """The guided tour of the first story of a demonstration that began to live at ``start``."""
    return Story(seed, 0, first_start(start)).acts()


def first_start(live: datetime) -> datetime:
    """The first march is on the streets when the city begins to live: whoever looks sees the square fill."""
    return live - timedelta(seconds=AHEAD_S)
