"""Which roles go with which purpose of a look at personal or sensitive data. A rule that people can read."""

from __future__ import annotations

from tocsin.audit.record import Entry
from tocsin.identity.policy import ROLES

#: purposes that one kind of office has; any other goes with any role
OFFICES: dict[str, frozenset[str]] = {
    "oversight": frozenset({"ethics officer"}),
    "disclosure": frozenset({"ethics officer"}),
    "administration": frozenset({"administrator"}),
}


def fits(entry: Entry) -> bool:
    """Whether who looked held, at that moment, a role that goes with the purpose.

    A token fits what is no office's: its scopes were given by an administrator. Nobody's role (the command
    line, an account without one) fits nothing.
    """
    if entry.capacity.startswith("token:"):
        return entry.purpose not in OFFICES
    held = set(entry.capacity.split(", ")) & ROLES.keys()
    return bool(held & OFFICES.get(entry.purpose, frozenset(ROLES)))
