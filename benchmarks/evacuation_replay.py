"""The evacuation plan against everybody to the nearest way out, person by person in JuPedSim, and the
forecast against what then happens.

    python benchmarks/evacuation_replay.py [--quick] [--space FILE --crowd FILE] [--seed N] [--table FILE]

Each case is planned and then walked twice from the same places with the same people: to the way out that the
plan names for their zone, and to the nearest one. Nothing is kept from run to run. ``--quick``: three
cases of at most 250 people. ``--space`` is a GeoJSON of ``sdk.spaces``, ``--crowd`` a request for it as
JSON (``{"crowd": 800, "zones": {"stage": 500}, "close": ["north"]}``). Data: ``$TOCSIN_DATA``. Needs
``tocsin[validation]`` and ``tocsin[map]``.

``ratio``: clearing time of the plan over that of the nearest way out, both walked. ``p50_error``: of the
forecast at full compliance against the walked plan. ``covered``: walked between p10 and p90. Last line:
one JSON object with ``cases, ratio_median, ratio_max, p50_error_median, covered_share`` and the same of
the forecast for the nearest way out (``nearest_error_median``), ``bias_median`` (p50 over walked),
``left``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import shapely

import replay_people as people
from replay_cases import Case, all_cases, fewer
from tocsin.kernel.advice import Surroundings
from tocsin.kernel.events import Advice
from tocsin.sdk.consult import Given
from tocsin.sdk.discover import discover, load_advisor
from tocsin.sdk.params import make_params
from tocsin.sdk.spaces import Plane, areas, read_geojson, write_geojson

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("TOCSIN_DATA", ROOT.parent / "shared" / "data"))
QUICK = ("T room, stem full", "crossing, north arm full", "Senate Square, at exit-2 full")


@dataclass(frozen=True)
class Outcome:
    """Seconds. ``left``: people who never got out, plan and nearest together."""

    name: str
    people: int
    planned: float
    p10: float
    p50: float
    p90: float
    walked: float
    nearest: float
    nearest_p50: float
    mean: float
    nearest_mean: float
    left: int

    @property
    def ratio(self) -> float:
        return self.walked / self.nearest

    @property
    def error(self) -> float:
        return abs(self.p50 / self.walked - 1)

    @property
    def covered(self) -> bool:
        return self.p10 <= self.walked <= self.p90


def ask(request: Mapping[str, Any]) -> dict[str, Any]:
    """The evacuation tool's plan, as it is told."""
    folder = next(t for t in discover().tools if t.id == "evacuation")
    tool = load_advisor(folder)
    advisor = tool.make(make_params(tool.params_class, {}, where=str(folder.path)))
    given = Given(Surroundings(datetime(2026, 6, 1, tzinfo=UTC)), folder.manifest.consumes)
    return dict(advisor.advise(request, given, _nobody_waits).plan)


def _nobody_waits(share: float, words: str, best: Advice | None = None) -> None:
    """Progress that nobody looks at."""


def replayed(case: Case, seed: int) -> Outcome:
    """Raises ``Invalid`` for what cannot be planned, ``ValueError`` for what cannot be walked."""
    plan = ask(
        {
            "space": write_geojson(case.space),
            "crowd": case.crowd,
            "zones": case.people,
            "close": list(case.shut),
            "seed": seed,
            "detail": "plan",
        }
    )
    plane = Plane(case.space)
    ground = people.make_ground(plane, case.shut)
    engine = ground.routing()
    places: list[tuple[float, float]] = []
    zone_of: list[str] = []
    short = 0
    for n, zone in enumerate(plan["zones"]):
        shape = plane.projection.metres(shapely.from_geojson(json.dumps(zone["geometry"])))
        wanted = round(zone["people"])
        inner = areas(shape.intersection(ground.floor).intersection(plane.floor))
        here = [p for p in people.stand(inner, wanted, seed * 1000 + n, places) if engine.is_routable(p)]
        short += wanted - len(here)
        places += here
        zone_of += [zone["id"]] * len(here)
    if short:
        print(f"{case.name}: {short} people do not fit where they are said to stand", file=sys.stderr)
    distances = people.walking_m(ground, places)
    nearest = people.nearest(distances)
    shares: dict[str, dict[str, float]] = {}
    for flow in plan["flows"]:
        ways = shares.setdefault(flow["zone"], {})
        ways[flow["exit"]] = ways.get(flow["exit"], 0.0) + flow["people"]
    told: dict[int, str] = {}
    for zone_id, ways in shares.items():
        who = [i for i, z in enumerate(zone_of) if z == zone_id]
        told |= people.shared_out(distances, who, ways)
    goes = [told.get(i, nearest[i]) for i in range(len(places))]
    by_plan = people.walk(ground, places, goes, seed)
    by_nearest = people.walk(ground, places, nearest, seed)
    forecast = next(f for f in plan["forecasts"] if f["compliance_share"] == 1.0)
    near = plan["baseline"]["forecast"]
    return Outcome(
        case.name,
        len(places),
        plan["clearing_s"],
        forecast["p10_s"],
        forecast["p50_s"],
        forecast["p90_s"],
        by_plan.clearing_s,
        by_nearest.clearing_s,
        near["p50_s"] if near else float("nan"),
        by_plan.mean_s,
        by_nearest.mean_s,
        by_plan.inside + by_nearest.inside,
    )


def figures(outcomes: list[Outcome]) -> dict[str, Any]:
    def middle(values: list[float]) -> float:
        return round(statistics.median(values), 3)

    return {
        "cases": len(outcomes),
        "ratio_median": middle([o.ratio for o in outcomes]),
        "ratio_max": round(max(o.ratio for o in outcomes), 3),
        "p50_error_median": middle([o.error for o in outcomes]),
        "covered_share": round(sum(o.covered for o in outcomes) / len(outcomes), 3),
        "bias_median": middle([o.p50 / o.walked for o in outcomes]),
        "nearest_error_median": middle([abs(o.nearest_p50 / o.nearest - 1) for o in outcomes]),
        "nearest_bias_median": middle([o.nearest_p50 / o.nearest for o in outcomes]),
        "left": sum(o.left for o in outcomes),
    }


def row(o: Outcome) -> str:
    return (
        f"| {o.name} | {o.people} | {o.nearest:.0f} | {o.walked:.0f} | {o.ratio:.2f} | {o.planned:.0f} | "
        f"{o.p10:.0f} / {o.p50:.0f} / {o.p90:.0f} | {o.p50 / o.walked - 1:+.0%} | "
        f"{o.nearest_p50 / o.nearest - 1:+.0%} |"
    )


HEAD = (
    "| case | people | nearest walked, s | plan walked, s | ratio | planned, s | p10 / p50 / p90, "
    "s | p50 error "
    "| nearest error |\n|---|---|---|---|---|---|---|---|---|"
)


def own(space: Path, crowd: Path) -> Case:
    """A case from files; people beside the named zones are spread as the plan does it."""
    asked = msgspec.json.decode(crowd.read_bytes(), type=dict[str, Any])
    zones = {k: float(v) for k, v in asked.get("zones", {}).items()}
    if "crowd" in asked and not zones:
        zones = {"": float(asked["crowd"])}
    return Case(space.stem, read_geojson(space.read_bytes()), zones, tuple(asked.get("close", ())))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--space", type=Path)
    parser.add_argument("--crowd", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=Path, help="file to write the table to")
    given = parser.parse_args()
    if (given.space is None) != (given.crowd is None):
        parser.error("--space and --crowd go together")
    cases = [own(given.space, given.crowd)] if given.space else all_cases(DATA)
    if given.quick and not given.space:
        cases = [fewer(c, 250) for c in cases if c.name in QUICK] or [fewer(c, 250) for c in cases[:3]]
    if not cases:
        print(f"no geometries under {DATA}: set TOCSIN_DATA, or give --space and --crowd", file=sys.stderr)
        raise SystemExit(2)
    outcomes = []
    rows = [HEAD]
    print(HEAD, flush=True)
    for case in cases:
        outcomes.append(replayed(case, given.seed))
        rows.append(row(outcomes[-1]))
        print(rows[-1], flush=True)
    if given.table:
        given.table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(json.dumps(figures(outcomes)))


if __name__ == "__main__":
    main()
