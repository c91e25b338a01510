"""Values of the city as it is now that are past the term of their class."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from tocsin.context.repository import Gone
from tocsin.context.stage import Context
from tocsin.kernel.events import Value
from tocsin.kernel.state import EntityState
from tocsin.privacy.classes import ENTITY_ID, Classes
from tocsin.privacy.forgetting import Term
from tocsin.privacy.shield import PREFIX


class ContextShelf:
    """``known``: attributes that a model knows, by type; ``"*"`` those of all types."""

    name = "context"

    def __init__(self, context: Context, classes: Classes, known: Mapping[str, Collection[str]]) -> None:
        self._context, self._classes, self._known = context, classes, known

    def terms(self, now: datetime) -> Sequence[Term]:
        return [
            Term(
                named.id, named.rule.words, named.rule.class_, named.rule.purpose, now - named.keep("context")
            )
            for named in (*self._classes.rules, self._classes.default)
            if named.rule.class_ != "none"
        ]

    async def due(self, term: Term) -> int:
        return await self._context.expired(
            lambda type_name, name: self._under(type_name, name, term.rule),
            lambda state: self._without(state, term),
        )

    async def forget(self, term: Term) -> int:
        return await self._context.forget(
            lambda type_name, name: self._under(type_name, name, term.rule),
            lambda state: self._without(state, term),
        )

    async def settle(self) -> None:
        """Freed pages were overwritten with the deletion itself."""

    def _under(self, type_name: str, name: str, rule: str) -> bool:
        known = name in self._known.get(type_name, ()) or name in self._known.get("*", ())
        return any(held.id == rule for held in self._classes.holding(type_name, name, known))

    def _without(self, state: EntityState, term: Term) -> tuple[EntityState | Gone, int] | None:
        """What is left of an entity, and how many of its values go; None where nothing does."""
        own_id = self._classes.named(state.type, ENTITY_ID)
        if own_id is not None and own_id.id == term.rule:
            if state.observed_at >= term.before:
                return None
            return Gone(state.type, state.observed_at), max(1, len(state.attributes))
        past = {
            name
            for name, held in state.attributes.items()
            if held.observed_at < term.before
            and self._under(state.type, name, term.rule)
            and (term.rule != self._classes.default.id or _is_pseudonym(held.value))
        }
        if not past:
            return None
        left = {name: held for name, held in state.attributes.items() if name not in past}
        return msgspec.structs.replace(
            state, attributes=left, name=None if "name" in past else state.name
        ), len(past)


def _is_pseudonym(value: Value) -> bool:
    return isinstance(value, str) and value.startswith(PREFIX)
