"""Sensors, tools and the status wall."""

from __future__ import annotations

import re

from console.e2e.boards import SensorBoard, StatusWall
from console.e2e.driver import ControlRoom
from playwright.sync_api import expect


def test_a_sensor_has_its_history_and_place(seat: ControlRoom) -> None:
    board = SensorBoard(seat)
    board.find("k-0")
    sensors = seat.page.get_by_role("listbox", name="Sensors").get_by_role("option")
    expect(sensors).to_have_count(8)
    sensor = board.choose("K-05")
    expect(sensor).to_contain_text("urn:ngsi-ld:ItemFlowObserved:K-05")
    # six hours at a quarter, and what has come since
    read = sensor.get_by_text(re.compile(r"^\d+ readings"))
    expect(read).to_be_visible()
    assert int(read.inner_text().split()[0]) >= 24
    expect(sensor.get_by_role("img", name="Outflow, /min over time")).to_be_visible()
    sensor.get_by_role("button", name="14 days").click()
    expect(sensor.get_by_text(re.compile(r"^1,[3-9]\d\d readings"))).to_be_visible()
    expect(sensor.get_by_role("row").filter(has_text="Width, m")).to_be_visible()
    seat.page.go_back()
    expect(sensors.first).to_be_visible()


def test_an_alert_leads_to_the_sensors_behind_it(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    seat.press("t")
    sensor = seat.page.get_by_role("region", name=alert, exact=True)
    expect(sensor).to_be_visible()
    about = sensor.get_by_role("listbox", name="Alerts about it").get_by_role("option").filter(has_text=alert)
    about.click()
    seat.holds(alert)


def test_a_tool_shows_its_promise_its_panels_and_its_guide(seat: ControlRoom) -> None:
    seat.go("Tools")
    seat.page.get_by_role("button").filter(has_text="Crowd density").click()
    tool = seat.page.get_by_role("region", name="Crowd density")
    expect(tool.get_by_role("cell", name="crush_per_m2", exact=True)).to_be_visible()
    expect(tool.get_by_text("from 4-5 people/m² a crowd moves its people")).to_be_visible()
    expect(tool.get_by_role("heading", name="Guide")).to_be_visible()
    expect(tool.get_by_text("This console cannot draw")).to_have_count(0)
    seat.press("k")
    expect(seat.page.get_by_role("region", name="Others' warnings")).to_be_visible()


def test_the_wall_shows_every_stage_tool_and_process(seat: ControlRoom) -> None:
    wall = StatusWall(seat)
    for stage in ("normalise", "context", "lake", "alerts", "runner", "live"):
        expect(wall.stage(stage)).to_be_visible()
    for tool in ("Crowd density", "Urban anomaly"):
        expect(wall.tool(tool)).to_contain_text(re.compile(r"of \d+ ms"))
    processes = seat.page.get_by_role("region", name="Processes")
    for name, pid in seat.city.processes().items():
        expect(processes).to_contain_text(name)
        expect(processes).to_contain_text(str(pid))
    expect(seat.page.get_by_role("region", name="Alarm load against ISA-18.2")).to_contain_text("at most 2")


def test_a_page_that_is_not_there_says_so(seat: ControlRoom) -> None:
    seat.open("/no/such/page")
    expect(seat.page.get_by_text("There is no page at this address.")).to_be_visible()
    seat.page.get_by_role("link", name="To the operator board").click()
    expect(seat.alerts).to_be_visible()
    seat.open("/incident/INC-999")
    expect(seat.page.get_by_text("There is no incident INC-999")).to_be_visible()
