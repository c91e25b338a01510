"""``tocsin evacuate``: a plan for a space from a file, without a server."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

_THREAT = (
    "JSON, or a file of it: {'kind': 'area', 'place': {GeoJSON}, 'radius_m': 30}; the guide has all kinds."
)


def evacuate(
    space: Annotated[Path, typer.Argument(help="GeoJSON of a space, or WKT in metres (with --anchor).")],
    crowd: Annotated[float, typer.Option(help="How many people there are.")],
    close: Annotated[
        list[str] | None, typer.Option(help="Id of a way that is shut; may be repeated.")
    ] = None,
    open_: Annotated[list[str] | None, typer.Option("--open", help="Id of a gate that is opened.")] = None,
    threat: Annotated[list[str] | None, typer.Option(help=_THREAT)] = None,
    wheelchairs: Annotated[
        float, typer.Option(help="Part of the people who cannot use stairs, 0 to 1.")
    ] = 0.0,
    anchor: Annotated[str, typer.Option(help="lon,lat of the origin of a WKT file.")] = "0,0",
    seed: Annotated[int, typer.Option(help="Of the forecasts.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="The whole answer as JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with the map to this file.")] = None,
) -> None:
    """Who should leave by which way out, how long it takes, and how sure that is."""
    from tocsin.app.evacuating import answered, page, summary

    request: dict[str, Any] = {
        "space": _read(space, anchor),
        "crowd": crowd,
        "close": close or [],
        "open": open_ or [],
        "threats": [_threat(one) for one in threat or ()],
        "wheelchairs_share": wheelchairs,
        "seed": seed,
    }
    advice = answered(request, datetime.now(UTC))
    if html is not None:
        html.write_text(page(advice), encoding="utf-8")
        typer.echo(f"written: {html}", err=True)
    if as_json:
        typer.echo(json.dumps(advice))
    else:
        typer.echo(summary(advice))


def _read(path: Path, anchor: str) -> dict[str, Any]:
    from tocsin.kernel.errors import Invalid
    from tocsin.sdk.spaces import read_geojson, read_wkt, write_geojson

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            f"cannot be read: {error}", field="space", value=path, cure="a GeoJSON or WKT file"
        ) from None
    if text.lstrip().startswith("{"):
        return write_geojson(read_geojson(text, name=path.stem))
    try:
        lon, lat = (float(part) for part in anchor.split(","))
    except ValueError:
        raise Invalid("not a place", field="anchor", value=anchor, cure="lon,lat in degrees") from None
    return write_geojson(read_wkt(text, (lon, lat), space_id=path.stem))


def _threat(given: str) -> Any:
    from tocsin.kernel.errors import Invalid

    try:
        return json.loads(
            given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8")
        )
    except (OSError, ValueError) as error:
        raise Invalid(f"not a threat: {error}", field="threat", value=given, cure=_THREAT) from None
