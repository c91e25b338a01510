"""The life of a warning: two persons, references, what time does, what the public gets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from tests.cap.test_signature import verified
from tests.notify.desk import CIRCLE, SQUARE, T0, Desk, content, issuer, text

from tocsin.cap.reading import read
from tocsin.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TocsinError
from tocsin.notify.warnings import events, repository, service
from tocsin.notify.warnings.feed import atom
from tocsin.notify.warnings.model import Vertex, WarningArea, WarningState
from tocsin.notify.warnings.watch import Watch

ATOM = "{http://www.w3.org/2005/Atom}"


def document(desk: Desk, warning: str) -> bytes:
    found = desk.db.read_now(lambda c: repository.document(c, warning))
    assert found is not None
    return found


def feed(desk: Desk) -> list[str]:
    """Identifiers that the public feed lists."""
    now = desk.clock.now()
    found = desk.db.read_now(lambda c: repository.in_feed(c, now, 100))
    return [one.id for one in found]


def acts(desk: Desk, after: int = 0) -> list[tuple[str, str]]:
    return [(one.act, one.warning.id) for one in desk.db.read_now(lambda c: events.after(c, after))]


async def tick(desk: Desk) -> int:
    return await Watch(desk.db, desk.clock).tick()


# --- what goes out -----------------------------------


def test_what_is_issued_is_signed_valid_and_says_what_was_written(desk: Desk) -> None:
    made = desk.issue(texts=(text(), text("it", headline="Lasciate la piazza")))
    out = document(desk, made.id)
    assert verified(out, desk.issuer.signer.certificate)
    message = read(out)
    assert (message.sender, message.status, message.msg_type) == ("cap@city.example", "Actual", "Alert")
    assert message.identifier == made.identifier
    assert message.note is None
    assert [one.language for one in message.infos] == ["en", "it"]
    assert message.infos[1].headline == "Lasciate la piazza"
    assert message.infos[0].instruction == "Walk to the north.\nDo not run."
    assert message.infos[0].expires == T0 + timedelta(minutes=60)
    assert b"2026-11-22T17:00:00+01:00" in out  # the city's own time (3.3.2)
    ring = message.infos[0].areas[0].polygons[0]
    assert len(ring) == 5
    assert ring[0] == ring[-1] == (45.398, 11.875)


def test_a_circle_is_told_in_kilometres(desk: Desk) -> None:
    made = desk.issue(area=WarningArea("Prato", circle=CIRCLE))
    circle = read(document(desk, made.id)).infos[0].areas[0].circles[0]
    assert (circle.lat, circle.lon, circle.radius_km) == (45.399, 11.876, 0.4)


def test_an_update_and_a_cancellation_name_what_went_before(desk: Desk) -> None:
    first = desk.issue()
    desk.clock.pass_(10)
    second = desk.follow(first.id, "Update", content(texts=(text(headline="Use the north gate"),)))
    desk.submit(second.id)
    desk.approve(second.id)
    update = read(document(desk, second.id))
    assert update.msg_type == "Update"
    assert [one.identifier for one in update.references] == [first.identifier]
    assert update.references[0].sent == T0
    assert desk.get(first.id).state is WarningState.UPDATED
    assert desk.get(first.id).followed_by == second.id
    assert feed(desk) == [second.id]
    desk.clock.pass_(5)
    third = desk.follow(second.id, "Cancel")
    desk.submit(third.id)
    desk.approve(third.id)
    cancel = read(document(desk, third.id))
    assert cancel.msg_type == "Cancel"
    assert [one.identifier for one in cancel.references] == [first.identifier, update.identifier]
    assert desk.get(second.id).state is WarningState.CANCELLED
    assert feed(desk) == [third.id]
    assert [act for act in acts(desk) if act[0] in ("issued", "updated", "cancelled")] == [
        ("issued", first.id),
        ("updated", first.id),
        ("issued", second.id),
        ("cancelled", second.id),
        ("issued", third.id),
    ]


def test_a_cancellation_stays_in_the_feed_as_long_as_what_it_cancels_would_have(desk: Desk) -> None:
    first = desk.issue(lasts_min=600)
    cancel = desk.follow(first.id, "Cancel", content(lasts_min=10))
    desk.submit(cancel.id)
    desk.approve(cancel.id)
    desk.clock.pass_(590)
    assert feed(desk) == [cancel.id]
    desk.clock.pass_(20)
    assert feed(desk) == []


async def test_a_cancellation_that_expired_is_still_listed(desk: Desk) -> None:
    first = desk.issue(lasts_min=600)
    cancel = desk.follow(first.id, "Cancel", content(lasts_min=10))
    desk.submit(cancel.id)
    desk.approve(cancel.id)
    desk.clock.pass_(30)
    assert await tick(desk) == 1
    assert desk.get(cancel.id).state is WarningState.EXPIRED
    assert feed(desk) == [cancel.id]


def test_the_feed_is_atom_with_the_fields_of_cap(desk: Desk) -> None:
    made = desk.issue(area=WarningArea("Prato <b>", SQUARE))
    root = etree.fromstring(atom([made], base="https://c.example", title="City", author="City", changed=None))
    entry = root.find(f"{ATOM}entry")
    assert root.findtext(f"{ATOM}updated") == "2026-11-22T16:00:00Z"
    assert root.find(f"{ATOM}link").get("href") == "https://c.example/cap/feed.atom"
    link = entry.find(f"{ATOM}link")
    assert (link.get("type"), link.get("rel")) == ("application/cap+xml", "alternate")
    assert link.get("href") == f"https://c.example/cap/{made.identifier}.xml"
    cap = "{urn:oasis:names:tc:emergency:cap:1.2}"
    assert entry.findtext(f"{cap}severity") == "Severe"
    assert entry.findtext(f"{cap}areaDesc") == "Prato <b>"
    assert entry.findtext(f"{cap}polygon").split()[0] == entry.findtext(f"{cap}polygon").split()[-1]
    empty = etree.fromstring(atom([], base="", title="City", author="City", changed=None))
    assert empty.findtext(f"{ATOM}updated")


# --- two persons -----------------------------------


@pytest.mark.parametrize("roles", [("supervisor",), ("decision maker", "operator")])
def test_a_second_person_with_the_role_approves(desk: Desk, roles: tuple[str, ...]) -> None:
    made = desk.compose()
    desk.submit(made.id)
    issued = desk.approve(made.id, "bo", roles)
    assert issued.state is WarningState.ISSUED
    assert issued.approved is not None
    assert issued.approved.by == "bo"


def test_the_author_never_approves(desk: Desk) -> None:
    made = desk.compose("ana")
    desk.submit(made.id)
    with pytest.raises(Forbidden, match="author never approves"):
        desk.approve(made.id, "ana", ("supervisor", "decision maker"))
    assert feed(desk) == []


def test_whoever_changed_a_word_or_submitted_it_is_an_author_too(desk: Desk) -> None:
    made = desk.compose("ana")
    now = desk.clock.now()
    desk.db.write_now(lambda c: service.change(c, made.id, content(lasts_min=30), "bo", now, None))
    desk.submit(made.id, by="cy")
    for name in ("bo", "cy"):
        with pytest.raises(Forbidden, match="author never approves"):
            desk.approve(made.id, name)
    assert desk.approve(made.id, "di").state is WarningState.ISSUED


@pytest.mark.parametrize("roles", [(), ("operator",), ("administrator", "planner")])
def test_without_the_role_nobody_approves_or_refuses(desk: Desk, roles: tuple[str, ...]) -> None:
    made = desk.compose()
    desk.submit(made.id)
    with pytest.raises(Forbidden, match="decision maker or supervisor"):
        desk.approve(made.id, "bo", roles)
    with pytest.raises(Forbidden):
        desk.db.write_now(lambda c: service.refuse(c, made.id, "bo", T0, roles, "no", None))


def test_only_the_one_who_was_asked_approves(desk: Desk) -> None:
    made = desk.compose()
    desk.submit(made.id, "bo")
    with pytest.raises(Forbidden, match="bo was asked"):
        desk.approve(made.id, "cy")
    desk.submit(made.id, "cy")  # bo is out: another is asked
    assert desk.approve(made.id, "cy").state is WarningState.ISSUED


def test_the_author_cannot_be_asked(desk: Desk) -> None:
    made = desk.compose()
    with pytest.raises(Invalid, match="author does not approve"):
        desk.submit(made.id, "ana")


def test_two_approvers_at_once_issue_it_once(desk: Desk) -> None:
    made = desk.compose()
    desk.submit(made.id)
    first = desk.approve(made.id, "bo")
    with pytest.raises(Conflict, match="issued by bo"):
        desk.approve(made.id, "cy")
    assert desk.get(made.id).identifier == first.identifier
    assert [act for act, _ in acts(desk)].count("issued") == 1


def test_what_changed_since_it_was_read_is_not_approved(desk: Desk) -> None:
    made = desk.compose()
    read_ = desk.submit(made.id)
    now = desk.clock.now()
    desk.db.write_now(lambda c: service.take_back(c, made.id, "ana", now, None))
    desk.db.write_now(lambda c: service.change(c, made.id, content(lasts_min=5), "ana", now, None))
    desk.submit(made.id)
    with pytest.raises(Conflict, match="since you looked"):
        desk.approve(made.id, version=read_.version)


def test_a_refused_one_goes_back_with_the_reason_and_can_come_again(desk: Desk) -> None:
    made = desk.compose()
    desk.submit(made.id)
    back = desk.db.write_now(
        lambda c: service.refuse(c, made.id, "bo", T0, ("supervisor",), "name the gate", None)
    )
    assert back.state is WarningState.REFUSED
    assert back.refused is not None
    assert back.refused.reason == "name the gate"
    desk.submit(made.id)
    assert desk.approve(made.id).state is WarningState.ISSUED


def test_a_reason_is_needed_to_refuse(desk: Desk) -> None:
    made = desk.compose()
    desk.submit(made.id)
    with pytest.raises(Invalid, match="reason"):
        desk.db.write_now(lambda c: service.refuse(c, made.id, "bo", T0, ("supervisor",), " \x00 ", None))


# --- moves that do not exist -----------------------------------


def test_what_is_issued_is_not_changed_submitted_withdrawn_or_taken_back(desk: Desk) -> None:
    made = desk.issue()
    moves: list[Callable[[Any], Any]] = [
        lambda c: service.change(c, made.id, content(), "ana", T0, None),
        lambda c: service.submit(c, made.id, None, "ana", T0, None, issuer=desk.issuer),
        lambda c: service.withdraw(c, made.id, "ana", T0, None),
        lambda c: service.take_back(c, made.id, "ana", T0, None),
        lambda c: service.refuse(c, made.id, "bo", T0, ("supervisor",), "no", None),
    ]
    for move in moves:
        with pytest.raises(Conflict):
            desk.db.write_now(move)
    assert feed(desk) == [made.id]


@pytest.mark.parametrize("kind", ["Update", "Cancel"])
def test_a_draft_and_an_expired_one_cannot_be_updated_or_cancelled(desk: Desk, kind: str) -> None:
    draft = desk.compose()
    with pytest.raises(Conflict, match="not before the public"):
        desk.follow(draft.id, kind)
    made = desk.issue(lasts_min=5)
    desk.clock.pass_(5)
    with pytest.raises(Conflict, match="expired"):
        desk.follow(made.id, kind)
    with pytest.raises(NotFound):
        desk.follow("W-0099", kind)
    with pytest.raises(NotFound):
        desk.follow("W-1; DROP", kind)


def test_an_update_approved_after_the_end_of_what_it_updates_is_refused_whole(desk: Desk) -> None:
    made = desk.issue(lasts_min=10)
    later = desk.follow(made.id, "Update")
    desk.submit(later.id)
    desk.clock.pass_(11)
    with pytest.raises(Conflict, match="expired"):
        desk.approve(later.id)
    assert desk.get(later.id).state is WarningState.SUBMITTED


def test_two_updates_of_one_warning_the_second_is_refused(desk: Desk) -> None:
    made = desk.issue()
    one, two = desk.follow(made.id, "Update"), desk.follow(made.id, "Cancel")
    for later in (one, two):
        desk.submit(later.id)
    desk.approve(one.id)
    with pytest.raises(Conflict, match="meanwhile"):
        desk.approve(two.id)
    assert feed(desk) == [one.id]


# --- unfit for the public -----------------------------------

BOW_TIE = (Vertex(0, 0), Vertex(1, 1), Vertex(1, 0), Vertex(0, 1))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"area": WarningArea("", SQUARE)}, "area.name"),
        ({"area": WarningArea("Prato")}, "area"),
        ({"area": WarningArea("{place}", SQUARE)}, "area.name"),
        ({"area": WarningArea("Prato", BOW_TIE)}, "info[1].area[1].polygon"),
        ({"area": WarningArea("Prato", SQUARE[:2])}, "info[1].area[1].polygon"),
        ({"texts": (text("it"),)}, "texts"),
        ({"texts": (text(headline=""),)}, "texts.headline"),
        ({"texts": (text(instruction=""),)}, "texts.instruction"),
        ({"texts": (text(headline="Go to {destination}"),)}, "texts.headline"),
        ({"texts": (text(), text("x_y"))}, "info[2].language"),
    ],
)
def test_what_is_unfit_can_be_a_draft_and_not_be_submitted(
    desk: Desk, more: dict[str, Any], field: str
) -> None:
    made = desk.compose(**more)
    with pytest.raises(Invalid) as refused:
        desk.submit(made.id)
    assert refused.value.field == field
    assert refused.value.cure
    assert desk.get(made.id).state is WarningState.DRAFT


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lasts_min": 1}, "lasts_min"),
        ({"lasts_min": 10_000}, "lasts_min"),
        ({"texts": ()}, "texts"),
        ({"texts": (text(), text("EN"))}, "texts"),
        ({"area": WarningArea("a", tuple(Vertex(11 + i / 1e5, 45) for i in range(501)))}, "area.polygon"),
        ({"area": WarningArea("a", (Vertex(200, 0),))}, "area.polygon"),
        ({"area": WarningArea("a", (Vertex(float("nan"), 0),))}, "area.polygon"),
        ({"area": WarningArea("a", SQUARE, CIRCLE)}, "area"),
    ],
)
def test_what_is_not_even_a_draft(desk: Desk, more: dict[str, Any], field: str) -> None:
    with pytest.raises(TocsinError) as refused:
        desk.compose(**more)
    assert refused.value.field == field


def test_marks_that_mislead_do_not_survive(desk: Desk) -> None:
    made = desk.compose(texts=(text(headline="go\u202e away\x07", instruction="a\x1b[2J\nb"),))
    assert made.content.texts[0].headline == "go away"
    assert made.content.texts[0].instruction == "a [2J\nb"


# --- time -----------------------------------


async def test_it_is_said_once_that_it_ends_soon_and_then_it_ends(desk: Desk) -> None:
    made = desk.issue(lasts_min=60)
    seen = len(acts(desk))
    desk.clock.pass_(49)
    assert await tick(desk) == 0
    desk.clock.pass_(1)
    assert await tick(desk) == 1
    assert await tick(desk) == 0
    assert desk.get(made.id).steps[-1].words == "expires in 10 min"
    desk.clock.pass_(10)
    assert await tick(desk) == 1
    assert await tick(desk) == 0
    assert desk.get(made.id).state is WarningState.EXPIRED
    assert acts(desk, seen) == [("expiring", made.id), ("expired", made.id)]
    assert feed(desk) == []


async def test_after_an_hour_out_it_has_expired_at_once(desk: Desk) -> None:
    made = desk.issue(lasts_min=20)
    desk.clock.pass_(60)
    assert feed(desk) == []  # the feed asks the clock, not the stage
    assert await tick(desk) == 1
    assert desk.get(made.id).state is WarningState.EXPIRED


async def test_a_short_one_is_not_announced_to_end_as_it_begins(desk: Desk) -> None:
    desk.issue(lasts_min=6)
    desk.clock.pass_(1)
    assert await tick(desk) == 0
    desk.clock.pass_(2)
    assert await tick(desk) == 1


# --- exercises -----------------------------------


def test_in_an_exercise_every_message_says_so_and_no_feed_has_it(exercise: Desk) -> None:
    made = exercise.issue()
    message = read(document(exercise, made.id))
    assert message.status == "Exercise"
    assert message.note == "EXERCISE. Nobody needs to do anything."
    assert message.infos[0].headline == "EXERCISE: Leave the square now"
    assert message.identifier.startswith("EXERCISE-")
    assert feed(exercise) == []
    found = exercise.db.read_now(lambda c: repository.public_document(c, message.identifier))
    assert found is None


def test_an_exercise_row_in_the_live_table_reaches_no_feed(exercise: Desk) -> None:
    """Whatever brought it there: the feed asks each message, not the realm of the table."""
    made = exercise.issue()
    exercise.issuer = issuer(live=True)
    assert feed(exercise) == []
    update = exercise.follow(made.id, "Update")
    exercise.submit(update.id)
    with pytest.raises(Conflict, match="written as Exercise"):
        exercise.approve(update.id)
    real = exercise.issue()
    assert feed(exercise) == [real.id]
