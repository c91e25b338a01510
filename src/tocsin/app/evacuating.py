"""An evacuation plan without a server: the tool by its id, its answer as JSON, lines, or one page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

import msgspec

from tocsin.kernel.advice import Surroundings
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.events import Advice
from tocsin.sdk.consult import Given, consult
from tocsin.sdk.discover import discover, load_advisor

TOOL = "evacuation"
_SIZE = 900.0


def answered(request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The advice as plain data. Raises ``Invalid`` for the request, ``Unavailable`` without the tool."""
    folder = next((tool for tool in discover().tools if tool.id == TOOL), None)
    if folder is None:
        raise Unavailable("the tool is not installed", field="tool", value=TOOL, cure="tocsin tool list")
    loaded = load_advisor(folder)
    context = Given(Surroundings(now=now), [c.type for c in folder.manifest.consumes])
    advice: Advice = consult(
        loaded.make(loaded.params_class()),
        folder.manifest,
        request,
        context,
        lambda _share, _words, _best=None: None,
    )
    told: dict[str, Any] = msgspec.to_builtins(advice)
    return told


def summary(advice: Mapping[str, Any]) -> str:
    """What a planner reads first: the answer, what to say where, what is worth doing."""
    plan = advice["plan"]
    lines = [advice["words"], "", "Instructions:"]
    lines += [f"  {one['words']['en']}" for one in plan["instructions"]]
    lines += ["", "Ways out:"]
    for way in plan["exits"]:
        lines.append(
            f"  {way['name']}: {way['state']}, {way['people']:.0f} people, last after {way['last_s']:.0f} s"
            f" ({way['people_nearest']:.0f} if everybody takes the nearest)"
        )
    if plan["measures"]:
        lines += ["", "Worth doing, or keeping:"]
        lines += [f"  {one['words']}" for one in plan["measures"]]
    if plan["density"]:
        worst = plan["density"]["worst"]
        lines += [
            "",
            f"Densest: {worst['per_m2']:.1f} people/m² at {worst['place']} after {worst['at_s']:.0f} s",
        ]
        lines[-1] += f", level of service {worst['level']}"
    for one in plan["stuck"]:
        lines.append(f"NO WAY OUT ({one['why']}): {one['people']:.0f} people at {one['name']}")
    lines += [f"Mind: {words}" for words in plan["warnings"]]
    return "\n".join([*lines, "", "Advice, not an order. " + " ".join(advice["assumptions"])])


def page(advice: Mapping[str, Any]) -> str:
    """One page of HTML that needs nothing else: map, instructions, ways out, what is worth doing."""
    plan = advice["plan"]
    rows = "".join(
        f"<tr><td>{escape(w['name'])}<td>{escape(w['state'])}<td>{w['width_m']:.1f}<td>{w['people']:.0f}"
        f"<td>{w['people_nearest']:.0f}<td>{w['last_s']:.0f}</tr>"
        for w in plan["exits"]
    )
    told = "".join(f"<li>{escape(one['words']['en'])}</li>" for one in plan["instructions"])
    worth = "".join(f"<li>{escape(one['words'])}</li>" for one in plan["measures"])
    mind = "".join(f"<p class=mind>{escape(words)}</p>" for words in plan["warnings"])
    return f"""<!doctype html><html lang=en><meta charset=utf-8>
<title>{escape(plan["name"])}: evacuation</title>
<style>body{{font:16px/1.4 sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}}
table{{border-collapse:collapse}}td,th{{border-bottom:1px solid #999;padding:.2rem .6rem;text-align:left}}
svg{{width:100%;height:auto;background:#f4f4f0}}
.mind{{border-left:.3rem solid #b00;padding-left:.6rem}}</style>
<h1>{escape(plan["name"])}</h1><p>{escape(advice["words"])}</p>{mind}{_map(plan)}
<h2>Instructions</h2><ul>{told}</ul>
<h2>Ways out</h2><table><tr><th>Way<th>State<th>Width, m<th>People<th>If nearest<th>Last, s</tr>{rows}</table>
<h2>Worth doing, or keeping</h2><ul>{worth}</ul>
<p><small>Advice, not an order. {escape(" ".join(advice["assumptions"]))}</small></p></html>
"""


def _map(plan: Mapping[str, Any]) -> str:
    """Floor, dangers, ways out and flows, the more people the thicker."""
    features = plan["map"].get("features", ())
    every = [p for f in features for p in _positions(f["geometry"]["coordinates"])]
    if not every:
        return ""
    west, east = min(p[0] for p in every), max(p[0] for p in every)
    south, north = min(p[1] for p in every), max(p[1] for p in every)
    from tocsin.sdk.spaces import Projection

    kx, ky = Projection((west + east) / 2, (south + north) / 2).scale
    scale = _SIZE / max((east - west) * kx, (north - south) * ky, 1e-9)

    def at(p: Any) -> str:
        return f"{(p[0] - west) * kx * scale:.1f},{(north - p[1]) * ky * scale:.1f}"

    def path(geometry: Mapping[str, Any], style: str) -> str:
        drawn = " ".join("M" + "L".join(at(p) for p in line) for line in _lines(geometry["coordinates"]))
        return f'<path d="{drawn}" style="{style}"/>'

    floors = {"walkable": "fill:#fff;stroke:#555", "obstacle": "fill:#ccc;stroke:#555"}
    parts = [
        path(f["geometry"], floors[f["properties"]["role"]])
        for f in features
        if f["properties"]["role"] in floors
    ]
    parts += [
        path(h["geometry"], "fill:#d003;stroke:#d00")
        for h in plan["hazards"][:1]
        if h["geometry"]["coordinates"]
    ]
    most = max((f["people"] for f in plan["flows"]), default=1.0)
    for f in plan["flows"]:
        if f["route"]["type"] == "LineString":
            width = 1.5 + 8 * f["people"] / most
            parts.append(
                path(f["route"], f"fill:none;stroke:#06a;stroke-opacity:.55;stroke-width:{width:.1f}")
            )
    for way in plan["exits"]:
        colour = "#080" if way["state"] == "open" else "#b00"
        parts.append(path(way["line"], f"fill:none;stroke:{colour};stroke-width:6"))
        x, y = at(way["line"]["coordinates"][0]).split(",")
        parts.append(f'<text x="{x}" y="{y}" font-size="16">{escape(way["name"])}</text>')
    size = f"{(east - west) * kx * scale + 120:.0f} {(north - south) * ky * scale + 60:.0f}"
    return f'<svg viewBox="-60 -30 {size}" role="img" aria-label="Map of the plan">{"".join(parts)}</svg>'


def _positions(coordinates: Any) -> Iterable[Any]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates
    else:
        for one in coordinates:
            yield from _positions(one)


def _lines(coordinates: Any) -> Iterable[Any]:
    """Lists of positions, however deep they lie."""
    if coordinates and coordinates[0] and isinstance(coordinates[0][0], int | float):
        yield coordinates
    else:
        for one in coordinates:
            yield from _lines(one)
