"""Reading procedure files: one file at a time, refused with the field, the value and the cure."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec
import yaml

from tocsin.incidents.procedures.check import check
from tocsin.incidents.procedures.model import Procedure
from tocsin.kernel.decisions import TaskRole
from tocsin.kernel.errors import Invalid
from tocsin.kernel.text import clean

_Shape = TypeVar("_Shape")
SHIPPED = Path(__file__).parent / "shipped"
MOST_BYTES = 200_000


class _Plain(yaml.SafeLoader):
    """YAML 1.2's few types, no anchors and no repeated keys.

    In YAML 1.1 the answer ``yes`` is a truth value, 10:30 is 630, and an alias may blow a small file up.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not read", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} is given twice", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


_Plain.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?[0-9]+$", "-0123456789"),
    ("float", r"^-?[0-9]+\.[0-9]+$", "-0123456789"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
):
    _Plain.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read_file(path: Path) -> Procedure:
    """One procedure. Raises ``Invalid`` naming the file, and the field, its value and the cure."""
    return named(path, parse)


def named(path: Path, read: Callable[[bytes], _Shape]) -> _Shape:
    """What ``read`` makes of the file's bytes; its refusal names the file."""
    try:
        return read(path.read_bytes())
    except Invalid as error:
        raise Invalid(
            f"{path.name}: {error.message}", field=error.field, value=error.value, cure=error.cure
        ) from error
    except OSError as error:
        raise Invalid(
            f"{path.name} cannot be read: {error.strerror}", cure="look at its permissions"
        ) from error


def parse(text: bytes) -> Procedure:
    """A procedure from the bytes of a file. Raises ``Invalid``."""
    procedure = convert(text, Procedure)
    check(procedure)
    return procedure


def convert(text: bytes, into: type[_Shape]) -> _Shape:
    """What a YAML file says, in its shape. Raises ``Invalid`` for the first thing that does not fit it."""
    if len(text) > MOST_BYTES:
        raise Invalid("the file is too large", value=f"{len(text)} bytes", cure=f"{MOST_BYTES} bytes at most")
    try:
        # _Plain is a SafeLoader: it makes plain data only
        data = yaml.load(text.decode(), _Plain)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise Invalid(
            f"not valid YAML: {error.problem}", field=f"line {line}", cure="mend that line"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"not valid YAML: {clean(str(error), 200)}", cure="save it as UTF-8 text") from error
    if not isinstance(data, dict):
        raise Invalid("not a procedure", cure="begin with id, version, title, as in the shipped ones")
    try:
        return msgspec.convert(_cleaned(data), into)
    except msgspec.ValidationError as error:
        raise _explained(error, data) from error


def _explained(error: msgspec.ValidationError, data: Any) -> Invalid:
    rule, _, at = str(error).partition(" - at ")
    field = at.strip("`").removeprefix("$").removeprefix(".")
    if unknown := re.search(r"unknown field `(.+)`", rule):
        return Invalid(
            "no such field",
            field=f"{field}.{unknown[1]}".lstrip("."),
            cure="see docs/reference/procedures.md",
        )
    missing = re.search(r"missing required field `(.+)`", rule)
    if missing:
        field = f"{field}.{missing[1]}".lstrip(".")
    cure = "see docs/reference/procedures.md"
    if field.endswith(".role"):
        cure = f"use one of {', '.join(get_args(TaskRole))}"
    return Invalid(rule, field=field or None, value=None if missing else _value(data, field), cure=cure)


def _value(data: Any, field: str) -> object:
    """What stands at ``steps[2].minutes``."""
    for part in re.findall(r"[^.\[\]]+", field):
        try:
            data = data[int(part)] if isinstance(data, list) else data[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return data


def _cleaned(data: Any) -> Any:
    """The same with every text bounded and on one line."""
    if isinstance(data, str):
        return clean(data, 2000)
    if isinstance(data, dict):
        return {key: _cleaned(value) for key, value in data.items()}
    return [_cleaned(value) for value in data] if isinstance(data, list) else data
