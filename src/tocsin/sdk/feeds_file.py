"""A city's feeds: which sources it asks, where, and on whose terms. ``feeds.toml`` of a state folder, and the
profiles of cities that ship with us, which hold the same beside what the city is called and where it lies.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.kernel.errors import Invalid, NotFound
from tocsin.sdk.toml_lines import read_toml, wrong

FILE = "feeds.toml"
CITIES = Path(__file__).parents[1] / "cities"

Param = str | int | float | bool


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One feed of a source. ``terms``: address of its terms of use. ``enabled``: off keeps the entry."""

    source: str
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    publisher: Annotated[str, Meta(min_length=1, max_length=120)] = "this city"
    licence: str = ""
    terms: str = ""
    words: str = ""
    params: dict[str, Param] = {}
    enabled: bool = True


FeedName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]


class FeedsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    feed: dict[FeedName, Feed] = {}


class ProfileCity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As ``[city]`` of ``tocsin.toml``."""

    name: str
    zone: str
    languages: str
    place: str


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    city: ProfileCity
    feed: dict[FeedName, Feed]


def read_feeds(state: Path) -> dict[str, Feed]:
    """The feeds of a state folder by name; none where there is no file. Raises ``Invalid`` with its line."""
    file = state / FILE
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            f"{FILE} cannot be read: {error}", field=FILE, value=file, cure="save it as UTF-8"
        ) from None
    return read_toml(text, FeedsFile, FILE).feed


def check_names(feeds: dict[str, Feed], sources: set[str]) -> None:
    """Raises ``Invalid`` for the name of another source: each finds its own position under its name."""
    for name, feed in feeds.items():
        if name in sources and name != feed.source:
            raise Invalid("the name of a source", field=f"feed.{name}", value=name, cure="another name")


def profiles(folder: Path = CITIES) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.toml"))


def read_profile(city: str, folder: Path = CITIES) -> tuple[Profile, str]:
    """The profile of a city and its text. Raises ``NotFound`` with those that there are, and ``Invalid``."""
    known = profiles(folder)
    if city not in known:
        raise NotFound("no profile of this city", field="city", value=city, cure=" or ".join(known))
    text = (folder / f"{city}.toml").read_text("utf-8")
    profile = read_toml(text, Profile, f"{city}.toml")
    for name, feed in profile.feed.items():
        if not (feed.licence and feed.terms):
            raise wrong(text, f"{city}.toml", ("feed", name), "no licence or terms", cure="state both")
    return profile, text


def feeds_text(profile_text: str) -> str:
    """``feeds.toml`` out of a profile's text: all but its ``[city]``, with its comments."""
    lines = profile_text.splitlines()
    begin = next((n for n, line in enumerate(lines) if line.startswith("[feed.")), len(lines))
    while begin and lines[begin - 1].startswith("#"):
        begin -= 1
    head = ["# Public feeds of this city; yours from here on. enabled = false puts one aside.", ""]
    return "\n".join([*head, *lines[begin:]]) + "\n"
