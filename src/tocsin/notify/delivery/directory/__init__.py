"""Who can be told, and who of them gets a notice: people at their seats by their own rules, and systems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity import repository as identity
from tocsin.identity.policy import Permission, Relation, Seat
from tocsin.kernel.events import SEVERITIES
from tocsin.kernel.languages import Language, known
from tocsin.kernel.sharing import Sharing
from tocsin.notify.delivery.directory import repository
from tocsin.notify.delivery.model import (
    ALL_CHANNELS,
    Browser,
    Channel,
    Kept,
    Notice,
    NotifyPreferences,
    Reach,
    Webhook,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A seat that a person may take, and their roles there."""

    seat: Seat
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of one person or system that gets a notice."""

    channel: Channel
    name: str
    target: str
    room: str
    preferences: NotifyPreferences | None = None
    #: their own; None: chosen none
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """As it stands in one transaction."""

    people: Mapping[str, NotifyPreferences]
    places: Mapping[str, Sequence[Place]]
    browsers: Mapping[str, Sequence[Browser]]
    webhooks: Sequence[Webhook]
    seats: Mapping[str, Seat]
    channels: frozenset[Channel]
    languages: Mapping[str, Language]

    def recipients(self, notice: Notice) -> Iterator[Recipient]:
        """In a stable order. Nobody whose room it is closed to, nobody who did not ask for it."""
        for person, wants in self.people.items():
            if person in notice.but or notice.person not in (None, person):
                continue
            place = self.place(person, notice)
            if place is None:
                continue
            channels = asked(wants, notice) & self.channels
            room, spoken = place.seat.organisation, self.languages.get(person)
            if "email" in channels and wants.email:
                yield Recipient("email", person, person, room, wants, spoken)
            if "push" in channels:
                for browser in self.browsers.get(person, ()):
                    yield Recipient("push", person, browser.id, room, wants, spoken)
        for webhook in self.webhooks if "webhook" in self.channels else ():
            if self.hears(webhook, notice):
                yield Recipient("webhook", webhook.id, webhook.id, webhook.organisation)

    def place(self, person: str, notice: Notice, now: Sequence[Sharing] | None = None) -> Place | None:
        """Where somebody sits who may be told; the room that is nearest to it first.

        ``now``: how it is shared at this moment; without it, as the notice says.
        """
        fits = [
            place
            for place in self.places.get(person, ())
            if _reaches(place.seat, notice.reach, now) and _concerns(place, notice)
        ]
        first = notice.reach[0].sharing if notice.reach else None
        return max(fits, key=lambda p: policy.relation(p.seat, first) if first else 0, default=None)

    def hears(self, webhook: Webhook, notice: Notice, now: Sequence[Sharing] | None = None) -> bool:
        seat = self.seats.get(webhook.organisation)
        if webhook.off is not None or seat is None or notice.kind not in webhook.kinds:
            return False
        if notice.person or notice.people:
            return False
        if notice.kind != "access" and _rank(notice.severity) < _rank(webhook.severity):
            return False
        # a system looks on; it does no tasks and answers no requests
        looks = tuple(Reach(reach.sharing, Relation.SEES) for reach in notice.reach)
        return _reaches(seat, looks, now)


def load(conn: Connection, channels: frozenset[Channel] = ALL_CHANNELS) -> Directory:
    """Those whom ``channels`` reach: people who may sign in and gave an address, a browser or rules;
    organisations that stand.
    """
    seats = {
        row["id"]: Seat(row["id"], bool(row["partner"])) for row in identity.standing_organisations(conn)
    }
    accounts = identity.all_people(conn)
    shut = {row["name"] for row in accounts if row["disabled_at"] is not None}
    held: dict[str, dict[str, list[str]]] = {}
    for row in identity.memberships_of(conn, None):
        if row["organisation"] in seats:
            held.setdefault(row["person"], {}).setdefault(row["organisation"], []).append(row["role"])
    browsers: dict[str, list[Browser]] = {}
    for browser in repository.browsers_of(conn, None):
        browsers.setdefault(browser.person, []).append(browser)
    # a browser alone is told by the usual rules
    given = {**dict.fromkeys(browsers, Kept(NotifyPreferences())), **repository.all_kept(conn)}
    people = {name: _usable(kept) for name, kept in sorted(given.items()) if name not in shut}
    languages = {row["name"]: spoken for row in accounts if (spoken := known(row["language"])) is not None}
    places = {
        person: [Place(seats[room], tuple(roles)) for room, roles in rooms.items()]
        for person, rooms in held.items()
    }
    hooks = repository.all_webhooks(conn)
    return Directory(people, places, browsers, hooks, seats, channels, languages)


def _usable(kept: Kept) -> NotifyPreferences:
    """An address that nobody has confirmed is no address."""
    wants = kept.preferences
    return wants if wants.email == kept.confirmed else replace(wants, email="")


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity)


def asked(wants: NotifyPreferences, notice: Notice) -> frozenset[Channel]:
    """The channels by which somebody wants this."""
    for rule in wants.rules:
        if rule.kind == notice.kind:
            grave = notice.kind == "access" or _rank(notice.severity) >= _rank(rule.severity)
            return frozenset(rule.channels) if grave else frozenset()
    return frozenset()


def _reaches(seat: Seat, reach: Sequence[Reach], now: Sequence[Sharing] | None) -> bool:
    sharings = [one.sharing for one in reach] if now is None else now
    if len(sharings) != len(reach):
        return False
    return all(policy.relation(seat, s) >= one.needs for s, one in zip(sharings, reach, strict=True))


def _concerns(place: Place, notice: Notice) -> bool:
    """By role: a task is for who holds its role; all else for who sees the picture."""
    if notice.roles:
        return bool(set(notice.roles) & set(place.roles))
    return any(Permission.SEE in policy.ROLES.get(role, frozenset()) for role in place.roles)
