"""Boards as files: what is refused, what is kept as it is, and that nothing is lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tocsin.boards.check import checked
from tocsin.boards.files import MOST_BYTES, parse, written
from tocsin.boards.kinds import KINDS
from tocsin.boards.library import ROLE_OF, shipped
from tocsin.boards.model import COLUMNS, FORMAT, Board, BoardPanel, Spot
from tocsin.identity.policy import ROLES
from tocsin.kernel.errors import Invalid


def file(**more: Any) -> dict[str, Any]:
    panel = {"id": "q", "shows": "queue", "at": {"column": 1, "row": 1, "columns": 4, "rows": 6}}
    return {"format": FORMAT, "id": "operator", "title": "Mine", "panels": [panel], **more}


def panel(**more: Any) -> dict[str, Any]:
    return {**file()["panels"][0], **more}


def packed(data: object) -> bytes:
    return json.dumps(data).encode()


def test_a_board_ships_for_every_role_that_is_not_an_office() -> None:
    assert set(ROLE_OF.values()) == set(ROLES) - {"administrator"}
    assert set(shipped()) == set(ROLE_OF)
    assert len(shipped()) == 9


@pytest.mark.parametrize("name", ROLE_OF)
def test_a_shipped_board_is_whole(name: str) -> None:
    board = shipped()[name]
    assert board.id == name
    assert board.words
    assert board.panels
    cells: set[tuple[int, int]] = set()
    for one in board.panels:
        own = {
            (column, row)
            for column in range(one.at.column, one.at.column + one.at.columns)
            for row in range(one.at.row, one.at.row + one.at.rows)
        }
        assert not cells & own, f"{one.id} lies on another"
        cells |= own
        assert one.shows in KINDS or "/" in one.shows
    assert parse(written(board)) == board


def test_a_file_of_a_newer_version_is_refused_with_the_cure() -> None:
    # fields that only the newer one knows come after: the format is what counts
    with pytest.raises(Invalid, match="newer Tocsin") as refusal:
        parse(packed(file(format=FORMAT + 1, layers=[1, 2])))
    assert refusal.value.field == "format"
    assert "nothing was changed" in (refusal.value.cure or "")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (file(format=0), "format"),
        (file(format=True), "format"),
        (file(format="1"), "format"),
        ({"id": "operator"}, "format"),
        (file(colour="red"), "colour"),
        (file(title=""), "title"),
        (file(panels=[panel(at={"column": 9, "row": 1, "columns": 5, "rows": 6})]), "panels[0].at.columns"),
        (file(panels=[panel(at={"column": 0, "row": 1, "columns": 5, "rows": 6})]), "panels[0].at.column"),
        (file(panels=[panel(at={"column": 1, "row": 1, "columns": 1, "rows": 1})]), "panels[0].at"),
        (file(panels=[panel(), panel()]), "panels[1].id"),
        (file(panels=[panel(shows="../etc")]), "panels[0].shows"),
        (file(panels=[panel(settings={"colour": "red"})]), "panels[0].settings.colour"),
        (file(panels=[panel(settings={"limit": 0})]), "panels[0].settings.limit"),
        (file(panels=[panel(settings={"limit": True})]), "panels[0].settings.limit"),
        (file(panels=[panel(shows="form", settings={"form": "tax"})]), "panels[0].settings.form"),
        (file(panels=[panel(shows="later", settings={"n": 10**30})]), "panels[0].settings.n"),
        (file(panels=[panel(id=f"p{n}") for n in range(41)]), "panels"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(data: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(packed(data))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b"not a board", b"{" * 100_000, b"x" * (MOST_BYTES + 1), b'{"format": NaN}'],
    ids=["empty", "bytes", "list", "words", "deep", "large", "no number"],
)
def test_what_is_no_board_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        parse(data)


def test_a_panel_that_this_version_does_not_know_is_kept_as_it_is() -> None:
    strange = panel(id="s", shows="hologram", settings={"depth": 3, "words": "a\nb"}, title="Later")
    gone = panel(id="g", shows="no_tool/any", settings={"x": 1.5})
    board = parse(packed(file(panels=[strange, gone])))
    assert json.loads(written(board))["panels"] == [strange, {**gone, "title": None}]


def test_words_of_others_are_made_safe_to_show() -> None:
    hostile = "a\u202etxt.exe\x07"
    board = parse(
        packed(
            file(
                title=hostile,
                panels=[
                    panel(id="t", shows="text", settings={"words": "one\u202e\n<script>"}, title=hostile)
                ],
            )
        )
    )
    assert board.title == "atxt.exe"
    assert board.panels[0].title == "atxt.exe"
    # markup stays words: it is the console that draws, and it draws text
    assert board.panels[0].settings["words"] == "one\n<script>"


spots = st.builds(
    lambda column, width, row, rows: Spot(column, row, min(width, COLUMNS + 1 - column), rows),
    st.integers(1, COLUMNS),
    st.integers(1, COLUMNS),
    st.integers(1, 400),
    st.integers(1, 40),
)
values = st.one_of(
    st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6), st.text("abc é\n", max_size=40)
)
panels = st.builds(
    BoardPanel,
    id=st.just("x"),
    shows=st.sampled_from(["hologram", "crowd/density", "text", "a_b/c-d"]),
    at=spots,
    title=st.none() | st.text("abc", min_size=1, max_size=10),
    settings=st.dictionaries(st.sampled_from(["n", "m", "words"]), values, max_size=3),
)


@given(st.lists(panels, max_size=6))
def test_out_and_in_again_loses_nothing(made: list[BoardPanel]) -> None:
    named = [replace(one, id=f"p{n}") for n, one in enumerate(made) if one.shows != "text"]
    board = checked(Board(FORMAT, "analyst", "Mine", tuple(named)))
    assert parse(written(board)) == board
