"""The evidence of a state folder: its vault, its limits, and what is done to it from the command line."""

from __future__ import annotations

from pathlib import Path

import structlog

from tocsin.app.databases import opened
from tocsin.app.hosting import Place
from tocsin.db import Database
from tocsin.evidence import service
from tocsin.evidence.intake import MB, Intake, Limits
from tocsin.evidence.vault import Vault
from tocsin.evidence.verify import Verdict, verify
from tocsin.identity.recording import record
from tocsin.kernel.errors import Conflict

log = structlog.get_logger(__name__)


def vault_of(state: Path) -> Vault:
    vault = Vault(state)
    vault.prepare()
    return vault


def intake_of(place: Place, ops: Database) -> Intake:
    """For the door, which alone takes evidence in: first, what a kill left half done is destroyed."""
    vault, wanted = vault_of(place.state), place.settings.evidence
    try:
        if swept := service.sweep(ops, vault):
            log.warning("evidence_swept", orphans=swept)
    except Conflict as error:
        log.error("evidence_not_swept", reason=str(error))
    limits = Limits(
        picture_bytes=wanted.picture_mb * MB,
        file_bytes=wanted.file_mb * MB,
        quota_bytes=wanted.quota_gb * 1024 * MB,
    )
    return Intake(vault, limits)


def verify_state(state: Path) -> Verdict:
    """Every piece of a state folder, running or not. Raises ``Misconfigured`` where there is none."""
    with opened(state) as (_, ops):
        return verify(ops, vault_of(state))


def rotate(state: Path) -> int:
    """A fresh key-encryption key, the old one destroyed; how many keys were wrapped anew. It is recorded."""
    with opened(state) as (_, ops):
        wrapped = vault_of(state).keys.rotate()
        ops.write_now(
            lambda conn: record(
                conn, "command line", "evidence.rotate_keys", kind="evidence", detail={"wrapped": wrapped}
            )
        )
        return wrapped
