"""Alerts, incidents and frames for reports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace
from tests.api.door import alert, at, finding, incident

from tocsin.kernel.decisions import (
    Alert,
    AlertAct,
    Incident,
    LogEntry,
    Mark,
    Task,
    TaskAnswer,
    TaskQuestion,
    TaskState,
)
from tocsin.kernel.events import Expected, Place
from tocsin.kernel.steps import AlertStep, AlertThen
from tocsin.reports.facts import Frame, IncidentFacts

SQUARE = Place(24.9435, 60.1712, 120.0, "Railway Square")


def frame(**more: Any) -> Frame:
    given: dict[str, Any] = {
        "city": "Helsinki", "zone": "Europe/Helsinki", "realm": "live", "room": "Police", "by": "anna",
        "at": at(600), "made_at": at(660),
    }  # fmt: skip
    return Frame(**given | more)


def surge(number: int, **more: Any) -> Alert:
    found = finding(
        number, seen=4.8, unit="C62", expected=Expected(0.5, 1.0, 2.0), limit=4.0, limit_name="crush"
    )
    return replace(alert(number), finding=found, place=SQUARE, raised_at=at(0), **more)


def step(
    act: AlertAct, number: int, seconds: float, by: str = "anna", reason: str | None = None
) -> AlertStep:
    made = surge(number)
    then = AlertThen(made.id, made.state, made.severity, made.headline, at(0))
    return AlertStep(act, by, at(seconds), then, reason)


def question(**more: Any) -> Task:
    given: dict[str, Any] = {
        "id": "crowd-surge.clear", "procedure": "crowd-surge", "title": "Clear the square?",
        "words": "Decide with the fire chief.", "role": "decision maker", "state": TaskState.OPEN,
        "minutes": 10,
        "question": TaskQuestion(
            "Is the square to be cleared?",
            (TaskAnswer("yes", ("crowd-surge.stewards",)), TaskAnswer("no", ())),
        ),
        "opened_at": at(60), "due_at": at(660),
    }  # fmt: skip
    return Task(**given | more)


def stewards(**more: Any) -> Task:
    given: dict[str, Any] = {
        "id": "crowd-surge.stewards", "procedure": "crowd-surge", "title": "Stewards to the exits",
        "words": "", "role": "operator", "state": TaskState.DONE, "minutes": 5, "due_at": at(300),
        "opened_at": at(0),
        "ended": Mark("bo", at(400), "radio was down"),
    }  # fmt: skip
    return Task(**given | more)


def one(**more: Any) -> Incident:
    log = (
        LogEntry(1, "opened", "anna", at(30), "Surge"),
        LogEntry(2, "noted", "anna", at(90), "People press to the north exit"),
        LogEntry(3, "severity set", "anna", at(120), "critical: children among them"),
    )
    given: dict[str, Any] = {
        "alerts": ("AL-0001", "AL-0002"), "place": SQUARE, "log": log, "tasks": (question(), stewards()),
        "opened_at": at(30), "detected_at": at(0),
    }  # fmt: skip
    return replace(incident(1), **given | more)


def facts(**more: Any) -> IncidentFacts:
    given: dict[str, Any] = {
        "incident": one(),
        "alerts": [surge(1, confirmed=Mark("anna", at(100))), surge(2)],
        "withheld": [],
        "steps": [
            step("raised", 1, 0, by="alerts"),
            step("acknowledged", 1, 40),
            step("confirmed", 1, 100, reason="seen on camera 4"),
            step("raised", 2, 0, by="alerts"),
            step("updated", 2, 50, by="alerts"),
        ],
    }
    return IncidentFacts(**given | more)


HOUR = timedelta(hours=1)
