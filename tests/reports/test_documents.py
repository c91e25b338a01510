"""What stands in a report, from the fields that went in; written from the brief, not from its output."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from msgspec.structs import replace
from tests.api.door import at
from tests.reports.values import HOUR, facts, frame, one, question, step, surge

from tocsin.kernel.decisions import AlertState, Disposition, LogEntry, Mark, Rule, Shelf, Suppression
from tocsin.reports.brief import brief
from tocsin.reports.common import MOST_ROWS
from tocsin.reports.document import Document, Facts, Heading, Items, Paragraph, Table
from tocsin.reports.facts import ShiftFacts, WarningLine
from tocsin.reports.handover import handover
from tocsin.reports.html import page
from tocsin.reports.incident import report
from tocsin.reports.voice import Voice
from tocsin.reports.wording import lasted


def table(made: Document, caption: str) -> Table:
    return next(b for b in made.blocks if isinstance(b, Table) and caption in b.caption)


def under(made: Document, heading: str) -> list[object]:
    """The blocks of one section."""
    inside, found = False, list[object]()
    for block in made.blocks:
        if isinstance(block, Heading):
            inside = block.words == heading
        elif inside:
            found.append(block)
    return found


def said(blocks: list[object]) -> str:
    parts = []
    for block in blocks:
        match block:
            case Paragraph(words):
                parts.append(words)
            case Items(items):
                parts += items
            case Facts(rows) | Table(rows=rows):
                parts += [" | ".join(row) for row in rows]
    return "\n".join(parts)


def test_the_timeline_holds_alerts_log_and_tells_no_mere_update() -> None:
    rows = table(report(frame(), facts()), "order of time").rows
    # Helsinki is two hours ahead of UTC in November
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert rows[0][0] == "2026-11-21 18:00:00"
    assert [row[2] for row in rows] == [
        "AL-0001 raised", "AL-0002 raised", "opened", "AL-0001 acknowledged", "noted", "AL-0001 confirmed",
        "severity set",
    ]  # fmt: skip


def test_decisions_say_who_and_why_and_notes_are_none() -> None:
    rows = table(report(frame(), facts()), "decided what").rows
    assert [(row[1], row[2]) for row in rows] == [("anna", "AL-0001 confirmed"), ("anna", "severity set")]
    assert "seen on camera 4" in rows[0][3]
    assert "children" in rows[1][3]


def test_figures_bear_units_and_say_from_when_to_when() -> None:
    text = said(under(report(frame(), facts()), "Response in figures"))
    # AL-0001 was acknowledged 40 s after it was raised, AL-0002 by nobody
    assert "median 40 s, longest 40 s" in text
    assert "1 of 2 answered" in text
    assert "Detection to opening | 30 s" in text
    assert "Tasks | 1 of 2 ended, 1 of these late" in text


def test_what_is_closed_to_the_room_is_named_by_number_alone() -> None:
    made = report(frame(), facts(withheld=["AL-0002"], alerts=[surge(1)], exhibits_withheld=2))
    assert "1 alert is closed to this room and left out: AL-0002." in said(under(made, "Alerts"))
    assert "2 pieces are closed" in said(under(made, "Evidence"))


def test_a_log_of_too_many_lines_is_cut_and_says_so() -> None:
    log = tuple(LogEntry(n, "noted", "anna", at(n), f"line {n}") for n in range(MOST_ROWS + 10))
    made = report(frame(), facts(incident=one(log=log), steps=[]))
    assert len(table(made, "order of time").rows) == MOST_ROWS
    assert table(made, "order of time").rows[-1][3] == f"line {MOST_ROWS + 9}"
    assert "The newest 6,000 of 6,010 lines" in said(under(made, "Timeline"))


def test_the_brief_asks_the_open_question_and_names_its_options() -> None:
    made = brief(frame(), facts())
    assert [b.words for b in made.blocks if isinstance(b, Heading)] == [
        "Situation", "What is asked", "Options", "Known", "Not known", "Times",
    ]  # fmt: skip
    assert "Is the square to be cleared?" in said(under(made, "What is asked"))
    assert "due 2026-11-21 18:11:00" in said(under(made, "What is asked"))
    assert said(under(made, "Options")) == "yes | opens: Stewards to the exits\nno | opens no further step"
    assert "AL-0001 Crowd surge, confirmed by anna" in said(under(made, "Known"))
    assert "AL-0002" in said(under(made, "Not known"))


def test_the_brief_without_a_question_says_that_nothing_is_asked() -> None:
    made = brief(frame(), facts(incident=one(tasks=())))
    assert "Nothing: this is for your information" in said(under(made, "What is asked"))


def test_a_question_to_the_decision_maker_comes_before_anybody_elses() -> None:
    other = question(id="a.first", role="operator", due_at=at(61), title="Another?")
    made = brief(frame(), facts(incident=one(tasks=(other, question()))))
    assert "For: decision maker" in said(under(made, "What is asked"))


def test_the_sheet_of_a_shift() -> None:
    until = at(600)
    shelf = Shelf("anna", at(10), at(7200), "known: market day")
    held = Suppression(Rule("flood", "more than ten alerts in ten minutes"), at(20))
    gone = one(
        id="INC-002", state="closed", tasks=(), disposition=Disposition("handled", "over", "bo", at(500))
    )
    made = handover(
        frame(at=until),
        ShiftFacts(
            since=at(0),
            incidents=[one(), gone],
            alerts=[
                surge(1, state=AlertState.ACKNOWLEDGED), surge(2), replace(surge(3), shelved=shelf),
                replace(surge(4), suppressed=held),
            ],
            steps=[
                step("raised", 1, 1), step("raised", 2, 2), step("acknowledged", 1, 61),
                step("raised", 3, 700),
            ],
            windows=[],
            tools=[("Crowd density", "silent", "its host runner is silent")],
            parts={"lake": "degraded"},
        ),
    )  # fmt: skip
    waiting = said(under(made, "Open incidents and their next step"))
    assert "INC-001" in waiting
    assert "INC-002" not in waiting
    assert "Clear the square? (decision maker), due 2026-11-21 18:11:00" in waiting
    unseen = said(under(made, "Alerts that nobody has acknowledged"))
    assert re.findall(r"AL-\d+", unseen) == ["AL-0002"]
    aside = said(under(made, "Set aside"))
    assert "AL-0003 | Crowd surge | shelved by anna | 2026-11-21 20:00:00 | known: market day" in aside
    assert "AL-0004 | Crowd surge | held back by a rule" in aside
    assert "silent" in said(under(made, "Tools and parts that do not work"))
    assert "lake | degraded" in said(under(made, "Tools and parts that do not work"))
    figures = said(under(made, "The shift in figures"))
    assert "Alerts raised | 3 (0 critical, 3 high, 0 medium, 0 low)" in figures
    assert "Raised to answered | median 1 min, longest 1 min" in figures
    assert "Incidents | 2 opened, 1 closed" in figures
    assert "INC-001 | anna | People press" in said(under(made, "Notes of the shift"))


def test_a_note_of_before_the_shift_is_not_in_it() -> None:
    made = handover(frame(), ShiftFacts(at(95), [one()], [], [], [], (), {}))
    assert "People press" not in said(under(made, "Notes of the shift"))


def test_another_realm_is_said_on_top() -> None:
    made = report(frame(realm="exercise:may"), facts())
    assert "NOT THE REAL CITY: exercise:may" in page(made)
    assert "NOT THE REAL CITY" not in page(report(frame(), facts()))


def test_html_escapes_every_text_and_structures_it() -> None:
    nasty = '<script>alert(1)</script>"><img src=x onerror=alert(2)> &lt;b&gt; #panic() `x` $y$'
    mark = Mark("anna", at(100), nasty)
    log = (LogEntry(1, "noted", nasty, at(30), nasty),)
    place = replace(surge(1).place, name=nasty)  # type: ignore[type-var]
    bad = surge(1, headline=nasty, confirmed=mark)
    bad = replace(bad, place=place, finding=replace(bad.finding, limit_name=nasty, unit=nasty))
    html = page(
        report(
            frame(city=nasty, room=nasty, by=nasty),
            facts(incident=one(title=nasty, log=log, owner=nasty), alerts=[bad]),
        )
    )
    body = html.partition("</style>")[2]
    assert set(re.findall(r"<([a-z0-9]+)", body)) <= {
        "body", "header", "p", "h1", "h2", "dl", "div", "dt", "dd", "main", "table", "caption", "colgroup",
        "col", "thead", "tbody", "tr", "th", "td", "ul", "li", "figure", "figcaption", "footer", "svg",
        "path",
    }  # fmt: skip
    assert "alert(1)" in body  # it is there, as text
    assert 'scope="col"' in body
    assert '<html lang="en">' in html
    assert html.count("<h1>") == 1


def test_direction_marks_do_not_turn_a_line_round() -> None:
    html = page(report(frame(), facts(incident=one(title="fire \u202eevil\u202c"))))
    assert "\u202e" not in html


def test_times_are_local_with_zone_and_utc() -> None:
    summer = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    times = Voice("Europe/Helsinki")
    assert times.said(summer) == "2026-07-01 13:00:00 Europe/Helsinki (2026-07-01 10:00:00 UTC)"
    assert times.label(summer) == "Europe/Helsinki, UTC+03:00"
    assert Voice("America/St_Johns").label(at(0)) == "America/St_Johns, UTC-03:30"


def test_spans() -> None:
    say = Voice("UTC")
    assert [lasted(say, s) for s in (0, 59.6, 61, 3600, 90_000)] == [
        "0 s",
        "1 min",
        "1 min 1 s",
        "1 h 0 min",
        "1 d 1 h",
    ]
    assert lasted(say, HOUR) == "1 h 0 min"


def test_what_the_public_was_told_and_how_it_ended() -> None:
    square, ended = "Railway Square", ("cancelled", at(900))
    first = WarningLine("W-1", "warning", "Leave the square", square, at(200), "bo", at(3800), ended)
    last = WarningLine("W-2", "cancellation", "All clear", square, at(900), "bo", at(4500))
    told = facts(warnings=(first, last))
    assert said(under(report(frame(), told), "Warnings to the public")).splitlines() == [
        "W-1 | warning | Leave the square, Railway Square | 2026-11-21 18:03:20 by bo | "
        "cancelled 2026-11-21 18:15:00",
        "W-2 | cancellation | All clear, Railway Square | 2026-11-21 18:15:00 by bo | "
        "in force until 2026-11-21 19:15:00",
    ]
    known = said(under(brief(frame(), told), "Known"))
    assert "The public was told at 2026-11-21 18:03:20: Leave the square (W-1)" in known
