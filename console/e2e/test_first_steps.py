"""From an empty city to its first alert, as the console tells it; each command is run as it is shown."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from benchmarks.instance import Instance
from console.e2e.beginning import FirstSteps, begun, darkened
from console.e2e.driver import ControlRoom
from console.e2e.test_access import nameless
from playwright.sync_api import expect

TERMINAL = "Run this at a terminal"
CITY, SENSOR, ALERT, PEOPLE = (
    "The city is up",
    "Connect a first sensor",
    "Let it raise a first alert",
    "Let others in",
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """In place of the demonstration: an empty one."""
    with begun(tmp_path_factory.mktemp("begun") / "padova") as found:
        yield found


def test_step_by_step_to_the_first_alert(seat: ControlRoom) -> None:
    expect(seat.page.locator(".axis span").first).to_have_text(re.compile(r"^\d\d:\d\d$"))
    steps = FirstSteps(seat)
    expect(steps.offered).to_contain_text("1 of 4")
    steps.go_on()
    steps.ticked(CITY, "Padova · Europe/Rome")
    steps.waits(SENSOR)
    sensor = steps.step(SENSOR)
    expect(sensor.get_by_label("Latitude")).to_have_value("45.4064")
    expect(steps.shown.locator("pre")).to_have_count(0)
    assert nameless(seat) == []

    sensor.get_by_role("button", name="Make its key").press("Enter")
    expect(sensor).to_contain_text("Waiting for the first reading")
    assert steps.run(TERMINAL) == '{"accepted":1}'
    steps.ticked(SENSOR, re.compile(r"CAM-1 has been heard.*Camera, on"))
    expect(seat.map).to_be_visible()

    steps.waits(ALERT)
    expect(steps.step(ALERT)).to_contain_text("who says dark for 20 s is told")
    assert steps.run(TERMINAL) == '{"accepted":1}'
    steps.ticked(ALERT, re.compile(r"Camera CAM-1 shows a dark picture.*Medium"), within_s=60.0)
    steps.waits(PEOPLE)
    expect(steps.step(PEOPLE)).to_contain_text("1 person in 1 room")
    assert nameless(seat) == []
    seat.shot("first-steps")

    steps.run("Now let it see again, and the alert says that it is over:")
    steps.step(ALERT).get_by_role("button", name="Take it in hand").press("Enter")
    seat.holds("Camera CAM-1 shows a dark picture")
    expect(seat.row("Camera CAM-1")).to_be_visible()
    expect(steps.offered).to_have_count(0)


def test_another_key_after_the_page_was_left_and_ticks_that_stay(seat: ControlRoom, city: Instance) -> None:
    """What has happened is known at another seat too; a key is not."""
    darkened(city)
    steps = FirstSteps(seat)
    seat.go("First steps")
    steps.ticked(SENSOR, "CAM-1 has been heard")
    steps.ticked(ALERT, "Camera CAM-1 shows a dark picture")
    steps.step(ALERT).get_by_role("button", name=ALERT).click()
    expect(steps.step(ALERT)).to_contain_text("not shown again")
    steps.step(SENSOR).get_by_role("button", name=SENSOR).click()
    form = steps.step(SENSOR)
    form.get_by_role("button", name="People counter").click()
    expect(form.get_by_label("Its id")).to_have_value("CROWD-1")
    form.get_by_role("button", name="MQTT").click()
    form.get_by_role("button", name="Make its key").click()
    command = form.get_by_label(TERMINAL)
    expect(command).to_contain_text("mosquitto_pub -h 127.0.0.1")
    expect(command).to_contain_text("-t devices/CROWD-1/obs")
    if shutil.which("mosquitto_pub"):
        steps.run(TERMINAL)
        steps.ticked(SENSOR, "CROWD-1 has been heard")
    # a second device of that id is refused, and said why
    form.get_by_role("button", name="HTTP").click()
    form.get_by_role("button", name="MQTT").click()
    form.get_by_role("button", name="Make its key").click()
    expect(form.get_by_role("alert")).to_be_visible()


def test_put_away_and_found_again(seat: ControlRoom) -> None:
    steps = FirstSteps(seat)
    seat.go("First steps")
    steps.shown.get_by_role("button", name="Put away").click()
    expect(steps.shown).to_contain_text("under More")
    sheet = seat.help()
    sheet.get_by_role("button", name="Show again").click()
    expect(steps.shown.get_by_role("button", name="Put away")).to_be_visible()
