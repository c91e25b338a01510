"""A responder with a phone: on the way, into a tunnel, out again; what was answered reaches the room."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.phone import Phone
from console.e2e.work import Procedure, opened
from PIL import Image
from playwright.sync_api import Browser, expect

RESPONDER = "field responder"


@pytest.fixture
def row(city: Instance) -> dict[str, str]:
    """The responder of the demonstration."""
    return next(one for one in city.ready["rooms"] if one["user"] == "responder")


@pytest.fixture
def phone(browser: Browser, city: Instance, row: dict[str, str]) -> Iterator[Phone]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        locale="en-GB",
        geolocation={"longitude": 24.9405, "latitude": 60.1702},
        permissions=["geolocation"],
    )
    yield Phone(context, city, row)
    context.close()


def asked(seat: ControlRoom, method: str, path: str, body: Any = None) -> Any:
    """A call of the operator's, as their own page makes it."""
    return seat.page.evaluate(
        """async ([method, path, body]) => {
            const who = await (await fetch("/api/v1/session")).json();
            const headers = {"content-type": "application/json", "x-csrf-token": who.csrf};
            const sent = {method, headers, body: body ? JSON.stringify(body) : undefined};
            const answer = await fetch("/api/v1" + path, sent);
            return [answer.status, answer.status === 204 ? null : await answer.json()];
        }""",
        [method, path, body],
    )


def sent_out(seat: ControlRoom, alert: str, title: str) -> tuple[Procedure, str]:
    """An incident whose first step for responders is open; the id of the incident."""
    at = opened(seat, alert, title)
    at.left.get_by_role("button", name="Start Suspicious object").or_(
        at.left.get_by_role("button", name="Start Crowd surge")
    ).first.click()
    at.holds("Look at the place")
    incident = seat.page.url.rsplit("/", 1)[1]
    _, found = asked(seat, "GET", f"/incidents/{incident}")
    first = found["tasks"][0]["id"]
    status, _ = asked(seat, "POST", f"/incidents/{incident}/tasks/{first}/send", {"to": "responder"})
    assert status == 200
    return at, incident


def stands(at: Procedure, words: str) -> None:
    """How the room's screen says that the step which was sent out stands."""
    expect(at.left.get_by_role("option").first).to_contain_text(words, timeout=30_000)


def test_answers_of_a_tunnel_reach_the_room(seat: ControlRoom, phone: Phone, alert: str) -> None:
    at, incident = sent_out(seat, alert, f"Hall {alert} and a tunnel")
    phone.sign_in()
    phone.open(incident)
    phone.press("On my way")
    stands(at, "begun by responder")
    at.logged("responder began")
    phone.offline(True)
    phone.line("Density and trend").check()
    picture = io.BytesIO()
    Image.new("RGB", (2400, 1800), (90, 60, 30)).save(picture, "JPEG")
    phone.answers.locator("input[type=file]").set_input_files(
        {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    )
    phone.press("Done")
    sheet = phone.page.get_by_role("dialog")
    sheet.get_by_role("button", name="Somebody else did it").click()
    phone.says("3 answers wait")
    phone.says("No network")
    phone.says("last contact")
    # the page opens without a network, and what waits is still there
    phone.page.reload()
    phone.says("3 answers wait")
    stands(at, "begun by responder")
    phone.offline(False)
    at.logged("Somebody else did it")
    stands(at, "done by responder")
    at.logged("added from the field: picture")
    expect(phone.page.get_by_text("answers wait")).to_be_hidden(timeout=30_000)


def test_overtaken_in_the_tunnel(seat: ControlRoom, phone: Phone, alert: str) -> None:
    at, incident = sent_out(seat, alert, f"Hall {alert} overtaken")
    phone.sign_in()
    phone.open(incident)
    phone.offline(True)
    phone.press("On my way")
    phone.says("1 answer waits")
    status, found = asked(seat, "GET", f"/incidents/{incident}")
    task = found["tasks"][0]["id"]
    status, _ = asked(seat, "POST", f"/incidents/{incident}/tasks/{task}/done", {"reason": "on the radio"})
    assert status == 200
    phone.offline(False)
    phone.says("Not taken: On my way, Look at the place")
    phone.says("is done by operator")
    phone.says("Nothing was overwritten.")
    stands(at, "done by operator")
    phone.page.get_by_role("button", name="Understood").click()
    expect(phone.page.get_by_text("Not taken")).to_be_hidden()


def test_another_person_on_the_same_phone(
    seat: ControlRoom, phone: Phone, alert: str, city: Instance
) -> None:
    """Offline for a day: the session is over, somebody else signs in, then its own person again."""
    at, incident = sent_out(seat, alert, f"Hall {alert} and two people")
    phone.sign_in()
    phone.open(incident)
    phone.offline(True)
    phone.press("On my way")
    phone.says("1 answer waits")
    # the session ends while the phone is away
    phone.context.clear_cookies()
    phone.offline(False)
    expect(phone.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=30_000)
    phone.offer(city.ready["user"], city.ready["password"])
    expect(phone.page.get_by_role("banner")).to_be_visible()
    expect(phone.page.get_by_text("answer waits")).to_have_count(0)
    phone.page.wait_for_timeout(3_000)
    _, found = asked(seat, "GET", f"/incidents/{incident}")
    assert found["tasks"][0]["state"] == "open", "not sent under another's name"
    phone.sign_out()
    phone.offer(phone.row["user"], phone.row["password"])
    stands(at, "begun by responder")
    _, found = asked(seat, "GET", f"/incidents/{incident}")
    assert found["tasks"][0]["started"]["by"] == "responder"


def test_where_a_responder_is(seat: ControlRoom, phone: Phone, alert: str) -> None:
    at, incident = sent_out(seat, alert, f"Hall {alert} and where")
    phone.sign_in()
    phone.open(incident)
    ask = phone.page.get_by_role("region", name="Show the control room where you are?")
    expect(ask).to_be_hidden()
    phone.press("On my way")
    expect(ask).to_be_visible(timeout=30_000)
    at.step.get_by_role("button", name="Where are they?").click()
    expect(at.step).to_contain_text("Nobody on this incident has agreed")
    at.step.get_by_role("button", name="Hide").click()
    ask.get_by_role("button", name="Show where I am").click()
    expect(phone.page.get_by_text("sees where you are")).to_be_visible()
    expect(phone.page.get_by_text("as the crow flies")).to_be_visible()
    at.step.get_by_role("button", name="Where are they?").click()
    expect(at.step).to_contain_text(re.compile(r"responder: [\d,]+ m .* of the place"))
    at.step.get_by_role("button", name="Hide").click()
    phone.page.get_by_role("button", name="Stop", exact=True).click()
    at.step.get_by_role("button", name="Where are they?").click()
    expect(at.step).to_contain_text("Nobody on this incident has agreed")


#: what a finger in a glove is to meet, and what an eye at night is to read; drawings scale by themselves
SMALL = """() => {
    const box = (e) => e.getBoundingClientRect();
    const shown = (e) => e.checkVisibility() && box(e).width > 1;
    const said = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const read = (e) => shown(e) && said(e) && !e.closest(".attrib, svg, .sr");
    const targets = [...document.querySelectorAll("button, a[href], label, select")].filter(shown);
    const low = targets.filter((e) => box(e).height < 48 || box(e).width < 48);
    const words = [...document.querySelectorAll("body *")].filter(read);
    const tiny = words.filter((e) => parseFloat(getComputedStyle(e).fontSize) < 14);
    return [
        ...low.map((e) => `low: ${e.outerHTML.slice(0, 90)}`),
        ...tiny.map((e) => `tiny: ${e.textContent}`),
        ...(document.documentElement.scrollWidth > innerWidth ? [`wider than ${innerWidth}`] : []),
    ];
}"""


def test_large_enough_on_every_phone(seat: ControlRoom, phone: Phone, alert: str) -> None:
    _, incident = sent_out(seat, alert, f"Hall {alert} with gloves")
    phone.page.goto(phone.url + "/field")
    expect(phone.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert phone.page.evaluate(SMALL) == []
    phone.sign_in()
    assert phone.page.evaluate(SMALL) == []
    phone.open(incident)
    phone.press("On my way")
    expect(phone.page.get_by_role("button", name="Show where I am")).to_be_visible(timeout=30_000)
    for theme in ("Dark", "Light"):
        phone.page.get_by_role("button", name="More").click()
        phone.page.get_by_role("button", name=theme).click()
        assert phone.page.evaluate(SMALL) == []
        phone.page.get_by_role("dialog").get_by_role("button", name="Close").click()
        for width, height in ((360, 640), (390, 844), (844, 390), (820, 1180)):
            phone.page.set_viewport_size({"width": width, "height": height})
            assert phone.page.evaluate(SMALL) == [], (theme, width, height)
            for button in phone.answers.get_by_role("button").all():
                box = button.bounding_box()
                assert box is not None
                assert box["y"] + box["height"] <= height, "the answers are under the thumb, never below"
    phone.press("Cannot")
    assert phone.page.evaluate(SMALL) == []
