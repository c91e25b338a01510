"""Which claim of a provider gives which roles where: a table that people write and read.

# claim value -> organisation -> roles
[soc-operators]
control-room = ["operator"]

["/city/it"]
it-soc = ["cyber", "analyst"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.identity.policy import ROLES
from tocsin.kernel.errors import Misconfigured

#: (organisation, role)
Right = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RoleTable:
    """``rights``: what each value of the claim gives."""

    rights: Mapping[str, frozenset[Right]] = field(default_factory=dict)

    @classmethod
    def parse(cls, toml: str, where: str = "roles") -> RoleTable:
        """Raises ``Misconfigured`` naming the place; ``where`` is how the file is called."""
        try:
            given = tomllib.loads(toml)
        except tomllib.TOMLDecodeError as error:
            raise Misconfigured(f"{where} is not valid TOML: {error}", cure="mend that line") from error
        return cls({value: frozenset(_rights(value, rooms, where)) for value, rooms in given.items()})

    def given(self, claims: Mapping[str, Any], claim: str) -> frozenset[Right]:
        """What these claims come to. ``claim``: a name, or a path like ``realm_access.roles``."""
        return frozenset().union(*(self.rights.get(value, frozenset()) for value in values(claims, claim)))


def values(claims: Mapping[str, Any], claim: str) -> tuple[str, ...]:
    """The texts of a claim, a single one or a list of them; none where it is absent or something else.

    A claim that is called by the whole path (as URLs are) is taken before the path is followed.
    """
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return (found,)
    return tuple(v for v in found if isinstance(v, str)) if isinstance(found, list) else ()


def _rights(value: str, rooms: object, where: str) -> list[Right]:
    if not isinstance(rooms, dict) or not rooms:
        raise Misconfigured(
            f"{where}: a claim value is a section of organisations",
            field=value,
            value=rooms,
            cure='for example [soc-operators] and below it: police = ["operator"]',
        )
    found = []
    for organisation, roles in rooms.items():
        if not isinstance(roles, list) or not roles or not all(isinstance(r, str) for r in roles):
            raise Misconfigured(
                f"{where}: roles are a list of words",
                field=f"{value}.{organisation}",
                value=roles,
                cure='for example ["operator"]',
            )
        for role in roles:
            if role not in ROLES:
                raise Misconfigured(
                    f"{where}: no such role",
                    field=f"{value}.{organisation}",
                    value=role,
                    cure=f"one of {', '.join(ROLES)}",
                )
            found.append((organisation, role))
    return found
