"""``tocsin map``: the console's map, and spaces to plan in, from any OpenStreetMap extract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tocsin.kernel.errors import Invalid

map_ = typer.Typer(no_args_is_help=True, help="Maps from an OpenStreetMap extract (extra: tocsin[map]).")


@map_.command("build")
def build(
    extract: Annotated[Path, typer.Argument(help=".osm.pbf, .osm, .osm.gz or .osm.bz2")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
    names: Annotated[Path | None, typer.Option(help="Title, file and names (scripts/helsinki.toml).")] = None,
    box: Annotated[str, typer.Option(help="west,south,east,north in degrees; else all of it.")] = "",
) -> None:
    """The map of a city: vector tiles in one file, and the notice that its licence asks for."""
    from tocsin.maps.build import Plan, read_plan
    from tocsin.maps.build import build as make

    bounds = None
    if box:
        west, south, east, north = _figures("box", box, 4)
        bounds = west, south, east, north
    made = make(extract, out, read_plan(names) if names else Plan(), bounds)
    told = ", ".join(f"{count} {name}" for name, count in made.features.items() if count)
    typer.echo(f"{made.file}: {made.tiles} tiles, {made.file.stat().st_size // 1024} kB; {told}")


@map_.command("spaces")
def spaces(
    extract: Annotated[Path, typer.Argument(help=".osm.pbf, .osm, .osm.gz or .osm.bz2")],
    at: Annotated[str, typer.Option(help="The place: lon,lat in degrees.")] = "",
    radius: Annotated[float, typer.Option(help="Metres around it.")] = 80.0,
    box: Annotated[str, typer.Option(help="Instead: west,south,east,north in degrees.")] = "",
    name: Annotated[str, typer.Option(help="What the space is called; else as the map says.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write; else it is printed.")] = None,
) -> None:
    """A space as GeoJSON: what is walkable, what bars it, its ways out with widths and where these come
    from."""
    from tocsin.maps.extract import things
    from tocsin.maps.spaces import Region, make_space, to_geojson
    from tocsin.sdk.spaces import defects

    if bool(at) == bool(box):
        raise Invalid(
            "which place?",
            field="at",
            value=at,
            cure="--at lon,lat --radius 80, or --box west,south,east,north",
        )
    if at:
        lon, lat = _figures("at", at, 2)
        region = Region.around(lon, lat, radius)
    else:
        west, south, east, north = _figures("box", box, 4)
        region = Region.within(west, south, east, north)
    space = make_space(things(extract), region, space_id=out.stem if out else "space", name=name)
    for defect in defects(space):
        typer.echo(f"{'defect' if defect.grave else 'note'}: {defect.words}; {defect.cure}", err=True)
    told = json.dumps(to_geojson(space), ensure_ascii=False, separators=(",", ":"))
    if out is None:
        typer.echo(told)
        return
    out.write_text(told + "\n", encoding="utf-8")
    wide = sum(way.width_m for way in space.ways)
    typer.echo(f"{out}: {space.name}, {len(space.ways)} ways out, {wide:.0f} m wide together")


def _figures(field: str, text: str, count: int) -> list[float]:
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count:
        raise Invalid("not a place", field=field, value=text, cure="degrees with commas: 24.9441,60.1712")
    return found
