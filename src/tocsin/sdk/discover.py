"""Finds tools: folders with a manifest, in packages named by the entry-point group ``tocsin.tools``.

A package of tools is a package of folders: adding a folder needs no edit and no reinstall. Manifests are read
without importing anything; a tool's own modules are imported by ``load``, one tool at a time, so that one
which crashes at import is out of service alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from tocsin.kernel.errors import Invalid
from tocsin.sdk.manifest import Manifest, read_manifest
from tocsin.sdk.panels import Panel, read_panels
from tocsin.sdk.tool import Advisor, Detector

GROUP = "tocsin.tools"


@dataclass(frozen=True, slots=True)
class ToolFolder:
    """A tool as its files say, nothing imported. ``package`` is what its modules are imported under."""

    id: str
    path: Path
    package: str
    manifest: Manifest
    panels: tuple[Panel, ...]
    guide_md: str


@dataclass(frozen=True, slots=True)
class BrokenFolder:
    """A folder that means to be a tool and is not fit to be one; ``reason`` has the field and the cure."""

    id: str
    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Discovered:
    tools: tuple[ToolFolder, ...]
    broken: tuple[BrokenFolder, ...]


@dataclass(frozen=True, slots=True)
class LoadedTool:
    """An imported tool: ``make(params)`` gives a fresh detector."""

    folder: ToolFolder
    params_class: type[Any]
    make: Callable[[Any], Detector]


@dataclass(frozen=True, slots=True)
class LoadedAdvisor:
    """An imported tool: ``make(params)`` gives an advisor."""

    folder: ToolFolder
    params_class: type[Any]
    make: Callable[[Any], Advisor]


def discover(extra: Sequence[Path] = ()) -> Discovered:
    """All tools of installed packages, then of the ``extra`` directories, ordered by id.

    The first of two folders with one id counts; the second is reported as broken.
    """
    tools: dict[str, ToolFolder] = {}
    broken: list[BrokenFolder] = []
    for package, directory in (*_packages(broken), *_extra(extra, broken)):
        for folder in sorted(directory.iterdir()):
            if not (folder / "manifest.toml").is_file():
                continue
            try:
                tool = read_folder(folder, package)
                if tool.id in tools:
                    raise Invalid(
                        "two tools of one id", field="id", value=tool.id, cure=f"other: {tools[tool.id].path}"
                    )
                tools[tool.id] = tool
            except (Invalid, OSError, UnicodeDecodeError) as error:
                broken.append(BrokenFolder(folder.name, folder, str(error)))
    return Discovered(tuple(tools[k] for k in sorted(tools)), tuple(broken))


def read_folder(folder: Path, package: str | None = None) -> ToolFolder:
    """One tool folder, read. ``package`` defaults to a name made for its directory. Raises ``Invalid``."""
    manifest = read_manifest(folder)
    guide = folder / "guide.md"
    return ToolFolder(
        id=manifest.id,
        path=folder,
        package=f"{package or _adopt(folder.parent)}.{folder.name}",
        manifest=manifest,
        panels=read_panels(folder, manifest),
        guide_md=guide.read_text(encoding="utf-8") if guide.is_file() else "",
    )


def load(folder: ToolFolder) -> LoadedTool:
    """Import a tool's ``params.Params`` and ``detector.Detector``.

    Raises ``Invalid`` for what is missing, and whatever the tool's own modules raise when imported.
    """
    _require_needs(folder)
    params = _class(f"{folder.package}.params", "Params")
    return LoadedTool(folder, params, _class(f"{folder.package}.detector", "Detector"))


def load_advisor(folder: ToolFolder) -> LoadedAdvisor:
    """Import a tool's ``params.Params`` and ``advisor.Advisor``. Raises as ``load``."""
    _require_needs(folder)
    params = _class(f"{folder.package}.params", "Params")
    return LoadedAdvisor(folder, params, _class(f"{folder.package}.advisor", "Advisor"))


def _require_needs(folder: ToolFolder) -> None:
    for module in folder.manifest.needs:
        if importlib.util.find_spec(module) is None:
            raise Invalid(
                f"tool {folder.id!r} needs a module", field="needs", value=module, cure="install it"
            )


def _class(module: str, name: str) -> type[Any]:
    found = getattr(importlib.import_module(module), name, None)
    if not isinstance(found, type):
        raise Invalid(f"{module} has no class {name}", field=name, cure="see sdk/tool.py and sdk/params.py")
    return found


def _packages(broken: list[BrokenFolder]) -> Iterable[tuple[str, Path]]:
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        spec = importlib.util.find_spec(point.value)
        places = list(spec.submodule_search_locations or ()) if spec else []
        if not places:
            reason = f"entry point {point.name!r} names {point.value!r}, which is not a package of folders"
            broken.append(BrokenFolder(point.name, Path(point.value), reason))
        for place in places:
            yield point.value, Path(place)


def _extra(directories: Sequence[Path], broken: list[BrokenFolder]) -> Iterable[tuple[str, Path]]:
    for directory in directories:
        if directory.is_dir():
            yield _adopt(directory), directory
        else:
            broken.append(BrokenFolder(directory.name, directory, f"no such directory: {directory}"))


def _adopt(directory: Path) -> str:
    """A package name for a directory outside any package, made known to the import system."""
    name = "tocsin_tools_" + blake2b(str(directory.resolve()).encode(), digest_size=6).hexdigest()
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(directory.resolve())]
        sys.modules[name] = package
    return name
