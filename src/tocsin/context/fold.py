"""Folding a batch of readings into what is known: many readings of an entity become one write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tocsin.context.journal.folding import Step
from tocsin.context.repository import Changes, Gone, Known
from tocsin.kernel.events import ObservationBatch
from tocsin.kernel.state import EntityState, merge


def touched(batches: Iterable[ObservationBatch]) -> set[str]:
    """Entities that the batches speak of."""
    return {o.entity for batch in batches for o in batch.observations}


def fold(
    known: Mapping[str, Known],
    batches: Iterable[ObservationBatch],
    steps: list[Step] | None = None,
) -> dict[str, EntityState | Gone]:
    """State after the batches of every entity whose state they changed, by the kernel's rule of *newer*.

    ``known`` holds every touched entity (None: never heard of). A deleted entity returns only with a reading
    made after the deletion. ``steps`` is given each change by itself, one after the other.
    """
    after: dict[str, EntityState | Gone] = {}
    for batch in batches:
        accepted_at = batch.accepted_at
        for observation in batch.observations:
            entity = observation.entity
            before = after.get(entity) or known[entity]
            if isinstance(before, Gone):
                if observation.observed_at <= before.at:
                    continue
                before = None
            merged = merge(before, observation, accepted_at)
            if merged is not None:
                if before is None or not _same(before, merged):
                    after[entity] = merged
                    if steps is not None:
                        steps.append((before, merged))
            elif observation.kind == "delete":
                gone = after[entity] = Gone(observation.type, observation.observed_at)
                if steps is not None and before is not None:
                    steps.append((before, gone))
    return after


def _same(before: EntityState, merged: EntityState) -> bool:
    """Whether a reading told nothing: a duplicate, or history older than all that is known."""
    return before.observed_at == merged.observed_at and before.attributes == merged.attributes


def changes(known: Mapping[str, Known], after: Mapping[str, EntityState | Gone]) -> Changes:
    """What must be written to come from ``known`` to ``after``; values that stayed the same are left out."""
    out = Changes()
    for entity, state in after.items():
        before = known[entity]
        if isinstance(state, Gone):
            out.gone[entity] = state
            out.cleared.append(entity)
            continue
        held = before.attributes if isinstance(before, EntityState) else {}
        if not held.keys() <= state.attributes.keys():  # deleted and back within one batch
            out.cleared.append(entity)
            held = {}
        rests = isinstance(before, EntityState) and (
            (before.type, before.lon, before.lat) == (state.type, state.lon, state.lat)
        )
        (out.rested if rests else out.placed).append(state)
        for name, attribute in state.attributes.items():
            old = held.get(name)
            if old is attribute:
                continue
            if old is None or old.value != attribute.value or type(old.value) is not type(attribute.value):
                out.values.append((entity, name, attribute.value))
    return out
