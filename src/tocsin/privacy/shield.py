"""Values of personal classes become keyed pseudonyms before an observation exists.

A pseudonym is ``p:`` and 20 hex digits: 80 bits of BLAKE2b (RFC 7693) under the key of its purpose and
period.
The same value gives the same pseudonym within one period of the time it was observed, another in the next
period, and another for another purpose. Nothing here can turn one back, and no store holds what could.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import blake2b

from tocsin.kernel.events import Attribute, Value
from tocsin.privacy.classes import ENTITY_ID, Classes, NamedRule
from tocsin.privacy.keys import Expired, Keys

PREFIX = "p:"
#: in an entity's id, where a URN's local part may hold no colon
ID_PREFIX = "p~"
_DIGEST = 10
_PERSON = b"tocsin.pseudonym"
#: pairs of type and source that are remembered before the memory is emptied: bounded against floods
_REMEMBERED = 20_000
_NAMES = 500

Doubts = list[tuple[str, float]]


class Plan:
    """What was decided about one type from one source: names that pass as they are, rules of the others."""

    __slots__ = ("clear", "id_rule", "open", "rules", "type")

    def __init__(
        self, type_name: str, clear: Collection[str], id_rule: NamedRule | None, *, open_: bool
    ) -> None:
        self.type = type_name
        self.clear = set(clear)
        self.rules: dict[str, NamedRule] = {}
        self.id_rule = id_rule
        #: the source's manifest says that it sends no personal data
        self.open = open_


class Shield:
    """Stands between a reading and its observation.

    ``known``: attributes that a model knows, by type; ``"*"`` those of every type. ``open_sources``: sources
    whose manifest says ``personal_data = "none"``: their texts that nobody knows pass as they are.
    """

    def __init__(
        self,
        classes: Classes,
        keys: Keys,
        *,
        known: Mapping[str, Collection[str]],
        open_sources: Collection[str] = (),
    ) -> None:
        self._classes, self._keys = classes, keys
        self._models = {type_name: frozenset(names) for type_name, names in known.items()}
        self._open = frozenset(open_sources)
        self._plans: dict[tuple[str, str], Plan] = {}

    def plan(self, type_name: str, source: str) -> Plan:
        """The decisions about a type from a source, made once."""
        return self._plans.get((type_name, source)) or self._new_plan(type_name, source)

    def entity(self, plan: Plan, entity: str, at: datetime, now: datetime) -> str:
        """The URN, its local part a pseudonym where the id is personal. Raises ``Expired``."""
        if plan.id_rule is None:
            return entity
        head, _, local = entity.rpartition(":")
        if plan.id_rule.rule.class_ == "sensitive":
            raise Expired("sensitive")
        return f"{head}:{ID_PREFIX}{self._made(plan.id_rule, local, at, now)}"

    def attributes(
        self, plan: Plan, given: tuple[Attribute, ...], at: datetime, now: datetime, doubts: Doubts
    ) -> tuple[Attribute, ...]:
        """The same attributes where all pass, which costs one look into a set each."""
        clear = plan.clear
        for attribute in given:
            if attribute.name not in clear:
                return tuple([self._protected(plan, a, at, now, doubts) for a in given])
        return given

    def _protected(
        self, plan: Plan, given: Attribute, at: datetime, now: datetime, doubts: Doubts
    ) -> Attribute:
        name, value = given.name, given.value
        if name in plan.clear:
            return given
        rule = plan.rules.get(name) or self._decide(plan, name)
        if rule is None or value is None:
            return given
        if rule is self._classes.default and type(value) is not str:
            return given
        if rule.rule.class_ == "sensitive":
            doubts.append((f"privacy: {name} is not taken in", 1.0))
            return Attribute(name, None)
        try:
            return Attribute(name, PREFIX + self._made(rule, _text(value), at, now))
        except Expired:
            doubts.append((f"privacy: {name} is older than its key", 1.0))
            return Attribute(name, None)

    def _made(self, rule: NamedRule, value: str, at: datetime, now: datetime) -> str:
        key = self._keys.key(rule.rule.purpose, at, now)
        return pseudonym(value, key, fold=rule.rule.fold)

    def _decide(self, plan: Plan, name: str) -> NamedRule | None:
        """For a name met for the first time; None: it passes."""
        rule = self._classes.named(plan.type, name)
        if rule is None and not plan.open and self._classes.default.rule.class_ != "none":
            rule = self._classes.default
        if len(plan.rules) + len(plan.clear) > _NAMES:  # a flood of made-up names: decide each time anew
            return rule if rule is not None and rule.rule.class_ != "none" else None
        if rule is None or rule.rule.class_ == "none":
            plan.clear.add(name)
            return None
        plan.rules[name] = rule
        return rule

    def _new_plan(self, type_name: str, source: str) -> Plan:
        if len(self._plans) > _REMEMBERED:
            self._plans.clear()
        known = self._models.get(type_name, frozenset()) | self._models.get("*", frozenset())
        id_rule = self._classes.named(type_name, ENTITY_ID)
        if id_rule is not None and id_rule.rule.class_ == "none":
            id_rule = None
        plan = Plan(type_name, (), id_rule, open_=source in self._open)
        for name in known:
            rule = self._classes.named(type_name, name)
            if rule is None or rule.rule.class_ == "none":
                plan.clear.add(name)
            else:
                plan.rules[name] = rule
        self._plans[type_name, source] = plan
        return plan


def pseudonym(value: str, key: bytes, *, fold: str) -> str:
    """20 hex digits, of the value as ``fold`` of its rule makes it."""
    if fold == "alnum":
        value = value.casefold()
        if not value.isalnum():
            value = "".join([c for c in value if c.isalnum()])
    digest = blake2b(value.encode("utf-8", "surrogatepass"), digest_size=_DIGEST, key=key, person=_PERSON)
    return digest.hexdigest()


def _text(value: Value) -> str:
    return value if isinstance(value, str) else repr(value)
