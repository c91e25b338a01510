"""The contract of a source (``sources/<name>/``), whole, and how sources are found.

    manifest.toml   what it is; read without importing anything
    fetch.py        class Fetch: asks for news at an interval. Hosted by ingest, network allowed.
                    Absent where devices push (MQTT, HTTP) or a person replays a file.
    map.py          read(payload) -> Reading: pure; hosted by normalise. Absent where items come as JSON
                    readings or by a mapping.
    listen.py       class Listen: takes what is sent to a port of ours. Hosted by ingest; kind push only.
    listen.py       class Listen: takes what is sent to a port of ours. Hosted by ingest, where pushed.

The entry-point group ``tocsin.sources`` names packages of such folders: a new folder needs no edit.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec import Meta

from tocsin.kernel.errors import Invalid
from tocsin.sdk.reading import Reading
from tocsin.sdk.toml_lines import read_toml, wrong

GROUP = "tocsin.sources"
CONTRACT = 1

Understand = Callable[[bytes], Reading]
Params = Mapping[str, str | int | float | bool]


class SourceManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``id`` is the folder's name.

    ``kind``: devices ``push``, ingest ``pull``s every ``every_s``, or a person plays a ``file``.
    ``format``: what understands an item: ``json`` (the JSON reading), ``map`` (a mapping), ``feed`` (map.py).
    ``expect_every_s``: silence beyond three times this is shown; left out where silence is normal.
    """

    id: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
    contract: int
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    words: Annotated[str, Meta(min_length=1, max_length=500)]
    kind: Literal["push", "pull", "file"]
    format: Literal["json", "map", "feed"]
    personal_data: Literal["none", "possible", "yes"]
    reference: str
    licence: str = ""
    every_s: Annotated[float, Meta(ge=1)] | None = None
    expect_every_s: Annotated[float, Meta(gt=0)] | None = None
    #: Python modules that it needs beyond ours
    needs: tuple[str, ...] = ()
    params: dict[str, str | int | float | bool] = {}
    #: params that a city must give: without a feed of its own in ``feeds.toml`` the source does not run
    asks: tuple[str, ...] = ()
    #: subjects of MQTT (NATS patterns, ``/`` as ``.``) whose messages ``cut.py`` cuts
    topics: tuple[str, ...] = ()


class Fetched(msgspec.Struct, frozen=True):
    """News, each item one reading as it came; ``cursor`` is handed to the next call, also after a restart."""

    items: Sequence[bytes]
    cursor: str | None = None
    #: seconds in which the other side has nothing new, or asks not to be asked (ttl, Expires)
    again_s: float = 0.0


class Fetcher(Protocol):
    """``fetch.Fetch``, made as ``Fetch(params)``. Raises whatever it likes: it is called again later."""

    async def fetch(self, cursor: str | None) -> Fetched: ...


class Cutter(Protocol):
    """``cut.Cut``, made as ``Cut()``. Deterministic: the same messages give the same items."""

    #: whether ``snapshot`` differs from what it was before the last ``cut``
    changed: bool

    def cut(self, topic: tuple[str, ...], payload: bytes, at: datetime) -> Sequence[bytes]:
        """Items for ``map.read``, which came ``at``. Raises ``Invalid``: the message goes on whole."""
        ...

    def requests(self) -> Sequence[tuple[tuple[str, ...], bytes]]:
        """What to send back, each once: levels of a topic, and a payload."""
        ...

    def snapshot(self) -> bytes:
        """What must be known after a restart; empty where that is nothing."""
        ...

    def restore(self, state: bytes) -> None: ...


#: Hands items over; returns once they are stored, and raises ``Unavailable`` where they were not.
Take = Callable[[Sequence[bytes]], Awaitable[None]]


class Listener(Protocol):
    """``listen.Listen``, made as ``Listen(params)``. Runs until cancelled; begun again after a failure."""

    async def listen(self, take: Take) -> None: ...


@dataclass(frozen=True, slots=True)
class SourceFolder:
    path: Path
    package: str
    manifest: SourceManifest


@dataclass(frozen=True, slots=True)
class BrokenSource:
    """A folder that means to be a source and is not fit to be one; shown, never swallowed."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sources:
    folders: tuple[SourceFolder, ...]
    broken: tuple[BrokenSource, ...]


def find_sources(group: str = GROUP) -> Sources:
    """All sources of installed packages, by id. Of two of one id the first counts, the second is broken."""
    found: dict[str, SourceFolder] = {}
    broken: list[BrokenSource] = []
    for package, folder in _folders(group, broken):
        try:
            source = SourceFolder(folder, package, read_source_manifest(folder))
            if source.manifest.id in found:
                raise Invalid(
                    "two sources of one id", field="id", value=source.manifest.id, cure="rename one"
                )
            found[source.manifest.id] = source
        except (Invalid, OSError, UnicodeDecodeError) as error:
            broken.append(BrokenSource(folder.name, str(error)))
    return Sources(tuple(found[name] for name in sorted(found)), tuple(broken))


def read_source_manifest(folder: Path) -> SourceManifest:
    """The manifest of a folder. Raises ``Invalid`` that names the line and the cure."""
    text = (folder / "manifest.toml").read_text(encoding="utf-8")
    what = f"{folder.name}/manifest.toml"
    manifest = read_toml(text, SourceManifest, what)
    if manifest.id != folder.name:
        raise wrong(
            text, what, ("id",), "the id is not the folder's name", value=manifest.id, cure=folder.name
        )
    if manifest.contract != CONTRACT:
        raise wrong(
            text,
            what,
            ("contract",),
            "written for another contract",
            value=manifest.contract,
            cure=str(CONTRACT),
        )
    if (manifest.kind == "pull") != (manifest.every_s is not None):
        raise wrong(text, what, ("every_s",), "a source that is pulled, and no other, has every_s", cure="60")
    if unknown := set(manifest.asks) - set(manifest.params):
        raise wrong(
            text, what, ("asks",), "it asks for what is no param", value=unknown, cure="name it there"
        )
    needed = [(manifest.kind == "pull", "fetch.py"), (manifest.format == "feed", "map.py")]
    needed.append((bool(manifest.topics), "cut.py"))
    if manifest.kind != "push":
        needed.append((False, "listen.py"))
    for wanted, name in needed:
        if wanted != (folder / name).is_file():
            words = f"{name} is {'missing' if wanted else 'there, but nothing calls it'}"
            raise wrong(text, what, ("kind",), words, cure="see sdk/source.py")
    return manifest


def load_map(source: SourceFolder) -> Understand:
    """``map.read``. Raises ``Invalid`` for what is missing, and whatever its modules raise at import."""
    return _load(source, "map", "read")  # type: ignore[no-any-return]


def load_fetch(source: SourceFolder, params: Params | None = None) -> Fetcher:
    """A ``fetch.Fetch`` with the manifest's params, overlaid by ``params``. Raises as ``load_map``."""
    made: Fetcher = _load(source, "fetch", "Fetch")(_whole(source, params))
    return made


def load_listen(source: SourceFolder, params: Params | None = None) -> Listener:
    """A ``listen.Listen``; as ``load_fetch``."""
    made: Listener = _load(source, "listen", "Listen")(_whole(source, params))
    return made


def load_cut(source: SourceFolder) -> Cutter:
    """A ``cut.Cut``. Raises as ``load_map``."""
    made: Cutter = _load(source, "cut", "Cut")()
    return made


def _whole(source: SourceFolder, params: Params | None) -> Params:
    """The manifest's params, overlaid. Raises ``Invalid`` for one that is unknown, of another kind, or
    missing though asked for."""
    given, known = dict(params or {}), source.manifest.params
    if unknown := set(given) - set(known):
        raise Invalid("unknown param", field="params", value=sorted(unknown), cure="see its manifest")
    for name, value in given.items():
        kind = type(known[name])
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise Invalid(
                "a param of another kind", field=name, value=value, cure=f"as in {name} = {known[name]!r}"
            )
    whole = {**known, **given}
    for name in source.manifest.asks:
        if whole[name] == "":
            raise Invalid(
                f"{source.manifest.id} needs {name}", field=name, value="", cure="see docs/howto/feeds.md"
            )
    return whole


def _load(source: SourceFolder, module: str, name: str) -> Any:
    for needed in source.manifest.needs:
        if importlib.util.find_spec(needed) is None:
            raise Invalid(
                f"{source.manifest.id} needs a module", field="needs", value=needed, cure="install it"
            )
    loaded = getattr(importlib.import_module(f"{source.package}.{source.path.name}.{module}"), name, None)
    if not callable(loaded):
        raise Invalid(
            f"{source.manifest.id}/{module}.py has no {name}", field=module, cure="see sdk/source.py"
        )
    return loaded


def _folders(group: str, broken: list[BrokenSource]) -> Iterator[tuple[str, Path]]:
    for point in sorted(entry_points(group=group), key=lambda p: (p.name, p.value)):
        spec = importlib.util.find_spec(point.value)
        places = list(spec.submodule_search_locations or ()) if spec else []
        if not places:
            broken.append(BrokenSource(point.name, f"{point.value} is not a package of folders"))
        for place in places:
            for folder in sorted(Path(place).iterdir()):
                if (folder / "manifest.toml").is_file():
                    yield point.value, folder
