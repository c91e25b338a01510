"""A desk where warnings are written: a real table, a clock that is set, a key made once."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.db.shape import shaped

from tocsin.cap.signature import Signer, signer_of
from tocsin.db import Database
from tocsin.kernel.sharing import Level, Sharing
from tocsin.notify.warnings import service
from tocsin.notify.warnings.issuer import Issuer
from tocsin.notify.warnings.model import (
    PublicWarning,
    Round,
    Vertex,
    WarningArea,
    WarningContent,
    WarningText,
)

T0 = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
SQUARE = (Vertex(11.875, 45.398), Vertex(11.878, 45.398), Vertex(11.878, 45.400), Vertex(11.875, 45.400))
CIRCLE = Round(11.876, 45.399, 400.0)
POLICE = Sharing("police", Level.OWN)
SECOND = ("supervisor",)


@cache
def signer() -> Signer:
    """RSA keys take a second to make."""
    with tempfile.TemporaryDirectory() as folder:
        return signer_of(Path(folder))


def issuer(*, live: bool = True, **more: Any) -> Issuer:
    given: dict[str, Any] = {
        "sender": "cap@city.example",
        "sender_name": "City of Padova",
        "zone": "Europe/Rome",
        "contact": "112",
    }
    return Issuer(signer(), live, **{**given, **more})


def text(language: str = "en", **more: str) -> WarningText:
    given = {
        "event": "Dangerous crowding",
        "headline": "Leave the square now",
        "description": "Too many people are in the square.",
        "instruction": "Walk to the north.\nDo not run.",
    }
    return WarningText(language, **{**given, **more})


def content(**more: Any) -> WarningContent:
    given: dict[str, Any] = {
        "category": "Safety",
        "response": "Evacuate",
        "urgency": "Immediate",
        "severity": "Severe",
        "certainty": "Observed",
        "area": WarningArea("Prato della Valle", SQUARE),
        "texts": (text(),),
        "lasts_min": 60,
    }
    return WarningContent(**{**given, **more})


@dataclass
class Clock:
    at: datetime = T0

    def now(self) -> datetime:
        return self.at

    def pass_(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)


@dataclass
class Desk:
    db: Database
    issuer: Issuer = field(default_factory=issuer)
    clock: Clock = field(default_factory=Clock)

    def compose(self, by: str = "ana", **more: Any) -> PublicWarning:
        return self.db.write_now(
            lambda c: service.compose(
                c, content(**more), by, self.clock.now(), issuer=self.issuer, sharing=POLICE
            )
        )

    def submit(self, warning: str, approver: str | None = None, by: str = "ana") -> PublicWarning:
        return self.db.write_now(
            lambda c: service.submit(c, warning, approver, by, self.clock.now(), None, issuer=self.issuer)
        )

    def approve(
        self, warning: str, by: str = "bo", roles: tuple[str, ...] = SECOND, version: int | None = None
    ) -> PublicWarning:
        return self.db.write_now(
            lambda c: service.approve(c, warning, by, self.clock.now(), roles, version, issuer=self.issuer)
        )

    def issue(self, **more: Any) -> PublicWarning:
        made = self.compose(**more)
        self.submit(made.id)
        return self.approve(made.id)

    def follow(self, warning: str, kind: Any, new: WarningContent | None = None) -> PublicWarning:
        return self.db.write_now(lambda c: service.follow(c, warning, kind, new, "ana", self.clock.now()))

    def get(self, warning: str) -> PublicWarning:
        return self.db.read_now(lambda c: service.get(c, warning))


def desk(folder: Path, **more: Any) -> Desk:
    db = Database(folder / "ops.db", durable=False, name="ops")
    shaped(db)
    return Desk(db, **more)
