"""The present picture: every entity, open alert and open incident, and what changed since last asked.

Readings merge by ``kernel.state.merge``, alerts and incidents by version; JSON is made once per change. A
task with a distribution of its own is a thing of its own: so an incident's JSON is one for all who see it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from tocsin.incidents.seen import without
from tocsin.kernel.access import AccessRequest
from tocsin.kernel.advice import AdviceProgress, Consultation
from tocsin.kernel.decisions import Alert, AlertState, Incident, TaskCard, sharing_of
from tocsin.kernel.events import ObservationBatch
from tocsin.kernel.sharing import OPEN_TO_ALL, Level, Sharing
from tocsin.kernel.state import EntityState, merge

Kind = Literal["entities", "alerts", "incidents", "tasks", "requests", "advice", "status"]
Key = tuple[Kind, str]
#: to whom a thing is open: to those who see each of these; empty: to all who may see at all
Reach = tuple[Sharing, ...]


class Change(NamedTuple):
    """What became of a thing: its JSON, or None where it left the picture.

    ``lost``: to whom it was open before; those who see it no longer are told that it is gone.
    """

    raw: bytes | None
    reach: Reach = ()
    lost: tuple[Reach, ...] = ()


Changes = dict[Key, Change]
_NOTHING = Change(None)

KINDS: tuple[Kind, ...] = ("entities", "alerts", "incidents", "tasks", "requests", "advice")
Held = Alert | Incident | TaskCard | AccessRequest | Consultation
#: closed things stay on screens for a moment, so that people see the end and not a hole
LINGER_S = 1.0

_encode = msgspec.json.Encoder().encode


class Picture:
    """Not for several threads: one task merges and drains."""

    def __init__(self) -> None:
        self._entities: dict[str, EntityState] = {}
        self._alerts: dict[str, Alert] = {}
        self._incidents: dict[str, Incident] = {}
        self._tasks: dict[str, TaskCard] = {}
        self._requests: dict[str, AccessRequest] = {}
        self._advice: dict[str, Consultation] = {}
        #: as of the last drain, as is ``_json``
        self._reach: dict[Key, Reach] = {}
        self._json: dict[Kind, dict[str, bytes]] = {kind: {} for kind in KINDS}
        self._changed: dict[Key, None] = {}
        #: what is no longer in the picture and has been closed to somebody who may still hold it
        self._shut: Changes = {}
        #: deleted entities and when that was said
        self._ended: dict[str, datetime] = {}
        #: closed things and when (monotonic) they leave
        self._leaving: dict[Key, float] = {}

    def load(self, states: Iterable[EntityState]) -> None:
        """Take the stored context as the truth: what it does not hold is gone."""
        fresh = {state.id: state for state in states}
        for entity in self._entities.keys() - fresh.keys():
            self._changed[("entities", entity)] = None
        for entity, state in fresh.items():
            if self._entities.get(entity) != state:
                self._changed[("entities", entity)] = None
        self._entities = fresh

    def observe(self, batch: ObservationBatch) -> None:
        """Merge the readings of one envelope."""
        entities, changed, accepted_at = self._entities, self._changed, batch.accepted_at
        for observation in batch.observations:
            entity, at = observation.entity, observation.observed_at
            known = entities.get(entity)
            if known is None and (ended := self._ended.get(entity)) is not None and at <= ended:
                continue  # made before its deletion: it does not come back by that
            state = merge(known, observation, accepted_at)
            if state is not None:
                if known is not None and at <= known.observed_at and state.attributes == known.attributes:
                    continue  # history or a repeat: nothing to show
                entities[entity] = state
            else:
                self._ended[entity] = at
                if entities.pop(entity, None) is None:
                    continue
            changed[("entities", entity)] = None

    def alert(self, alert: Alert, was: Sharing | None = None) -> None:
        """As it stands now; an older version than the one shown changes nothing.

        ``was``: how it was shared before, where that has changed: who keeps a closed one lets go of it too.
        """
        known = self._alerts.get(alert.id)
        if known is None and alert.state is AlertState.CLOSED:
            self._closed_to(("alerts", alert.id), was, alert.sharing)
            return
        if known is None or known.version < alert.version:
            self._alerts[alert.id] = alert
            self._decided(("alerts", alert.id), closed=alert.state is AlertState.CLOSED)

    def incident(self, incident: Incident, was: Sharing | None = None) -> None:
        """As ``alert``."""
        known = self._incidents.get(incident.id)
        if known is None and incident.state == "closed":
            self._closed_to(("incidents", incident.id), was, incident.sharing)
            return
        if known is None or known.version < incident.version:
            self._incidents[incident.id] = incident
            self._decided(("incidents", incident.id), closed=incident.state == "closed")

    def request(self, request: AccessRequest) -> None:
        """As it stands now; a decided one stays for a moment."""
        known = self._requests.get(request.id)
        if known is None and request.state != "open":
            return
        if known is None or known.version < request.version:
            self._requests[request.id] = request
            self._decided(("requests", request.id), closed=request.state != "open")

    def advice(self, consultation: Consultation) -> None:
        """As it stands now; it leaves with its incident."""
        if consultation.incident not in self._incidents:
            return  # answered after its end
        known = self._advice.get(consultation.id)
        if known is None or known.version < consultation.version:
            self._advice[consultation.id] = consultation
            self._changed[("advice", consultation.id)] = None

    def progress(self, told: AdviceProgress) -> None:
        """How far an advisor is: shown while it is asked, kept by nobody."""
        known = self._advice.get(told.id)
        if known is not None and known.state == "asked":
            self._advice[told.id] = replace(known, share=told.share, progress=told.words)
            self._changed[("advice", told.id)] = None

    def _closed_to(self, key: Key, was: Sharing | None, now: Sharing) -> None:
        if was is not None:
            self._shut[key] = Change(None, (now,), (*self._shut.get(key, _NOTHING).lost, (was,)))

    def _decided(self, key: Key, *, closed: bool) -> None:
        self._changed[key] = None
        if closed:
            self._leaving[key] = time.monotonic() + LINGER_S
        else:
            self._leaving.pop(key, None)

    def due(self) -> bool:
        """Is there anything to drain?"""
        over = any(at <= time.monotonic() for at in self._leaving.values())
        return bool(self._changed or self._shut) or over

    def drain(self) -> Changes:
        """What changed since the last call, each once, newest only."""
        changes: Changes = {**self._shut}
        self._shut.clear()
        now = time.monotonic()
        for key in [key for key, at in self._leaving.items() if at <= now and key not in self._changed]:
            del self._leaving[key]
            self._held(key[0]).pop(key[1], None)
            self._changed[key] = None
        for kind, name in list(self._changed):
            if kind == "incidents":
                self._lay_out_tasks(name)
                self._turn_advice(name)
        for key in self._changed:
            kind, name = key
            held = self._held(kind).get(name)
            if held is not None:
                raw = self._json[kind][name] = _encode(_common(held))
                changes[key] = Change(raw) if kind == "entities" else self._opened(key, raw, held)
            elif self._json[kind].pop(name, None) is not None:
                changes[key] = Change(None, self._reach.pop(key, ()))
        self._changed.clear()
        return changes

    def _opened(self, key: Key, raw: bytes, held: Held) -> Change:
        before, reach = self._reach.get(key), self._open_to(held)
        self._reach[key] = reach
        return Change(raw, reach, () if before is None or before == reach else (before,))

    def _lay_out_tasks(self, name: str) -> None:
        """Cards of the incident's tasks that have a distribution of their own; others lose theirs."""
        incident = self._incidents.get(name)
        cards = {f"{name}/{card.task.id}": card for card in _cards(incident)} if incident else {}
        for key in [key for key in self._tasks if key.startswith(f"{name}/") and key not in cards]:
            del self._tasks[key]
            self._changed[("tasks", key)] = None
        for key, card in cards.items():
            # told anew also where the card is the same: the incident's sharing narrows its own
            self._tasks[key] = card
            self._changed[("tasks", key)] = None

    def _turn_advice(self, name: str) -> None:
        """Advice is open as its incident is, and leaves with it."""
        gone = name not in self._incidents
        for key in [c.id for c in self._advice.values() if c.incident == name]:
            if gone:
                del self._advice[key]
            self._changed[("advice", key)] = None

    def _open_to(self, held: Held) -> Reach:
        match held:
            case Alert() | Incident():
                return (held.sharing,)
            case TaskCard():
                incident = self._incidents[held.incident]
                return (incident.sharing, sharing_of(incident, held.task))
            case Consultation():
                return self._advice_open_to(held)
            case AccessRequest():
                return (Sharing(held.owner, Level.NAMED, (held.room,)) if held.owner else OPEN_TO_ALL,)

    def _advice_open_to(self, held: Consultation) -> Reach:
        incident = self._incidents[held.incident]
        tasks = [task for task in incident.tasks if task.id == held.task]
        return (incident.sharing, *(sharing_of(incident, task) for task in tasks))

    def _held(self, kind: Kind) -> dict[str, Any]:
        match kind:
            case "entities":
                return self._entities
            case "alerts":
                return self._alerts
            case "incidents":
                return self._incidents
            case "tasks":
                return self._tasks
            case "advice":
                return self._advice
            case _:
                return self._requests

    def reach(self, key: Key) -> Reach:
        """To whom a thing is open, as of the last drain."""
        return self._reach.get(key, ())

    def all(self, kind: Kind) -> Mapping[str, bytes]:
        """JSON by id of everything of a kind, as of the last drain."""
        return self._json[kind]

    def counts(self) -> Sequence[int]:
        return [len(self._json[kind]) for kind in KINDS]


def _cards(incident: Incident) -> Iterable[TaskCard]:
    for place, task in enumerate(incident.tasks):
        if task.sharing is not None:
            yield TaskCard(incident.id, place, task, tuple(e for e in incident.log if task.id in e.tasks))


def _common(held: Any) -> Any:
    """What all who see a thing see of it."""
    if isinstance(held, Incident):
        return without(held, [task for task in held.tasks if task.sharing is not None])
    return held
