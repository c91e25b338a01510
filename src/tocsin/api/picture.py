"""The present picture: every entity, open alert and open incident, and what changed since last asked.

Readings merge by ``kernel.state.merge``, alerts and incidents by version; JSON is made once per change.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from tocsin.kernel.decisions import Alert, AlertState, Incident
from tocsin.kernel.events import ObservationBatch
from tocsin.kernel.sharing import Sharing
from tocsin.kernel.state import EntityState, merge

Kind = Literal["entities", "alerts", "incidents", "status"]
Key = tuple[Kind, str]
#: what became of a thing: its JSON, or None where it left the picture
Changes = dict[Key, bytes | None]

KINDS: tuple[Kind, ...] = ("entities", "alerts", "incidents")
#: closed things stay on screens for a moment, so that people see the end and not a hole
LINGER_S = 1.0

_encode = msgspec.json.Encoder().encode


class Picture:
    """Not for several threads: one task merges and drains."""

    def __init__(self) -> None:
        self._entities: dict[str, EntityState] = {}
        self._alerts: dict[str, Alert] = {}
        self._incidents: dict[str, Incident] = {}
        self._json: dict[Kind, dict[str, bytes]] = {kind: {} for kind in KINDS}
        self._changed: dict[Key, None] = {}
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

    def alert(self, alert: Alert) -> None:
        """As it stands now; an older version than the one shown changes nothing."""
        known = self._alerts.get(alert.id)
        if known is None and alert.state is AlertState.CLOSED:
            return
        if known is None or known.version < alert.version:
            self._alerts[alert.id] = alert
            self._decided(("alerts", alert.id), closed=alert.state is AlertState.CLOSED)

    def incident(self, incident: Incident) -> None:
        """As it stands now; an older version than the one shown changes nothing."""
        known = self._incidents.get(incident.id)
        if known is None and incident.state == "closed":
            return
        if known is None or known.version < incident.version:
            self._incidents[incident.id] = incident
            self._decided(("incidents", incident.id), closed=incident.state == "closed")

    def _decided(self, key: Key, *, closed: bool) -> None:
        self._changed[key] = None
        if closed:
            self._leaving[key] = time.monotonic() + LINGER_S
        else:
            self._leaving.pop(key, None)

    def due(self) -> bool:
        """Is there anything to drain?"""
        return bool(self._changed) or any(at <= time.monotonic() for at in self._leaving.values())

    def drain(self) -> Changes:
        """What changed since the last call, each once, newest only."""
        changes: Changes = {}
        now = time.monotonic()
        for key in [key for key, at in self._leaving.items() if at <= now and key not in self._changed]:
            del self._leaving[key]
            (self._alerts if key[0] == "alerts" else self._incidents).pop(key[1], None)
            self._changed[key] = None
        for key in self._changed:
            kind, name = key
            held = self._held(kind).get(name)
            if held is not None:
                changes[key] = self._json[kind][name] = _encode(held)
            elif self._json[kind].pop(name, None) is not None:
                changes[key] = None
        self._changed.clear()
        return changes

    def _held(self, kind: Kind) -> Mapping[str, EntityState | Alert | Incident]:
        if kind == "entities":
            return self._entities
        return self._alerts if kind == "alerts" else self._incidents

    def reach(self, key: Key) -> Sharing | None:
        """To whom a thing is open; asked for every thing that is about to be sent. None: to all who see."""
        kind, name = key
        held = (self._alerts if kind == "alerts" else self._incidents).get(name)
        return None if held is None else held.sharing

    def all(self, kind: Kind) -> Mapping[str, bytes]:
        """JSON by id of everything of a kind, as of the last drain."""
        return self._json[kind]

    def counts(self) -> Sequence[int]:
        return [len(self._json[kind]) for kind in KINDS]
