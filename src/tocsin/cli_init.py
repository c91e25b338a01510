"""``tocsin init``: a city of one's own, asked for step by step; every answer also as an option."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

T = TypeVar("T")
CITY = Path("state") / "city"


def init(
    state: Annotated[Path, typer.Argument(help="Folder that will hold everything this city keeps.")] = CITY,
    name: Annotated[str | None, typer.Option(help="What the city is called on its screens.")] = None,
    place: Annotated[
        str | None, typer.Option(help="Its middle, LON,LAT in degrees: 11.8768,45.4064.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="en, it, nb or pt; more than once, the first one first.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="As in Europe/Rome; else from place or machine.")
    ] = None,
    room: Annotated[
        list[str] | None,
        typer.Option(help='A control room, id=Title; more than once. control-room="..." names the first.'),
    ] = None,
    administrator: Annotated[str | None, typer.Option(help="Name of the first account.")] = None,
    city: Annotated[
        str | None,
        typer.Option(help="A city whose public feeds are known: oslo, padova, porto, helsinki."),
    ] = None,
    contact: Annotated[
        str, typer.Option(help="Whom services that are asked may write to; some refuse us without.")
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Of a city that is there: new settings and more rooms.")
    ] = False,
) -> None:
    """Begin a city of your own: name, place, languages, rooms, first account. Asks for what is not given."""
    from tocsin.app.beginning import Answers, begin, check_city_name, check_free, check_room, with_first
    from tocsin.app.feeds import enable
    from tocsin.app.zones import check_zone, likely_zone, machine_zone
    from tocsin.identity.people import FIRST, check_name
    from tocsin.kernel.errors import Invalid
    from tocsin.kernel.geo import stated_place
    from tocsin.kernel.languages import FALLBACK, LANGUAGES, Language, stated
    from tocsin.sdk.feeds_file import read_profile
    from tocsin.settings import City, load

    def languages_of(words: str) -> tuple[Language, ...]:
        return stated(words) or (spoken(),)

    def spoken() -> Language:
        said = next((os.environ[v] for v in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(v)), "")
        code = said[:2].replace("no", "nb").replace("nn", "nb")
        return next((known for known in LANGUAGES if known == code), FALLBACK)

    def account_of(words: str) -> str:
        check_name(words)
        return words

    #: as it stands, where there is a city: what is not given stays so
    old = load(state).city if check_free(state, force=force) else City()
    profile = read_profile(city)[0] if city else None
    if profile is not None and not old.name:
        known = profile.city
        old = City(name=known.name, zone=known.zone, languages=known.languages, place=known.place)
    if name is None and not old.name and not at_terminal():
        raise Invalid("a city has a name", field="--name", cure='tocsin init --name "Padova"')
    called = _answer(name, "Name of the city", check_city_name, default=old.name)
    middle = _answer(
        place, "Its middle, as LON,LAT in degrees (empty: later)", stated_place, default=old.place
    )
    tongues = _answer(
        " ".join(language) if language else None,
        "Its languages, the first one first (en it nb pt)",
        languages_of,
        default=old.languages or spoken(),
    )
    likely = old.zone if old.name else likely_zone(middle, tongues[0], machine_zone())
    zone = _answer(timezone, "Time zone", check_zone, default=likely)
    rooms = [check_room(words) for words in room or ()]
    if not room and at_terminal():
        rooms = _several("A control room beside the first, as id=Title (empty: no more)", check_room)
    with_first(rooms)
    who: str | None = administrator and account_of(administrator)
    if who is None and not force:
        who = _answer(None, "Name of the first account, who administers", account_of, default=FIRST)

    begun = begin(state, Answers(called, middle, zone, tongues, tuple(rooms), who, contact), force=force)
    fed = enable(state, city, force=force) if city else None
    where = "" if state == CITY else f" --state {state}"
    lines = [
        f"{called} is made.",
        f"settings  {state / 'tocsin.toml'}" + (f" (before: {begun.kept.name})" if begun.kept else ""),
        f"zone      {zone}",
        *(() if fed is None else (f"feeds     {len(fed.profile.feed)} public ones, in {fed.file}",)),
        "rooms     " + ", ".join(f"{one.title} ({one.id})" for one in begun.rooms),
        f"user      {begun.user}",
        f"password  {begun.password}   (shown once)"
        if begun.password
        else f"password  as set; lost it? tocsin user password {begun.user}{where}",
        "",
        f"next      tocsin up{where}",
        "          then sign in: First steps, at the left, leads to the first sensor and the first alert",
    ]
    typer.echo("\n" + "\n".join(f"  {line}".rstrip() for line in lines) + "\n")


def at_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def _answer(given: str | None, question: str, check: Callable[[str], T], *, default: str = "") -> T:
    """The option, else what is answered (asked again until it fits), else the default."""
    from tocsin.kernel.errors import TocsinError

    if given is not None:
        return check(given)
    while at_terminal():
        words = typer.prompt(question, default=default, show_default=bool(default))
        try:
            return check(words)
        except TocsinError as error:
            typer.echo(f"  {error}")
    return check(default)


def _several(question: str, check: Callable[[str], T]) -> list[T]:
    found: list[T] = []
    while words := typer.prompt(question, default="", show_default=False):
        from tocsin.kernel.errors import TocsinError

        try:
            found.append(check(words))
        except TocsinError as error:
            typer.echo(f"  {error}")
    return found
