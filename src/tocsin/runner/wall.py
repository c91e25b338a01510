"""The status of one hosted tool, in the words of the status wall."""

from __future__ import annotations

import time

from tocsin.runner.host import Host
from tocsin.sdk.discover import BrokenFolder
from tocsin.sdk.status import ToolState, ToolStatus

#: Without a reading for so long a tool is called silent: it can see nothing.
SILENT_S = 300.0
#: Behind the log by more than this it is degraded.
LAG_S = 10.0


def status(host: Host, last: int) -> ToolStatus:
    """``last``: the newest sequence of the log."""
    manifest, feeder = host.folder.manifest, host.feeder
    behind = max(0, last - host.seq) if feeder is not None else 0
    p95 = host.timed.p95_ms if host.timed is not None else 0.0
    state, words = _words(host, behind, p95)
    return ToolStatus(
        id=host.id,
        title=manifest.title,
        claim=manifest.claim,
        version=manifest.version,
        capability=manifest.capability,
        state=state,
        words=words,
        lag_s=round(host.lag_s(), 2) if behind else 0.0,
        lag_items=behind,
        observe_p95_ms=round(p95, 3),
        budget_ms=manifest.budget.observe_ms,
        findings=feeder.episodes.told if feeder else 0,
        last_finding_at=feeder.episodes.last_told_at if feeder else None,
        entities=feeder.entities if feeder else 0,
        restarts=host.restarts,
        advises_a_person=manifest.advises_a_person,
        personal_data=manifest.personal_data,
        params=host.params,
        panels=host.folder.panels,
        guide_md=host.folder.guide_md,
        answers=manifest.advice.answers if manifest.advice else "",
    )


def broken_status(folder: BrokenFolder) -> ToolStatus:
    """A folder that is not fit to be a tool."""
    return ToolStatus(
        id=folder.id,
        title=folder.id,
        claim="",
        version="",
        capability="",
        state="out of service",
        words=folder.reason,
    )


def _words(host: Host, behind: int, p95_ms: float) -> tuple[ToolState, str]:
    if host.out:
        return "out of service", f"{host.out}. Mend it, then: tocsin tool restart {host.id}"
    feeder = host.feeder
    if feeder is None:
        if host.strikes.count:
            return "degraded", f"starts again after failure {host.strikes.count}: {host.strikes.reason}"
        return "degraded", "starting"
    trouble: list[str] = []
    if behind and host.lag_s() > LAG_S:
        trouble.append(f"{host.lag_s():.0f} s behind, catching up")
    if host.recent_flood(time.monotonic()):
        kinds = ", ".join(f"{n} {k}" for k, n in sorted(feeder.episodes.flooded_kinds.items())[:3])
        trouble.append(f"says too much: {feeder.episodes.flooded} findings held back ({kinds})")
    if host.timed is not None and host.timed.over(host.folder.manifest.budget.observe_ms):
        trouble.append(f"over its time budget: {p95_ms:.1f} of {host.folder.manifest.budget.observe_ms:g} ms")
    if feeder.dropped_ahead:
        trouble.append(f"{feeder.dropped_ahead} readings with clocks ahead not taken")
    trouble += host.notes
    if trouble:
        return "degraded", "; ".join(trouble)
    if time.monotonic() - host.taken_at > SILENT_S:
        return "silent", f"no reading for {(time.monotonic() - host.taken_at) / 60:.0f} min"
    late = f", {feeder.fed_history} as history" if feeder.fed_history else ""
    return "working", f"{feeder.entities} sensors, {feeder.fed} readings{late}"
