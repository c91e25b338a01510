"""What the command line says of tools."""

from __future__ import annotations

from pathlib import Path

from tocsin.sdk.discover import discover


def describe_tools(extra: Path | None = None) -> list[str]:
    """A line for each tool found, and for each folder that means to be one and why it is not."""
    found = discover([extra] if extra else [])
    good = [f"{t.id}\t{t.manifest.version}\t{t.manifest.claim}" for t in found.tools]
    return good + [f"{b.id}\tBROKEN\t{b.reason}" for b in found.broken]
