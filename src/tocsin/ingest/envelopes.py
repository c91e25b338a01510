"""Cuts what came into envelopes: at most 500 items and about 512 kB each, so that one message stays small."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tocsin.kernel.errors import Invalid, TooLarge
from tocsin.kernel.events import RawItem

MAX_ITEMS = 500
MAX_BYTES = 512 * 1024
#: one reading larger than this is refused at HTTP; from MQTT it travels alone, into quarantine
MAX_ITEM_BYTES = 1024 * 1024

_slices = msgspec.json.Decoder(list[msgspec.Raw]).decode


def split_list(body: bytes) -> list[bytes]:
    """The items of a JSON list, each as the bytes that came; a lone object counts as a list of one.

    A list whose items are odd (NaN, which is not JSON) is still split, so that its good items are not lost
    with them. Raises ``Invalid`` that names the position where even that fails.
    """
    text = body.strip()
    if text[:1] == b"{":
        return [text] if _is_object(text) else _split_leniently(text)
    try:
        return [bytes(item) for item in _slices(text)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return _split_leniently(text)


def cut(items: Iterable[RawItem]) -> Iterator[tuple[RawItem, ...]]:
    """Groups for one envelope each, in order."""
    group: list[RawItem] = []
    size = 0
    for item in items:
        if group and (len(group) == MAX_ITEMS or size + len(item.payload) > MAX_BYTES):
            yield tuple(group)
            group, size = [], 0
        group.append(item)
        size += len(item.payload)
    if group:
        yield tuple(group)


def check_sizes(items: Sequence[bytes]) -> None:
    """Raises ``TooLarge`` naming the first item that is too large."""
    for index, item in enumerate(items):
        if len(item) > MAX_ITEM_BYTES:
            raise TooLarge(
                f"item {index} has {len(item)} bytes, at most {MAX_ITEM_BYTES} are taken", field=f"[{index}]",
                cure="send large content elsewhere and its address here",
            )  # fmt: skip


def _is_object(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return False
    return True


def _split_leniently(body: bytes) -> list[bytes]:
    """Python's own reader takes NaN and Infinity, and says line and column of what it cannot take."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Invalid(
            f"not UTF-8 at byte {error.start}", field="body", value=body[error.start : error.start + 8],
            cure="send UTF-8",
        ) from None  # fmt: skip
    decoder = json.JSONDecoder(parse_int=_same, parse_float=_same)
    try:
        if text[:1] == "{":
            _, end = decoder.raw_decode(text)
            _at_end(text, end)
            return [text.encode()]
        if text[:1] != "[":
            raise json.JSONDecodeError("a list of readings begins with '['", text, 0)
        return [item.encode() for item in _walk(text, decoder)]
    except json.JSONDecodeError as error:
        raise Invalid(
            f"malformed JSON at line {error.lineno}, column {error.colno} (byte {error.pos}): {error.msg}",
            field="body", value=text[error.pos : error.pos + 40], cure="send a JSON list of readings",
        ) from None  # fmt: skip
    except RecursionError:
        raise Invalid("JSON is nested too deeply", field="body", cure="a reading has one level") from None


def _walk(text: str, decoder: json.JSONDecoder) -> Iterator[str]:
    at = _skip(text, 1)
    if text[at : at + 1] == "]":
        _at_end(text, at + 1)
        return
    while True:
        _, end = decoder.raw_decode(text, at)
        yield text[at:end]
        at = _skip(text, end)
        mark = text[at : at + 1]
        if mark == "]":
            _at_end(text, at + 1)
            return
        if mark != ",":
            raise json.JSONDecodeError("Expecting ',' or ']'", text, at)
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _at_end(text: str, at: int) -> None:
    at = _skip(text, at)
    if at < len(text):
        raise json.JSONDecodeError("Extra data", text, at)


def _same(digits: str) -> str:
    return digits
