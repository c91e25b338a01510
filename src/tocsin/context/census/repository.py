"""Entities counted by type, and the attributes that each type reports now."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select

from tocsin.context.repository import entities, entity_values
from tocsin.db import Connection


class Kind(msgspec.Struct, frozen=True):
    """``texts``: which of ``attributes`` hold words; others hold numbers, yes or no."""

    type: str
    entities: int
    attributes: tuple[str, ...]
    texts: tuple[str, ...]


def census(conn: Connection) -> list[Kind]:
    """By type, in order of its name; deleted entities are not counted."""
    e, v = entities.c, entity_values.c
    counted = conn.execute(
        select(e.type, func.count()).where(e.doc.is_not(None)).group_by(e.type).order_by(e.type)
    ).all()
    seen = conn.execute(
        select(e.type, v.name, func.count(v.text))
        .join_from(entities, entity_values, v.entity == e.id)
        .where(e.doc.is_not(None))
        .group_by(e.type, v.name)
        .order_by(e.type, v.name)
    ).all()
    return [
        Kind(
            type_name,
            int(count),
            tuple(name for kind, name, _ in seen if kind == type_name),
            tuple(name for kind, name, texts in seen if kind == type_name and texts),
        )
        for type_name, count in counted
    ]
