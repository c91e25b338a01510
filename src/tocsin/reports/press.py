"""The process that sets one document: JSON on standard input, PDF on standard output.

It holds one document and no way to any other: no network, no packages, no file but our template and
the fonts of this machine.
Its memory and time are limited by the kernel, whatever the document does to Typst.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Literal

import typst

from tocsin.observe.lifeline import tie_to_parent

_HERE = Path(__file__).parent
#: address space: Typst maps its own fonts; 5,000 rows need a tenth of it
MEMORY_BYTES = 2 * 2**30
#: processor time; the one who asked waits no longer than this either
CPU_S = 60


def main() -> None:
    tie_to_parent(patience_s=1.0)
    os.nice(10)  # screens come before paper
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    given = sys.stdin.buffer.read()
    sys.stdout.buffer.write(press(given.decode()))


def press(document: str) -> bytes:
    """Tagged PDF of a document in JSON (``document.Document``). Raises ``typst.TypstError``.

    PDF/UA-1 (ISO 14289-1) where every letter has a shape here; a name in a script that this machine has no
    font for is no reason to have no report, so then the same tags without the claim.
    """
    try:
        return _compiled(document, "ua-1")
    except typst.TypstError:
        return _compiled(document, "1.7")


def _compiled(document: str, standard: Literal["ua-1", "1.7"]) -> bytes:
    made = typst.compile(
        str(_HERE / "report.typ"),
        root=str(_HERE),
        font_paths=[str(_HERE / "fonts")],
        sys_inputs={"document": document},
        pdf_standards=standard,
    )
    assert isinstance(made, bytes)
    return made


if __name__ == "__main__":
    main()
