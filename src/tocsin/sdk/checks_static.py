"""Laws on what is written: no clock, chance or I/O in the source; parameters; guide; fixtures and goldens."""

from __future__ import annotations

import ast
from typing import Any, Protocol

from tocsin.sdk.checks_case import Broken, Case, python_files
from tocsin.sdk.discover import ToolFolder
from tocsin.sdk.params import describe
from tocsin.sdk.testing import compare

#: A tool computes. What would let the world in by another door than the contract is no part of it.
FORBIDDEN_IMPORTS = {
    "time", "random", "secrets", "uuid", "os", "io", "socket", "ssl", "http", "urllib", "subprocess",
    "threading", "asyncio", "multiprocessing", "importlib", "pathlib", "shutil", "tempfile", "sqlite3",
    "requests", "httpx",
}  # fmt: skip
FORBIDDEN_CALLS = {"open", "exec", "eval", "compile", "input", "print", "__import__", "id", "hash", "globals"}
FORBIDDEN_METHODS = {"now", "utcnow", "today", "urandom"}
CHAPTERS = ("claims", "non-claims", "reference", "tuning", "known failures", "law")


class Written(Protocol):
    """A case of either half: what these laws look at."""

    folder: ToolFolder

    @property
    def params(self) -> Any: ...


def no_clock(case: Written) -> None:
    """No clock, no unseeded chance, no I/O, no imports of others than sdk, kernel and its own folder."""
    for path in python_files(case.folder.path):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            at = f"{path.name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                for name in node.names:
                    _import_allowed(name.name, case, at)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                _import_allowed(node.module or "", case, at)
            elif isinstance(node, ast.Call):
                called = node.func
                if isinstance(called, ast.Name) and called.id in FORBIDDEN_CALLS:
                    raise Broken(f"{at} calls {called.id}()")
                if isinstance(called, ast.Attribute) and _reads_the_world(called, bool(node.args)):
                    raise Broken(f"{at} calls .{called.attr}()")
            elif isinstance(node, ast.Global):
                raise Broken(f"{at} keeps state in a global")


def _reads_the_world(called: ast.Attribute, with_arguments: bool) -> bool:
    """A clock (an own method may bear such a name, ``self.today()``), or chance without a seed."""
    if called.attr == "default_rng":
        return not with_arguments
    own = isinstance(called.value, ast.Name) and called.value.id == "self"
    return called.attr in FORBIDDEN_METHODS and not own


def _import_allowed(module: str, case: Written, at: str) -> None:
    top = module.split(".")[0]
    if top in FORBIDDEN_IMPORTS:
        raise Broken(f"{at} imports {module}")
    if top == "tocsin" and not module.startswith(("tocsin.sdk", "tocsin.kernel", case.folder.package)):
        raise Broken(f"{at} imports {module}; a tool sees sdk, kernel and its own folder")


def params_declared(case: Written) -> None:
    """Every parameter has its unit in its name, bounds, and a reason for its default."""
    for name, it in describe(case.params).items():
        number = isinstance(it["default"], int | float) and not isinstance(it["default"], bool)
        if number and it["unit"] is None:
            raise Broken(f"params.py: {name} bears no unit in its name; see UNITS in sdk/params.py")
        if len(it["why"].split()) < 3:
            raise Broken(f"params.py: {name} does not say why {it['default']}")


def guide_whole(case: Written) -> None:
    """The guide has a chapter on claims, non-claims, reference, tuning, known failures and law."""
    headings = [
        line.lstrip("# ").strip().lower() for line in case.folder.guide_md.splitlines() if line[:1] == "#"
    ]
    for chapter in CHAPTERS:
        if not any(h.startswith(chapter) for h in headings):
            raise Broken(f"guide.md has no chapter '{chapter.capitalize()}'")


def golden_holds(case: Case) -> None:
    """The positive fixture shows what was expected beforehand, the quiet one nothing; ugly survives."""
    for name in ("positive", "quiet", "ugly"):
        if name not in case.logs:
            raise Broken(f"tests/fixtures/{name}.jsonl is missing")
    if "positive" not in case.goldens or not case.goldens["positive"].episodes:
        raise Broken("tests/golden/positive.json expects nothing")
    if case.baseline["quiet"]:
        f = case.baseline["quiet"][0]
        raise Broken(f"quiet is not quiet: {f.kind} of {f.entities[0]} at {f.onset}")
    for name, golden in case.goldens.items():
        wrong = compare(golden, case.baseline[name])
        if wrong:
            raise Broken(f"{name}: " + "; ".join(wrong))


def manifest_true(case: Case) -> None:
    """Over its fixtures the tool emits the kinds that the manifest declares: no other, and none left out."""
    kinds: set[str] = set()
    types = {f"urn:ngsi-ld:{c.type}:" for c in case.manifest.consumes}
    for name, log in case.logs.items():
        for f in case.watched(log)[1].said:
            kinds.add(f.kind)
            if f.kind not in case.manifest.kinds:
                raise Broken(f"{name}: emits {f.kind}, which manifest.toml does not declare")
            if not any(f.entities[0].startswith(t) for t in types):
                raise Broken(f"{name}: speaks of {f.entities[0]}, of a type that it does not consume")
    unseen = case.manifest.kinds - kinds
    if unseen:
        raise Broken(f"manifest.toml declares {sorted(unseen)}, which no fixture shows")
