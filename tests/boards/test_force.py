"""Who gets which panel of a board, and that what somebody may not see survives their changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tocsin.boards.force import exported, may_set_default, restored, shown
from tocsin.boards.kinds import KINDS
from tocsin.boards.library import shipped
from tocsin.boards.model import FORMAT, Board, BoardPanel, Spot
from tocsin.boards.offer import offered
from tocsin.identity.policy import ROLES, Permission, Seat, Subject, person, token
from tocsin.kernel.errors import Forbidden
from tocsin.sdk.panels import Panel, Query
from tocsin.sdk.status import ToolStatus

AT = Spot(1, 1, 6, 9)
DENSITY = Panel("density", "People per m2", "map-cells", Query("entities", "CrowdFlowObserved"))
CROWD = ToolStatus("crowd", "Crowd density", "", "1", "detect", "working", "", panels=(DENSITY,))


def who(*roles: str) -> Subject:
    return person("kim", roles, Seat("police"))


def board(*shows: str) -> Board:
    made = tuple(
        BoardPanel(f"p{n}", one, AT, None, {"words": "secret"} if one == "reads" else {})
        for n, one in enumerate(shows)
    )
    return Board(FORMAT, "supervisor", "Mine", made)


def test_a_closed_panel_is_named_and_nothing_else_of_it_leaves() -> None:
    panels, closed = shown(board("load", "reads"), who("supervisor"), [])
    assert [p.shows for p in panels] == ["load"]
    assert [(c.id, c.shows, c.needs) for c in closed] == [("p1", "reads", "oversee")]
    assert "secret" not in repr((panels, closed))
    open_, none = shown(board("load", "reads"), who("ethics officer"), [])
    assert [p.shows for p in open_] == ["load", "reads"]
    assert not none


@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_offered_or_shown_what_it_may_not_read(role: str) -> None:
    subject = who(role)
    for one in shipped().values():
        panels, closed = shown(one, subject, [CROWD])
        assert len(panels) + len(closed) == len(one.panels)
        for panel in panels:
            kind = KINDS.get(panel.shows)
            assert (kind.needs if kind else Permission.SEE) in subject.permissions
    offers = {offer.shows for offer in offered(subject, [CROWD])}
    assert ("crowd/density" in offers) == (Permission.SEE in subject.permissions)
    assert ("reads" in offers) == (Permission.OVERSEE in subject.permissions)


def test_what_is_not_here_is_a_placeholder_that_says_what_to_do() -> None:
    made = board("hologram", "crowd/density", "crowd/gone", "ghost/panel")
    panels, _ = shown(made, who("supervisor"), [CROWD])
    assert [p.missing.what if p.missing else None for p in panels] == ["kind", None, "panel", "tool"]
    assert panels[1].panel == DENSITY
    for panel in panels:
        assert panel.missing is None or (panel.missing.name == panel.shows and panel.missing.cure)


def test_a_tools_panel_is_offered_by_adding_the_tool() -> None:
    before = {offer.shows for offer in offered(who("analyst"), [])}
    after = {offer.shows: offer for offer in offered(who("analyst"), [CROWD])}
    assert set(after) - before == {"crowd/density"}
    offer = after["crowd/density"]
    assert (offer.tool, offer.panel) == ("Crowd density", DENSITY)


def test_what_the_writer_cannot_see_is_put_back() -> None:
    base = board("load", "reads", "queue")
    mine = replace(base, panels=base.panels[:1])
    kept = restored(mine, base, who("supervisor"))
    # the queue was seen and left out; reads was not seen
    assert [p.shows for p in kept.panels] == ["load", "reads"]
    assert kept.panels[1] == base.panels[1]


def test_a_new_panel_does_not_push_out_a_hidden_one_of_its_name() -> None:
    base = board("load", "reads")
    mine = replace(base, panels=(BoardPanel("p1", "queue", AT),))
    kept = restored(mine, base, who("supervisor"))
    assert [(p.id, p.shows) for p in kept.panels] == [("p1", "queue"), ("p1-2", "reads")]


def test_nobody_puts_up_what_they_may_not_read() -> None:
    with pytest.raises(Forbidden, match="may not read"):
        restored(board("load", "reads"), board("load"), who("supervisor"))
    with pytest.raises(Forbidden):
        # a hidden panel's name is no way to another kind
        restored(board("queue", "form"), board("queue", "reads"), who("analyst"))


def test_a_file_holds_what_is_missing_and_nothing_that_is_closed() -> None:
    made = exported(board("load", "reads", "ghost/panel"), who("supervisor"))
    assert [p.shows for p in made.panels] == ["load", "ghost/panel"]


def test_who_may_say_what_a_room_begins_with() -> None:
    may = {role for role in ROLES if may_set_default(who(role))}
    assert may == {"supervisor", "administrator"}
    assert not may_set_default(token("t", "t", ["read", "act"], Seat("police")))


KNOWN = sorted(KINDS)


@given(st.lists(st.sampled_from(KNOWN), max_size=10), st.data(), st.sampled_from(sorted(ROLES)))
def test_saving_what_one_sees_changes_nothing_for_others(
    shows: list[str], data: st.DataObject, role: str
) -> None:
    base, subject = board(*shows), who(role)
    panels, _ = shown(base, subject, [])
    seen = {p.id for p in panels}
    mine = tuple(p for p in base.panels if p.id in seen and data.draw(st.booleans()))
    kept = restored(replace(base, panels=mine), base, subject)
    hidden = [p for p in base.panels if p.id not in seen]
    assert [p for p in kept.panels if p in hidden] == hidden
    assert {p.id for p in kept.panels} == {p.id for p in mine} | {p.id for p in hidden}
