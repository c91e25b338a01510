"""PDF: tagged, titled, in a language; texts stay texts; a press that hangs or swells is stopped."""

from __future__ import annotations

import asyncio
import re
import sys
import zlib
from io import BytesIO

import msgspec
import pytest
from pypdf import PdfReader
from tests.reports.values import facts, frame, one, question, surge

from tocsin.kernel.decisions import LogEntry
from tocsin.kernel.errors import TooLarge, TooMany, Unavailable
from tocsin.kernel.languages import LANGUAGES, Language
from tocsin.reports.brief import brief
from tocsin.reports.common import pins
from tocsin.reports.document import Document
from tocsin.reports.facts import IncidentFacts
from tocsin.reports.incident import report
from tocsin.reports.map import draw
from tocsin.reports.press import press
from tocsin.reports.printer import Printer
from tocsin.reports.voice import catalogue

NASTY = '#panic("out") #read("/etc/passwd") #eval("1") $x^2$ *b* _i_ `c` // # <l> @r \\u{41} [ ] "'


def pressed(made: Document) -> bytes:
    return press(msgspec.json.encode(made).decode())


def unpacked(pdf: bytes) -> bytes:
    """The file with its streams readable."""
    parts = [pdf]
    for match in re.finditer(rb"stream\r?\n", pdf):
        try:
            parts.append(zlib.decompressobj().decompress(pdf[match.end() :]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def printed(made: Document) -> list[str]:
    """What a reader finds on each page, on one line."""
    reader = PdfReader(BytesIO(pressed(made)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", unpacked(pdf)))


def with_map(base: IncidentFacts) -> IncidentFacts:
    return IncidentFacts(base.incident, base.alerts, [], base.steps, (), 0, draw(pins(base.alerts), None))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_every_language_has_a_shape(language: Language) -> None:
    """PDF/UA-1 is claimed only where the fonts have every glyph (``press``)."""
    words = " ".join(text for kind in catalogue(language).values() for text in kind.values())[:20_000]
    whole = facts(incident=one(log=(LogEntry(1, "noted", "anna", frame().at, words),)))
    inside = unpacked(pressed(report(frame(language=language), whole)))
    assert b"pdfuaid" in inside
    assert re.search(rb"/Lang\s*\(" + language.encode(), inside)


def test_the_report_is_tagged_and_has_title_language_and_the_map_in_words() -> None:
    pdf = pressed(report(frame(), with_map(facts())))
    inside = unpacked(pdf)
    assert pdf.startswith(b"%PDF-1.7")
    assert re.search(rb"/Marked\s+true", inside)
    assert re.search(rb"/Lang\s*\(en", inside)
    assert b"pdfuaid" in inside  # it claims PDF/UA-1, which Typst checks before it writes
    for tag in (b"/H1", b"/H2", b"/TH", b"/Figure", b"/Table"):
        assert re.search(rb"/S\s*" + tag + rb"\b", inside), tag
    assert re.search(rb"/Alt\s*\(Map, \d+ m wide, north up", inside)
    assert b"INC-001 Surge" in inside


def test_the_markup_of_the_press_is_text() -> None:
    log = (LogEntry(1, "noted", NASTY, one().opened_at, NASTY),)
    made = report(
        frame(room=NASTY), facts(incident=one(title=NASTY, log=log), alerts=[surge(1, headline=NASTY)])
    )
    plain = report(frame(room="x"), facts(incident=one(title="x"), alerts=[surge(1, headline="x")]))
    assert pages(pressed(made)) >= pages(pressed(plain)) > 0


def test_a_script_that_no_font_has_still_prints() -> None:
    assert pressed(report(frame(), facts(incident=one(title="漢字 \U0001f6a8 مرحبا")))).startswith(b"%PDF")


@pytest.mark.parametrize("words", ["short", NASTY * 40, "word " * 900])
def test_the_brief_is_one_page_whatever_is_in_it(words: str) -> None:
    alerts = [surge(n, headline=words) for n in range(1, 60)]
    tasks = (question(words=words, title=words), *(question(id=f"a.{n}", title=words) for n in range(40)))
    made = brief(frame(city=words), facts(incident=one(title=words, tasks=tasks), alerts=alerts))
    assert pages(pressed(made)) == 1


async def test_the_press_is_a_process_and_its_pdf_comes_back() -> None:
    assert (await Printer().pdf(brief(frame(), facts()))).startswith(b"%PDF")


async def test_a_press_that_hangs_is_ended() -> None:
    printer = Printer(longest_s=0.5)
    printer.command = (sys.executable, "-c", "import time; time.sleep(60)")
    with pytest.raises(Unavailable, match="longer than"):
        await printer.pdf(brief(frame(), facts()))


async def test_a_press_that_writes_without_end_is_ended() -> None:
    printer = Printer(most_out=1_000_000)
    printer.command = (sys.executable, "-c", "while True: print('x' * 100000)")
    with pytest.raises(TooLarge):
        await printer.pdf(brief(frame(), facts()))


async def test_a_press_that_fails_is_said() -> None:
    printer = Printer()
    printer.command = (sys.executable, "-c", "raise SystemExit(3)")
    with pytest.raises(Unavailable, match="ended before"):
        await printer.pdf(brief(frame(), facts()))


async def test_a_document_beyond_the_limit_is_not_even_begun() -> None:
    with pytest.raises(TooLarge):
        await Printer(most_in=100).pdf(brief(frame(), facts()))


async def test_who_finds_the_queue_full_is_sent_away_and_the_others_are_served() -> None:
    printer = Printer(at_once=1, waiting=1)
    printer.command = (sys.executable, "-c", "import time; time.sleep(0.5); print('%PDF')")
    made = brief(frame(), facts())
    results = await asyncio.gather(*(printer.pdf(made) for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(r, bytes) for r in results) == 2
    assert sum(isinstance(r, TooMany) for r in results) == 1


async def test_five_thousand_lines_do_not_stall_who_else_is_served() -> None:
    log = tuple(LogEntry(n, "noted", "anna", one().opened_at, f"{NASTY} line {n}") for n in range(5000))
    made = report(frame(), facts(incident=one(log=log)))
    served = 0

    async def beat() -> None:
        nonlocal served
        while True:
            await asyncio.sleep(0.01)
            served += 1

    pulse = asyncio.create_task(beat())
    pdf = await Printer().pdf(made)
    pulse.cancel()
    assert pages(pdf) > 50
    assert served > 20, "the loop stood still while it was set"
