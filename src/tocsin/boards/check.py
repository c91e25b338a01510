"""Whether a board is one that may be kept: refused with the field, its value and the cure."""

from __future__ import annotations

from typing import NoReturn

from msgspec.structs import replace

from tocsin.boards.kinds import KINDS, Setting
from tocsin.boards.model import COLUMNS, FORMAT, MOST_CHARS, Board, BoardPanel, Value
from tocsin.kernel.errors import Invalid
from tocsin.kernel.text import clean

#: also of a setting that this version does not know; NaN and infinity are none
_MOST = 1e15


def checked(board: Board) -> Board:
    """The board with its texts made safe to show. Raises ``Invalid``.

    A panel that this version does not know, or of a tool that does not run here, is kept as it is.
    """
    require_format(board.format)
    seen: set[str] = set()
    for place, panel in enumerate(board.panels):
        field = f"panels[{place}]"
        if panel.id in seen:
            _refuse("two panels have one id", f"{field}.id", panel.id, "give each its own")
        seen.add(panel.id)
        at = panel.at
        if at.column + at.columns - 1 > COLUMNS:
            _refuse(
                "the panel reaches over the edge",
                f"{field}.at.columns",
                at.columns,
                f"{COLUMNS - at.column + 1} at most from column {at.column}",
            )
        _check_kind(panel, field)
    return replace(
        board,
        title=clean(board.title, 80) or board.id,
        words=clean(board.words, 400),
        panels=tuple(_cleaned(panel) for panel in board.panels),
    )


def require_format(given: object) -> None:
    """Raises ``Invalid`` unless this version reads boards of that format."""
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        _refuse("this is no board file", "format", given, f"begin with format = {FORMAT}")
    if given > FORMAT:
        _refuse(
            f"this board was written by a newer Tocsin: its format is {given}, this version reads {FORMAT}",
            "format",
            given,
            "export it there for this version, or update this one; nothing was changed",
        )


def _check_kind(panel: BoardPanel, field: str) -> None:
    for name, value in panel.settings.items():
        if isinstance(value, float | int) and not abs(value) <= _MOST:
            _refuse("not a number to keep", f"{field}.settings.{name}", value, f"{_MOST:g} at most")
    kind = KINDS.get(panel.shows)
    if kind is None:
        return
    least_columns, least_rows = kind.least
    if panel.at.columns < least_columns or panel.at.rows < least_rows:
        _refuse(
            f"{panel.shows} cannot be read so small",
            f"{field}.at",
            f"{panel.at.columns} x {panel.at.rows}",
            f"{least_columns} columns x {least_rows} rows at least",
        )
    known = {setting.name: setting for setting in kind.settings}
    for name, value in panel.settings.items():
        if name not in known:
            _refuse(
                f"{panel.shows} has no such setting",
                f"{field}.settings.{name}",
                value,
                f"of {', '.join(known)}" if known else "it has none",
            )
        _check_value(known[name], value, f"{field}.settings.{name}")


def _check_value(setting: Setting, value: Value, field: str) -> None:
    low, high = setting.low, setting.high
    match setting.type:
        case "flag" if not isinstance(value, bool):
            _refuse("not yes or no", field, value, "true or false")
        case "number" if isinstance(value, bool) or not isinstance(value, int | float):
            _refuse("not a number", field, value, f"{low:g} to {high:g}")
        case "number" if not low <= float(value) <= high:
            _refuse("out of bounds", field, value, f"{low:g} to {high:g}")
        case "choice" if value not in setting.choices:
            _refuse("no such choice", field, value, f"one of {', '.join(setting.choices)}")
        case "text" if not isinstance(value, str) or not low <= len(value) <= high:
            _refuse("not a text of that length", field, value, f"{low:g} to {high:g} characters")


def _cleaned(panel: BoardPanel) -> BoardPanel:
    title = clean(panel.title, 80) if panel.title else None
    settings = {
        clean(name, 40): _lines(value) if isinstance(value, str) else value
        for name, value in panel.settings.items()
    }
    return replace(panel, title=title or None, settings=settings)


def _lines(text: str) -> str:
    """Each line made safe on its own: words of a panel may have several."""
    return "\n".join(clean(line, MOST_CHARS) for line in text.splitlines())[:MOST_CHARS].rstrip("\n")


def _refuse(what: str, field: str, value: object, cure: str) -> NoReturn:
    raise Invalid(what, field=field, value=value, cure=cure)
