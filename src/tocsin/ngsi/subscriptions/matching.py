"""Which subscriptions a change is for (clause 5.8.6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tocsin.context.journal.repository import ANY
from tocsin.ngsi.model.write import Shape
from tocsin.ngsi.query import QueryIndex
from tocsin.ngsi.store.names import short
from tocsin.ngsi.subscriptions.changes import Moved
from tocsin.ngsi.subscriptions.model import USUAL_TRIGGERS, Subscription
from tocsin.ngsi.subscriptions.notification import joined
from tocsin.ngsi.subscriptions.reading import queries

#: ``entityUpdated`` stands for these three
_OF_UPDATE = frozenset(("attributeCreated", "attributeUpdated", "attributeDeleted"))


class Rule:
    """One subscription, read once. ``types``, ``ids``: what the journal may be narrowed by; None: nothing."""

    def __init__(self, one: Subscription) -> None:
        body = one.body
        self.subscription = one
        #: made when the first notification is, for the terms of its context
        self.shape: Shape | None = None
        self.queries = queries(body, one.names)
        self.join = joined(one.notification)
        watched = body.get("watchedAttributes")
        self.watched: frozenset[str] | None = None if watched is None else frozenset(watched)
        self.triggers = frozenset(body.get("notificationTrigger", USUAL_TRIGGERS))
        hints = [query.hints for query in self.queries]
        self.types: frozenset[str] | None = None
        if all(hint.types is not None for hint in hints):
            self.types = frozenset(short(iri) for hint in hints for iri in hint.types or ())
        self.ids: frozenset[str] | None = None
        if all(hint.ids is not None for hint in hints):
            self.ids = frozenset(one for hint in hints for one in hint.ids or ())

    @property
    def watches(self) -> Collection[str]:
        """Names of types as the journal's gate knows them."""
        return (ANY,) if self.types is None else self.types

    def fires(self, moved: Moved) -> bool:
        """Whether one of its triggers is what happened, to something that it watches."""
        triggers, watched = self.triggers, self.watched
        if moved.after is None:
            if "attributeDeleted" in triggers and _overlaps(watched, moved.deleted):
                return True
            return "entityDeleted" in triggers and _meets(watched, moved.deleted)
        if moved.before is None and "entityCreated" in triggers and _meets(watched, moved.created):
            return True
        if moved.before is not None and "entityUpdated" in triggers and _meets(watched, moved.touched):
            return True
        return (
            ("attributeCreated" in triggers and _overlaps(watched, moved.created))
            or ("attributeUpdated" in triggers and _overlaps(watched, moved.updated))
            or ("attributeDeleted" in triggers and _overlaps(watched, moved.deleted | moved.thinned))
        )

    def matches(self, moved: Moved) -> bool:
        """By itself, without an index."""
        return self.fires(moved) and any(query.matches(moved.entity) for query in self.queries)

    def tells_deletions(self) -> bool:
        """Whether attributes that went are named in what it is told."""
        return not self.triggers.isdisjoint(("attributeDeleted", "entityUpdated"))


class Matcher:
    """All active subscriptions that wait for changes; each change is shown to the few that it may be for."""

    def __init__(self) -> None:
        self._index: QueryIndex[str] = QueryIndex()
        self._rules: dict[str, Rule] = {}

    def __len__(self) -> int:
        return len(self._rules)

    def put(self, rule: Rule) -> None:
        """New, or in the place of the one with the same id."""
        key = rule.subscription.id
        self.drop(key)
        self._rules[key] = rule
        for query in rule.queries:
            self._index.add(key, query, rule.watched)

    def drop(self, key: str) -> None:
        if self._rules.pop(key, None) is not None:
            self._index.remove(key)

    def matching(self, moved: Moved, now: datetime) -> list[str]:
        """Ids of those that are to be told of it."""
        if not self._rules:
            return []
        found = self._index.matching(moved.entity, moved.touched)
        rules = self._rules
        return [
            key
            for key in found
            if rules[key].fires(moved) and rules[key].subscription.status(now) == "active"
        ]


def _overlaps(watched: frozenset[str] | None, what: frozenset[str]) -> bool:
    return bool(what) if watched is None else not watched.isdisjoint(what)


def _meets(watched: frozenset[str] | None, what: frozenset[str]) -> bool:
    """An entity as a whole is met where nothing in particular is watched."""
    return watched is None or not watched.isdisjoint(what)
