"""The procedures of an installation: those that ship, and the city's own, which may replace them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec
import structlog

from tocsin.incidents.procedures.load import SHIPPED, read_file
from tocsin.incidents.procedures.model import Procedure
from tocsin.incidents.procedures.words import (
    Key,
    Spoken,
    Translation,
    check_translation,
    language_of,
    read_translation,
    spoken,
    translations_in,
)
from tocsin.kernel.errors import Invalid, NotFound
from tocsin.kernel.languages import Language

log = structlog.get_logger(__name__)

_Stamp = tuple[tuple[str, int, int], ...]


class RefusedFile(msgspec.Struct, frozen=True):
    """A procedure file that is not used, and why."""

    file: str
    words: str
    field: str | None = None
    value: str | None = None
    cure: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """``by_id``: every version of a procedure, newest first. What was refused is listed, never used."""

    by_id: dict[str, tuple[Procedure, ...]]
    refused: tuple[RefusedFile, ...]
    #: the city's own translations, those that are whole
    translated: Mapping[Key, Translation] = field(default_factory=dict)

    @property
    def newest(self) -> list[Procedure]:
        return [versions[0] for _, versions in sorted(self.by_id.items())]

    def spoken(self, language: Language) -> list[Spoken]:
        """Every version of every procedure in that language; as it was written where it is not translated.

        The first call for a language reads the shipped files: some tenths of a second.
        """
        have = {**shipped_words(language), **self.translated}
        return [
            spoken(procedure, language, have.get((name, procedure.version, language)))
            for name, versions in sorted(self.by_id.items())
            for procedure in versions
        ]


@cache
def shipped() -> tuple[Procedure, ...]:
    """Those that come with the product."""
    return tuple(read_file(path) for path in sorted(SHIPPED.glob("*.yaml")))


@cache
def shipped_words(language: Language) -> Mapping[Key, Translation]:
    """The translations that come with the product. Raises ``Invalid`` where one misses a text."""
    own = {procedure.id: procedure for procedure in shipped()}
    found: dict[Key, Translation] = {}
    for path in translations_in(SHIPPED):
        if language_of(path) == language:
            translation = read_translation(path)
            check_translation(path, translation, own.get(translation.id))
            found[translation.id, translation.version, language] = translation
    return found


class Procedures:
    """Reads ``folder`` (the city's own, may be absent) again when a file in it has changed.

    A wrong file is left out, logged and listed: one typing error must not take the others away.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._shipped = shipped()
        self._stamp: _Stamp | None = None
        self._known = Known({}, ())

    def known(self) -> Known:
        files = sorted(self._folder.glob("*.yaml")) if self._folder else []
        translations = translations_in(self._folder) if self._folder else []
        stamp = tuple(_stamp(path) for path in (*files, *translations))
        if stamp != self._stamp:
            self._known = translated(collect(self._shipped, files), translations)
            self._stamp = stamp
            for file in self._known.refused:
                log.error("procedure_refused", file=file.file, reason=file.words, field=file.field)
        return self._known

    def get(self, procedure: str, version: int | None = None) -> Procedure:
        """The newest, or that version. Raises ``NotFound``."""
        versions = self.known().by_id.get(procedure, ())
        for found in versions:
            if version in (None, found.version):
                return found
        if versions:
            have = ", ".join(str(p.version) for p in versions)
            raise NotFound(
                f"there is no such version of {procedure}",
                field="procedure_version",
                value=version,
                cure=f"have {have}",
            )
        raise NotFound(
            "there is no such procedure",
            field="procedure",
            value=procedure,
            cure="look at the list of procedures",
        )


def _stamp(path: Path) -> tuple[str, int, int]:
    """Changes whenever the file does; a file just taken away has one of its own."""
    try:
        seen = path.stat()
    except OSError:
        return str(path), 0, -1
    return str(path), seen.st_mtime_ns, seen.st_size


def collect(shipped: Iterable[Procedure], files: Iterable[Path]) -> Known:
    """Own files over shipped ones. One that does not count up from what it replaces is refused."""
    by_id: dict[str, list[Procedure]] = {procedure.id: [procedure] for procedure in shipped}
    standard = {name: versions[0].version for name, versions in by_id.items()}
    refused: list[RefusedFile] = []
    for path in files:
        try:
            own = read_file(path)
            _counts_up(path, own, standard.get(own.id, 0), [p.version for p in by_id.get(own.id, [])])
            by_id.setdefault(own.id, []).append(own)
        except Invalid as error:
            refused.append(RefusedFile(path.name, error.message, error.field, error.value, error.cure))
    newest_first = {
        name: tuple(sorted(versions, key=lambda p: p.version, reverse=True))
        for name, versions in by_id.items()
    }
    return Known(newest_first, tuple(refused))


def translated(known: Known, files: Iterable[Path]) -> Known:
    """With the city's own translations. One that is not whole, or of a version that is not there, is refused:
    its procedure is shown as it was written.
    """
    found: dict[Key, Translation] = {}
    refused = list(known.refused)
    for path in files:
        try:
            translation = read_translation(path)
            versions = {p.version: p for p in known.by_id.get(translation.id, ())}
            check_translation(path, translation, versions.get(translation.version))
            found[translation.id, translation.version, language_of(path)] = translation
        except Invalid as error:
            name = f"{path.parent.name}/{path.name}"
            refused.append(RefusedFile(name, error.message, error.field, error.value, error.cure))
    return Known(known.by_id, tuple(refused), found)


def _counts_up(path: Path, own: Procedure, shipped: int, taken: list[int]) -> None:
    if own.version <= shipped or own.version in taken:
        raise Invalid(
            f"{path.name}: version {own.version} of {own.id} is there already",
            field="version",
            value=own.version,
            cure=f"give it version {max(taken) + 1} or higher",
        )
