"""A driver's complaint in our words: what happened, what was kept, what to do."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tocsin.kernel.errors import Invalid, Misconfigured, TocsinError, Unavailable

#: result codes of SQLite (https://www.sqlite.org/rescode.html), the first word of their names; five signs
#: are of PostgreSQL (https://www.postgresql.org/docs/current/errcodes-appendix.html)
_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED")
_UNUSABLE = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
_DISK = ("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")


def translate(error: DBAPIError | PoolTimeout, where: str) -> TocsinError | None:
    """The refusal that ``error`` stands for; None where it is a defect (bad SQL, broken constraint)."""
    if isinstance(error, PoolTimeout):
        return Unavailable(f"all readers of {where} are busy; nothing was read", cure="try again")
    original = error.orig
    name = getattr(original, "sqlite_errorname", "")
    state = getattr(original, "sqlstate", None)
    if name.startswith(_LOCKED) or state == "55P03":
        return Unavailable(
            f"{where} is locked by another process; nothing was changed",
            cure="try again; if it lasts, find who holds the file open (a backup, a shell) and end it",
        )
    if name.startswith("SQLITE_FULL") or state == "53100":
        return Unavailable(
            f"no room on the disk of {where}; nothing was changed", cure="make room, then try again"
        )
    if name.startswith(_UNUSABLE):
        return Misconfigured(
            f"{where} is not a whole database file",
            field="database",
            value=where,
            cure="put the file aside and bring back a backup",
        )
    if name.startswith(_DISK):
        return Unavailable(
            f"{where} cannot be read or written ({original}); nothing was changed",
            cure="look at the disk and at the rights of the state folder, then try again",
        )
    if state == "25006":
        return Unavailable(
            f"{where} cannot be written; nothing was changed",
            cure="a standby answers there: give the address of the server that takes writes",
        )
    if type(original).__name__ == "DataError" and "NUL" in str(original):
        return Invalid("a text holds the character NUL; nothing was changed", cure="leave it out")
    if error.connection_invalidated or (not name and type(original).__name__ == "OperationalError"):
        return Unavailable(
            f"{where} does not answer ({original}); nothing was changed",
            cure="see that the database server runs, then try again",
        )
    return None
