"""A city of one's own: from what its people answer to a state folder that ``tocsin up`` can start.

Whole or not at all: everything is made in a folder beside it, which takes its place at the end.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tocsin.app.preparing import identity, prepare_state
from tocsin.app.settings_file import FILE, standing, written
from tocsin.identity.identity import Identity
from tocsin.identity.organisations import FIRST_ROOM, FIRST_TITLE, check_organisation
from tocsin.identity.people import FIRST, FIRST_ROLES
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Conflict, Invalid, Misconfigured
from tocsin.kernel.geo import Point
from tocsin.kernel.languages import Language
from tocsin.kernel.text import clean
from tocsin.settings import load
from tocsin.supervise import own

_BY = "tocsin init"
_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class Room:
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Answers:
    """``rooms``: the first one is always there; others beside it. ``administrator``: None leaves it to us
    (``operator``; nobody new where there is a city)."""

    name: str
    place: Point | None
    zone: str
    languages: tuple[Language, ...]
    rooms: tuple[Room, ...] = ()
    administrator: str | None = None
    #: whom services that are asked may write to; empty: nobody
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """``password`` is told this once; None where the account was there. ``kept``: settings put aside."""

    state: Path
    user: str
    password: str | None
    rooms: tuple[Room, ...]
    kept: Path | None = None


def check_city_name(words: str) -> str:
    """As it is shown. Raises ``Invalid``."""
    name = clean(words, _NAME_CHARS)
    if not name or len(words.strip()) > _NAME_CHARS:
        raise Invalid(
            f"a city has a name, at most {_NAME_CHARS} characters long",
            field="city.name",
            value=words,
            cure="what its people call it: Padova",
        )
    return name


def check_room(words: str) -> Room:
    """``id=Title``. Raises ``Invalid``."""
    room, stated, title = words.partition("=")
    if not stated:
        raise Invalid(
            "a room has an id and a title",
            field="room",
            value=words,
            cure='police="Police operations"',
        )
    return Room(room.strip(), check_organisation(room.strip(), title))


def with_first(rooms: Iterable[Room]) -> tuple[Room, ...]:
    """All rooms, the first one first. Raises ``Invalid`` for an id that is given twice."""
    found: dict[str, Room] = {FIRST_ROOM: Room(FIRST_ROOM, FIRST_TITLE)}
    given: set[str] = set()
    for room in rooms:
        if room.id in given:
            raise Invalid(
                "this room is named twice", field="room", value=room.id, cure="one title for each id"
            )
        given.add(room.id)
        found[room.id] = room
    return tuple(found.values())


def check_free(state: Path, *, force: bool) -> bool:
    """Whether a city is there, which ``force`` allows. Raises ``Conflict``: a city, or something else."""
    if (state / "layout").exists():
        if not force:
            raise Conflict(
                "a city is kept in this folder already",
                field="state",
                value=state,
                cure="give another folder, or --force: new settings, more rooms; its data and accounts stay",
            )
        return True
    if state.exists() and (not state.is_dir() or any(state.iterdir())):
        raise Conflict(
            "there is something else in this folder", field="state", value=state, cure="an empty or a new one"
        )
    return False


def begin(state: Path, answers: Answers, *, force: bool = False) -> Begun:
    """Make the city. ``force``: of one that is there change settings and add rooms, and leave all else.

    Raises ``Conflict`` (there is a city, or something else, in this folder), ``Misconfigured`` and
    ``Invalid``; in each case nothing has changed.
    """
    state = state.resolve()
    if check_free(state, force=force):
        return _again(state, answers)
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{state.name}-", dir=state.parent))
    except OSError as error:
        raise Misconfigured(
            f"the folder cannot be made: {error.strerror}", field="state", value=state, cure="give another"
        ) from error
    try:
        begun = _made(draft, answers)
        draft.replace(state)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Begun(state, begun.user, begun.password, begun.rooms)


def _made(state: Path, answers: Answers) -> Begun:
    own(state)
    (state / FILE).write_text(written(answers, WallClock().now()), "utf-8")
    told = prepare_state(
        state, "live", fresh_password=False, devices={}, first=answers.administrator or FIRST
    )
    account = json.loads(told)
    with identity(state) as known:
        rooms = _furnish(known, with_first(answers.rooms))
    return Begun(state, account["user"], account["password"], rooms)


def _again(state: Path, answers: Answers) -> Begun:
    """Rooms and account first, the settings last: until then the city stands as it was."""
    own(state)
    new, kept = state / f"{FILE}.new", state / f"{FILE}.before"
    with tempfile.TemporaryDirectory(dir=state) as trial:  # read as it would be, before anything changes
        words = written(answers, WallClock().now(), standing(state / FILE))
        (Path(trial) / FILE).write_text(words, "utf-8")
        load(Path(trial))
        with identity(state) as known:
            there = {room.id: room.title for room in known.organisations.all_now()}
            asked = with_first(answers.rooms)
            named = {room.id for room in answers.rooms}
            rooms = _furnish(known, tuple(r for r in asked if r.id in named), there)
            user, password = _account(known, answers.administrator)
        (Path(trial) / FILE).replace(new)
    if (state / FILE).exists():
        (state / FILE).replace(kept)
    new.replace(state / FILE)
    return Begun(state, user, password, rooms, kept if kept.exists() else None)


def _furnish(
    known: Identity, rooms: tuple[Room, ...], there: dict[str, str] | None = None
) -> tuple[Room, ...]:
    """Make the rooms that are not there; a title given anew holds."""
    there = {FIRST_ROOM: FIRST_TITLE} if there is None else there
    for room in rooms:
        if room.id not in there:
            asyncio.run(known.organisations.add(room.id, room.title, by=_BY))
        elif there[room.id] != room.title:
            asyncio.run(known.organisations.rename(room.id, room.title, by=_BY))
    return tuple(Room(one.id, one.title) for one in known.organisations.all_now())


def _account(known: Identity, name: str | None) -> tuple[str, str | None]:
    people = {person.name for person in asyncio.run(known.people.all())}
    if name is None or name in people:
        return name or known.people.eldest() or FIRST, None
    role, *more = FIRST_ROLES
    password = known.people.add_now(name, FIRST_ROOM, role, by=_BY)
    for other in more:
        asyncio.run(known.organisations.grant(name, FIRST_ROOM, other, by=_BY))
    return name, password
