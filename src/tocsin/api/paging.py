"""Pages: one item more is read than shown, so that ``next`` is null exactly at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from tocsin.api.schemas import Page

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=500)]


def page(items: Sequence[T], limit: int, mark: Callable[[T], str]) -> Page[T]:
    """A page of the first ``limit`` of up to ``limit + 1`` items; ``mark`` makes the cursor of an item."""
    shown = list(items[:limit])
    return Page(items=shown, next=mark(shown[-1]) if len(items) > limit else None)
