"""Runs a tool over its fixtures in a process of its own and prints a digest of what it said.

``python -m tocsin.sdk.rerun FOLDER PACKAGE [advice]``; the laws of sameness do so under other hash
seeds.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec

from tocsin.kernel.events import Finding


def digest(findings: Mapping[str, Sequence[Finding]]) -> str:
    """One line over all findings of all fixtures."""
    return digest_of(findings)


def digest_of(said: Mapping[str, object]) -> str:
    return blake2b(msgspec.msgpack.encode(dict(said), order="sorted"), digest_size=16).hexdigest()


def main(folder: str, package: str, half: str = "") -> None:
    from tocsin.sdk.checks_advice_case import AdviceCase
    from tocsin.sdk.checks_case import Case
    from tocsin.sdk.discover import read_folder

    inside = None if package.startswith("tocsin_tools_") else package.rsplit(".", 1)[0]
    tool = read_folder(Path(folder), inside)
    said = AdviceCase(tool).answered if half == "advice" else Case(tool).baseline
    sys.stdout.write(digest_of(said) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
