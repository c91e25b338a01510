"""``tocsin map build``: an extract to the tiles that the console shows, and the notice of its licence."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import shapely

from tocsin.kernel.errors import Invalid

from .extract import Thing, things
from .layers import Bounds, Names, sort_into_layers
from .tiles import NOTICE, write

#: at street zooms a wider map is no city any more, and takes hours
MOST_DEGREES = 1.0


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of names: ``title`` of the map, ``file`` it is written to, ``main`` square, ``said`` names."""

    title: str = ""
    file: str = "city.pmtiles"
    main: int = 0
    said: dict[str, str] = {}


@dataclass(frozen=True)
class Built:
    file: Path
    tiles: int
    features: dict[str, int] = field(default_factory=dict)


def read_plan(path: Path) -> Plan:
    """Raises ``Invalid`` naming the field."""
    try:
        plan = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Plan)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Invalid(
            f"{path}: {error}", field="names", value=path.name, cure="write it as scripts/helsinki.toml"
        ) from None
    if Path(plan.file).name != plan.file or not plan.file.endswith(".pmtiles"):
        raise Invalid("not a file's name", field="file", value=plan.file, cure='for example "city.pmtiles"')
    return plan


def build(extract: Path, out: Path, plan: Plan, bounds: Bounds | None = None) -> Built:
    """Writes the tiles and ``ATTRIBUTION.txt`` into ``out``.

    ``bounds``: west, south, east, north in degrees; without, what the extract holds. Raises ``Invalid``.
    """
    found = list(things(extract))
    if not found:
        raise Invalid("the extract is empty", field="extract", value=extract.name, cure="give another one")
    bounds = bounds or _held(found)
    if max(bounds[2] - bounds[0], bounds[3] - bounds[1]) > MOST_DEGREES:
        raise Invalid(
            "too wide for a map of streets",
            field="box",
            value=",".join(f"{x:.3f}" for x in bounds),
            cure=f"--box west,south,east,north of {MOST_DEGREES:g} degree at most",
        )
    layers = sort_into_layers(found, bounds, Names(plan.said, plan.main))
    out.mkdir(parents=True, exist_ok=True)
    target = out / plan.file
    title = plan.title or extract.name.split(".")[0]
    count = write(layers, target, bounds, title)
    notice = NOTICE.format(file=plan.file, title=title, extract=extract.name)
    (out / "ATTRIBUTION.txt").write_text(notice, encoding="utf-8")
    return Built(target, count, {name: len(layer.features) for name, layer in layers.items()})


def _held(found: list[Thing]) -> Bounds:
    """Inward to 0.0001 degrees: ways end raggedly at an extract's edge."""
    points = [t.geometry for t in found if t.kind == "node"] or [t.geometry for t in found]
    west, south, east, north = (float(x) for x in shapely.total_bounds(points))
    return (
        round(west + 5e-5, 4), round(south + 5e-5, 4), round(east - 5e-5, 4), round(north - 5e-5, 4),
    )  # fmt: skip
