"""Who speaks to the public from this installation, and how its CAP messages are made."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from lxml import etree

from tocsin.cap.faults import NotCap
from tocsin.cap.model import Area, Circle, Corner, Info, Message, Reference
from tocsin.cap.reading import read
from tocsin.cap.rules import faults
from tocsin.cap.signature import Signer
from tocsin.cap.times import read_time
from tocsin.cap.writing import dump, element_of
from tocsin.notify.warnings.model import EXERCISE, PublicWarning, WarningArea, WarningText

_STAND_IN = "not-issued"


@dataclass(frozen=True, slots=True)
class Issuer:
    """``live``: the realm's. In any other, every message is an exercise, whatever its author wrote.

    ``languages``: those that a warning of this city must speak. ``zone``: IANA name, of the times written.
    """

    signer: Signer
    live: bool
    sender: str = ""
    sender_name: str = ""
    contact: str = ""
    web: str = ""
    zone: str = "UTC"
    languages: tuple[str, ...] = ("en",)

    @property
    def status(self) -> Literal["Actual", "Exercise"]:
        return "Actual" if self.live else "Exercise"

    @property
    def name(self) -> str:
        """Globally unique (3.2.1 sender): the city's own, else one made of its key's fingerprint."""
        return self.sender or f"tocsin-{self.signer.fingerprint[:16]}"

    def identifier(self, warning: PublicWarning, at: datetime) -> str:
        """Unique for good, fit for an address. The end cannot be guessed from another."""
        head = "" if self.live else f"{EXERCISE}-"
        return f"{head}{warning.id}-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"

    def message(self, warning: PublicWarning, at: datetime, identifier: str = _STAND_IN) -> Message:
        """What would be sent, or is, at ``at``. Nothing is checked."""
        local = at.astimezone(ZoneInfo(self.zone)).replace(microsecond=0)
        expires = local + timedelta(minutes=warning.content.lasts_min)
        return Message(
            identifier=identifier,
            sender=self.name,
            sent=local,
            status=self.status,
            msg_type=warning.kind,
            scope="Public",
            note=None if self.live else f"{EXERCISE}. Nobody needs to do anything.",
            references=tuple(_reference(one) for one in warning.references),
            infos=tuple(self._info(warning, text, local, expires) for text in warning.content.texts),
        )

    def signed(self, message: Message) -> bytes:
        """The document as it goes out, read back by our own reader first. Raises ``NotCap``."""
        document = dump(self.signer.signed(element_of(message)))
        read(document)
        return document

    def unsigned(self, message: Message) -> str:
        """For a person to look at."""
        root = element_of(message)
        etree.indent(root)
        return dump(root).decode()

    def _info(self, warning: PublicWarning, text: WarningText, sent: datetime, expires: datetime) -> Info:
        content = warning.content
        mark = "" if self.live else f"{EXERCISE}: "
        return Info(
            language=text.language,
            categories=(content.category,),
            event=text.event,
            response_types=(content.response,),
            urgency=content.urgency,
            severity=content.severity,
            certainty=content.certainty,
            effective=sent,
            expires=expires,
            sender_name=self.sender_name or None,
            headline=f"{mark}{text.headline}",
            description=text.description,
            instruction=text.instruction or None,
            web=self.web or None,
            contact=self.contact or None,
            areas=(_area(content.area),),
        )


def broken(message: Message) -> list[NotCap]:
    """Every rule of the standard that it breaks."""
    return list(faults(message))


def _reference(text: str) -> Reference:
    sender, identifier, sent = text.split(",")
    return Reference(sender, identifier, read_time(sent, "references"))


def _area(area: WarningArea) -> Area:
    ring = tuple(Corner(spot.lat, spot.lon) for spot in area.polygon)
    if ring and ring[0] != ring[-1]:
        ring = (*ring, ring[0])
    circle = area.circle
    circles = () if circle is None else (Circle(circle.lat, circle.lon, circle.radius_m / 1000),)
    return Area(area.name, (ring,) if ring else (), circles)
