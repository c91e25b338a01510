"""The feeds of one installation: what its ``feeds.toml`` says, with what the settings say for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from tocsin.app.hosting import Place
from tocsin.kernel.errors import Conflict, Misconfigured, TocsinError
from tocsin.sdk.feeds_file import FILE, Feed, Profile, check_names, feeds_text, read_feeds, read_profile
from tocsin.sdk.source import Sources

#: param of a source that is given from the settings where the feed does not say
_CONTACT = "contact"


def feeds_of(place: Place, sources: Sources) -> dict[str, Feed]:
    """By name. Raises ``Misconfigured`` with line and cure: a city shall not miss feeds it believes in."""
    try:
        feeds = read_feeds(place.state)
        check_names(feeds, {s.manifest.id for s in sources.folders})
    except TocsinError as error:
        raise Misconfigured(error.message, field=error.field, value=error.value, cure=error.cure) from error
    asking = {s.manifest.id for s in sources.folders if _CONTACT in s.manifest.params}
    contact = place.settings.feeds.contact
    return {
        name: msgspec.structs.replace(feed, params={_CONTACT: contact, **feed.params})
        if contact and feed.source in asking
        else feed
        for name, feed in feeds.items()
    }


def open_feeds(feeds: dict[str, Feed], sources: Sources) -> frozenset[str]:
    """Names of feeds whose source says that it sends no personal data."""
    none = {s.manifest.id for s in sources.folders if s.manifest.personal_data == "none"}
    return frozenset(name for name, feed in feeds.items() if feed.source in none)


@dataclass(frozen=True, slots=True)
class Enabled:
    """``kept``: the file was there and stays as it is."""

    profile: Profile
    file: Path
    kept: bool


def enable(state: Path, city: str, *, force: bool = False) -> Enabled:
    """Lay a city's feeds into a state folder. One that has feeds keeps them, but with ``force``.

    Raises ``NotFound``, ``Conflict`` where the folder is none.
    """
    profile, text = read_profile(city)
    file = state / FILE
    if file.exists() and not force:
        return Enabled(profile, file, True)
    if not state.is_dir():
        raise Conflict("no such city", field="state", value=state, cure=f"tocsin init --city {city}")
    draft = file.with_suffix(".new")
    draft.write_text(feeds_text(text), "utf-8")
    draft.replace(file)
    return Enabled(profile, file, False)


def described(state: Path) -> list[str]:
    """Two lines a feed, for people. Raises ``Invalid`` with the line of a wrong file."""
    lines = []
    for name, feed in read_feeds(state).items():
        lines.append(f"{name}  {feed.title} ({feed.source}{'' if feed.enabled else ', off'})")
        terms = ", ".join(part for part in (feed.publisher, feed.licence, feed.terms) if part)
        lines.append(f"    {terms}")
    return lines
