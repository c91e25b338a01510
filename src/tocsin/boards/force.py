"""What of a board one reader gets: panels they may read, placeholders, the names of closed ones. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tocsin.boards.kinds import KINDS, is_open, needs_of
from tocsin.boards.model import Board, BoardPanel, ClosedPanel, Missing, ShownPanel
from tocsin.identity.policy import Permission, Subject
from tocsin.kernel.errors import Forbidden
from tocsin.sdk.panels import Panel
from tocsin.sdk.status import ToolStatus

#: panels of the tools that run here, by ``tool/panel``, and the ids of those tools
Tools = Mapping[str, Panel]


def panels_of(tools: Sequence[ToolStatus]) -> dict[str, Panel]:
    return {f"{tool.id}/{panel.id}": panel for tool in tools for panel in tool.panels}


def shown(
    board: Board, subject: Subject, tools: Sequence[ToolStatus]
) -> tuple[tuple[ShownPanel, ...], tuple[ClosedPanel, ...]]:
    """Panels open to ``subject``, whole; of closed ones no more than that they are there."""
    known, running = panels_of(tools), {tool.id for tool in tools}
    panels = tuple(
        ShownPanel(
            panel.id,
            panel.shows,
            panel.at,
            panel.title,
            panel.settings,
            known.get(panel.shows),
            _missing(panel.shows, known, running),
        )
        for panel in board.panels
        if is_open(subject, panel.shows)
    )
    closed = tuple(
        ClosedPanel(panel.id, panel.shows, needs_of(panel.shows).value)
        for panel in board.panels
        if not is_open(subject, panel.shows)
    )
    return panels, closed


def exported(board: Board, subject: Subject) -> Board:
    """What goes into a file: also what is missing here, and nothing that is closed to ``subject``."""
    return replace(board, panels=tuple(p for p in board.panels if is_open(subject, p.shows)))


def restored(given: Board, base: Board, subject: Subject) -> Board:
    """``given`` with the panels of ``base`` that its writer could not see, as they were.

    Raises ``Forbidden`` for a panel that the writer may not read and that was not there.
    """
    hidden = {p.id: p for p in base.panels if not is_open(subject, p.shows)}
    kept: list[BoardPanel] = []
    for panel in given.panels:
        if is_open(subject, panel.shows):
            kept.append(panel)
        elif panel.id not in hidden or hidden[panel.id].shows != panel.shows:
            raise Forbidden(
                f"{subject.name} may not read what this panel shows",
                field="panels",
                value=panel.shows,
                cure=f"leave it out, or ask an administrator for {needs_of(panel.shows).value!r}",
            )
    taken = {panel.id for panel in kept}
    back = [
        panel if panel.id not in taken else replace(panel, id=_free(panel.id, taken | set(hidden)))
        for panel in hidden.values()
    ]
    return replace(given, panels=(*kept, *back))


def may_set_default(subject: Subject) -> bool:
    """The board that a room begins with is its supervisors', or an administrator's."""
    return subject.person is not None and (
        "supervisor" in subject.roles or Permission.ADMINISTER in subject.permissions
    )


def _missing(shows: str, known: Tools, running: set[str]) -> Missing | None:
    if shows in KINDS or shows in known:
        return None
    tool, _, panel = shows.partition("/")
    if not panel:
        return Missing(
            "kind",
            shows,
            "this version of Tocsin has no such panel",
            "update Tocsin, or remove the panel; it stays on the board as it is",
        )
    if tool not in running:
        return Missing(
            "tool",
            shows,
            f"the tool {tool} does not run here",
            "add the tool's folder, or remove the panel; it stays on the board as it is",
        )
    return Missing(
        "panel",
        shows,
        f"the tool {tool} has no panel {panel} any more",
        "choose another panel of the tool, or remove this one; it stays on the board as it is",
    )


def _free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name[:44]}-{number}" in taken:
        number += 1
    return f"{name[:44]}-{number}"
