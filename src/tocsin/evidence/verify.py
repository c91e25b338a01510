"""Is every piece of evidence still there, whole, and the very one that was entered?"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from tocsin.db import Database
from tocsin.evidence import repository
from tocsin.evidence.stream import PARTS
from tocsin.evidence.vault import Vault
from tocsin.kernel.errors import TocsinError


@dataclass(frozen=True, slots=True)
class Verdict:
    """``faults``: id of each piece that cannot be read, and why."""

    pieces: int
    faults: dict[str, str]


def verify(db: Database, vault: Vault) -> Verdict:
    """Decrypt everything, in memory, and compare it with its name. Blocks."""
    rows = db.read_now(repository.kept)
    faults = {}
    for row in rows:
        if fault := _fault(vault, row):
            faults[row.exhibit.id] = fault
    return Verdict(len(rows), faults)


def _fault(vault: Vault, row: repository.Row) -> str | None:
    if row.kept is None:
        return "it has no file"
    try:
        for part in PARTS:
            if (name := row.kept.names.get(part)) is None:
                continue
            digest = sha256()
            for chunk in vault.read(row.kept, part):
                digest.update(chunk)
            if vault.keys.name(row.kept.object_id, part, digest.digest()) != name:
                return f"its {part} file is another than the one that was entered"
    except TocsinError as error:
        return error.message
    return None
