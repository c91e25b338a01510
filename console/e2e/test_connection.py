"""Parts die or hang while somebody is looking: the screen says so in time, and comes back whole."""

from __future__ import annotations

import os
import re
import signal
from time import monotonic

from console.e2e.boards import StatusWall
from console.e2e.driver import ControlRoom
from console.e2e.readings import crush
from playwright.sync_api import expect

#: the screen's own 2 s, and what this machine takes to end a process, notice it and draw
LOST_WITHIN_S = 2.0 + 1.0


def strike(room: ControlRoom, process: str, with_: signal.Signals = signal.SIGKILL) -> int:
    """End one process at once, as a crash does, or stop it dead, as a hang does. Answers its pid."""
    pid = room.city.processes()[process]
    os.kill(pid, with_)
    return pid


def test_a_lost_connection_shows_in_time_and_the_picture_comes_back_whole(
    seat: ControlRoom, alert: str
) -> None:
    seat.take(alert)
    seat.page.evaluate("window.samePage = true")
    old = strike(seat, "door")
    gone = monotonic()
    lost = seat.banner("Connection lost")
    lost.wait_for(timeout=LOST_WITHIN_S * 1000)
    assert monotonic() - gone < LOST_WITHIN_S
    expect(lost).to_contain_text(re.compile(r"This picture is \d+ s old \(\d\d:\d\d:\d\d EES?T\)"))
    expect(seat.page.get_by_role("banner")).to_contain_text("lost, ")
    expect(seat.actions).to_contain_text("The connection is lost: actions wait.")
    expect(seat.action("Acknowledge")).to_be_disabled()
    # the supervisor starts the door again; the same page goes on, on a new snapshot
    expect(lost).to_be_hidden(timeout=30_000)
    assert seat.city.processes()["door"] != old
    assert seat.page.evaluate("window.samePage")
    seat.holds(alert)
    expect(seat.action("Acknowledge")).to_be_enabled()
    seat.acknowledge()
    later = crush(seat.city)
    seat.awaits(later)


def test_a_hung_runner_is_silent_on_the_wall_and_then_works_again(seat: ControlRoom) -> None:
    wall = StatusWall(seat)
    runner = wall.stage("runner")
    expect(runner).to_contain_text("tools working")
    expect(wall.tool("Crowd density")).to_be_visible()
    # it hangs: a crash would be mended before anybody could read of it
    hung = strike(seat, "runner", signal.SIGSTOP)
    gone = monotonic()
    expect(runner).to_contain_text("silent", timeout=LOST_WITHIN_S * 1000)
    assert monotonic() - gone < LOST_WITHIN_S
    os.kill(hung, signal.SIGKILL)
    expect(runner).to_contain_text("working", timeout=60_000)
    expect(runner).not_to_contain_text("silent")
    seat.until("another runner", lambda: seat.city.processes()["runner"] != hung)
    processes = seat.page.get_by_role("region", name="Processes")
    expect(processes).to_contain_text(str(seat.city.processes()["runner"]))
