"""The record of a state folder from the command line: is it whole, and a copy of it for another machine."""

from __future__ import annotations

from pathlib import Path

from tocsin.app.databases import opened
from tocsin.audit import beside, export, service
from tocsin.audit.keys import FOLDER, PUBLIC, PublicKey, signing_key
from tocsin.audit.record import entry
from tocsin.audit.verify import Verdict, judge_state
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Conflict


def verify_state(state: Path, key: Path | None = None) -> Verdict:
    """The record of a state folder, running or not. Raises ``Misconfigured`` where there is none."""
    with opened(state) as (_, ops):
        public = PublicKey.load(key or state / FOLDER / PUBLIC)
        return judge_state(ops, state / beside.NAME, public)


def verify_export(file: Path, key: Path | None = None) -> Verdict:
    """A file that ``export_state`` made, on any machine."""
    return export.verify(file, PublicKey.load(key) if key else None)


def export_state(state: Path, out: Path) -> int:
    """Write the whole record to ``out``; how many rows. The export is itself recorded, and signed to its end.

    Raises ``Conflict`` where the file exists.
    """
    if out.exists():
        raise Conflict("there is such a file already", field="file", value=out, cure="give another name")
    now = WallClock().now()
    with opened(state) as (_, ops):
        key, file = signing_key(state), state / beside.NAME
        made = entry(
            "audit.export",
            at=now,
            person="command line",
            object_kind="audit",
            object_id=out.name,
            purpose="disclosure",
        )
        ops.write_now(lambda conn: service.record(conn, made))
        service.sign_now(ops, key, file, now)
        return export.write(ops, file, key.public, out, now)


def told(verdict: Verdict) -> list[str]:
    """The verdict in lines for a person: what was looked at, then every fault, then what is worth knowing."""
    report = verdict.report
    lines = [
        f"{'whole' if verdict.whole else 'NOT WHOLE'}: {report.rows} rows up to row {report.head.seq}, "
        f"signed up to row {report.sealed}, key {verdict.fingerprint}"
    ]
    if verdict.cut:
        lines.append(f"rows 1 to {verdict.cut} were cut when their time was over (signed)")
    lines += [f"{fault.kind}: {fault.words}" for fault in verdict.faults]
    return lines + [f"note: {note}" for note in verdict.notes]
