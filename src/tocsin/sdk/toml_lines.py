"""Reads a TOML text into a struct that forbids unknown keys; an error names the line and the cure."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from tocsin.kernel.errors import Invalid

S = TypeVar("S", bound=msgspec.Struct)

_HEADER = re.compile(r"^\s*\[+\s*([^\]]+?)\s*\]+")
_UNKNOWN = re.compile(r"^Object contains unknown field `(.+?)`(?: - at `(.+)`)?$", re.S)
_MISSING = re.compile(r"^Object missing required field `(.+?)`(?: - at `(.+)`)?$", re.S)
_AT = re.compile(r"^(.*?) - at `(.+)`$", re.S)


def read_toml(text: str, kind: type[S], what: str) -> S:
    """``text`` as ``kind``. Raises ``Invalid`` that names the line, the key and what to do."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{what} is not TOML: {error}", field="toml", cure="correct that line") from None
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise _explain(text, document, kind, what, str(error)) from None


def line_of(text: str, path: tuple[str, ...]) -> int:
    """Line (from 1) at which the key of a path is set; that of its nearest parent where it is not."""
    best, best_depth = 1, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            table = _split(header.group(1))
            here = table
        else:
            key, equals, rest = line.partition("=")
            if not equals or key.lstrip().startswith("#"):
                continue
            here = table + _split(key)
            shared = _shared(here, path)
            # an inline table: its inner keys stand on the same line
            if shared == len(here) < len(path) and re.search(
                rf"[\"']?{re.escape(path[shared])}[\"']?\s*=", rest
            ):
                here = path[: shared + 1]
        depth = _shared(here, path)
        if depth in (len(here), len(path)) and depth > best_depth:
            best, best_depth = number, depth
    return best


def wrong(
    text: str, what: str, path: tuple[str, ...], words: str, *, value: object = None, cure: str
) -> Invalid:
    """An ``Invalid`` at the line of ``path``."""
    return Invalid(
        f"{what}, line {line_of(text, path)}: {words}", field=".".join(path), value=value, cure=cure
    )


def _explain(text: str, document: object, kind: type[msgspec.Struct], what: str, message: str) -> Invalid:
    if unknown := _UNKNOWN.match(message):
        parent, hint = _walk(document, kind, unknown.group(2))
        known = [f.encode_name for f in msgspec.structs.fields(hint)] if _is_struct(hint) else []
        close = get_close_matches(unknown.group(1), known, n=1)
        cure = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known) or 'nothing'}"
        return wrong(text, what, (*parent, unknown.group(1)), f"unknown key {unknown.group(1)!r}", cure=cure)
    if missing := _MISSING.match(message):
        parent, _ = _walk(document, kind, missing.group(2))
        words = f"{'.'.join(parent) or 'the file'} lacks {missing.group(1)!r}"
        return wrong(text, what, (*parent, missing.group(1)), words, cure=f"add {missing.group(1)} = …")
    at = _AT.match(message)
    path, _ = _walk(document, kind, at.group(2) if at else None)
    return wrong(text, what, path, at.group(1) if at else message, cure="give it the type that is expected")


def _walk(document: object, hint: Any, path: str | None) -> tuple[tuple[str, ...], Any]:
    """The keys along msgspec's path and the type expected at its end.

    The path writes ``[...]`` for any key of a dict: the key at fault is the one that does not convert.
    """
    keys: list[str] = []
    for name, index in re.findall(r"\.([A-Za-z_]\w*)|\[(\.\.\.|\d+)\]", path or ""):
        hint = _plain(hint)
        if name:
            hint = get_type_hints(hint).get(name) if _is_struct(hint) else None
            document = document.get(name) if isinstance(document, dict) else None
            keys.append(name)
        elif index == "..." and isinstance(document, dict):
            hint = get_args(hint)[1] if len(get_args(hint)) == 2 else None
            at_fault = next((k for k, v in document.items() if not _fits(v, hint)), "")
            document = document.get(at_fault)
            keys.append(at_fault)
        else:
            hint = get_args(hint)[0] if get_args(hint) else None
            document = document[int(index)] if index.isdigit() and isinstance(document, list) else None
    return tuple(keys), _plain(hint)


def _fits(value: object, hint: Any) -> bool:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return False
    return True


def _plain(hint: Any) -> Any:
    """``X`` of ``X | None``."""
    options = [a for a in get_args(hint) if a is not NoneType] if NoneType in get_args(hint) else []
    return options[0] if options else hint


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(
        bare or quoted for quoted, bare in re.findall(r"[\"']([^\"']*)[\"']|([A-Za-z0-9_\-]+)", dotted)
    )


def _shared(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count
