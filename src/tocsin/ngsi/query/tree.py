"""A query of clause 4.9 as a tree. ``str()`` of a part is text that reads back as the same part."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NamedTuple

from tocsin.ngsi.query.literals import Kind, Literal, Span


class Link(NamedTuple):
    """What is asked of the entities that a relationship leads to, of those of ``types`` if such are given."""

    path: Path
    types: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{','.join(self.types)}{':' if self.types else ''}{self.path}"


class Path(NamedTuple):
    """``names`` as written: attribute, sub-attributes or members; ``trail`` what stood in brackets, ``link``
    in braces.
    """

    names: tuple[str, ...]
    trail: tuple[str, ...] = ()
    link: Link | None = None

    @property
    def levels(self) -> int:
        """How many relationships it follows."""
        return 0 if self.link is None else 1 + self.link.path.levels

    def __str__(self) -> str:
        link = f"{{{self.link}}}" if self.link else ""
        return ".".join(self.names) + (f"[{'.'.join(self.trail)}]" if self.trail else "") + link


#: what stands behind an operator: nothing (existence), one value, several, a range, or a pattern's text
Operand = None | Literal | tuple[Literal, ...] | Span | str


@dataclass(frozen=True, slots=True)
class Term:
    """``operator`` is empty where the target's existence is asked for; a pattern's operand is its text."""

    path: Path
    operator: str = ""
    operand: Operand = None

    def __str__(self) -> str:
        return f"{self.path}{self.operator}{_written(self.operand)}"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return ";".join(f"({part})" if isinstance(part, And | Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return "|".join(f"({part})" if isinstance(part, And | Or) else str(part) for part in self.parts)


Node = And | Or | Term


def levels(node: Node) -> int:
    """How many relationships its longest path follows."""
    return node.path.levels if isinstance(node, Term) else max(map(levels, node.parts))


def _written(operand: Operand) -> str:
    if operand is None:
        return ""
    if isinstance(operand, str):
        return '"' + operand.replace('"', '\\"') + '"'
    if isinstance(operand, Span):
        return f"{_literal(operand.low)}..{_literal(operand.high)}"
    if isinstance(operand, Literal):
        return _literal(operand)
    return ",".join(map(_literal, operand))


def _literal(literal: Literal) -> str:
    return json.dumps(literal.written) if literal.kind is Kind.TEXT else literal.written
