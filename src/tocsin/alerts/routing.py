"""Which room a new alert belongs to, and whom else it is open to: readable rules, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection
from importlib.resources import files
from pathlib import Path

import msgspec
import structlog

from tocsin.alerts.rules import Verdict, When
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.events import Finding
from tocsin.kernel.sharing import OPEN_TO_ALL, Level, Sharing

log = structlog.get_logger(__name__)

FILE = "routing.toml"
#: asked once for each new alert
Router = Callable[[Finding, Verdict], Sharing]


class To(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    room: str
    level: Level
    rooms: tuple[str, ...] = ()


class RoutingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``when.severity`` is that of the finding as its tool said it."""

    id: str
    words: str
    when: When
    gives: To


class Routing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[RoutingRule, ...]

    def among(self, standing: Collection[str]) -> Router:
        """The rules as they hold while these organisations stand.

        An alert for a room that is gone is open to all: seen by too many is better than by nobody.
        """

        def route(finding: Finding, _: Verdict) -> Sharing:
            rule = next(rule for rule in self.rule if rule.when.fits(finding))
            to = rule.gives
            if to.room and to.room not in standing:
                log.warning("alert_routed_to_no_room", rule=rule.id, room=to.room, finding=finding.id)
                return OPEN_TO_ALL
            rooms = tuple(sorted(room for room in to.rooms if room in standing))
            return Sharing(to.room, to.level, rooms)

        return route


def open_to_all(_finding: Finding, _verdict: Verdict) -> Sharing:
    return OPEN_TO_ALL


def read_routing(text: str | None = None) -> Routing:
    """The rules of ``text`` (TOML), ours where None. Raises ``Misconfigured`` naming rule and cure."""
    given = text if text is not None else files("tocsin.alerts").joinpath(FILE).read_text("utf-8")
    try:
        routing = msgspec.convert(tomllib.loads(given), Routing)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Misconfigured(
            f"the routing rules cannot be read: {error}", field=FILE, cure="mend the line named"
        ) from error
    _check(routing)
    return routing


def city_routing(state: Path) -> Routing:
    """The rules of the installation in this state folder. Raises ``Misconfigured``."""
    file = state / FILE
    try:
        return read_routing(file.read_text("utf-8") if file.exists() else None)
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"{file} cannot be read: {error}", field=FILE, cure="mend the file, or take it away"
        ) from error


def _check(routing: Routing) -> None:
    ids = [rule.id for rule in routing.rule]
    if len(set(ids)) != len(ids):
        raise Misconfigured("two routing rules share an id", field=FILE, cure="give each its own")
    if not routing.rule or routing.rule[-1].when != When():
        raise Misconfigured(
            "the last routing rule must fit everything", field=FILE, cure="end with a rule with when = {}"
        )
    for rule in routing.rule:
        if not rule.words.strip():
            raise _wrong(rule, "a rule without words explains nothing", "say it in a sentence")
        if not rule.gives.room and rule.gives.level in (Level.OWN, Level.NAMED):
            raise _wrong(rule, "no room owns it, and it is not open to all", "name a room, or 'all rooms'")
        if bool(rule.gives.rooms) and rule.gives.level is Level.OWN:
            raise _wrong(rule, "'own room' names no others", "use 'named rooms'")
        if not rule.gives.rooms and rule.gives.level is Level.NAMED:
            raise _wrong(rule, "'named rooms' needs one", "name a room")


def _wrong(rule: RoutingRule, words: str, cure: str) -> Misconfigured:
    return Misconfigured(f"routing rule {rule.id}: {words}", field=rule.id, cure=cure)
