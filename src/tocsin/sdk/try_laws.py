"""``python -m tocsin.sdk.try_laws FOLDER``: every law on a tool folder wherever it lies; 1 on a breach."""

from __future__ import annotations

import sys
from pathlib import Path

from tocsin.kernel.errors import Invalid
from tocsin.sdk.checks import Verdict, check_tool
from tocsin.sdk.discover import read_folder


def lines(verdicts: list[Verdict]) -> list[str]:
    """One line a law; the breach where there is one."""
    return [f"{'BROKEN' if v.breach else 'holds '}  {v.law:20} {v.breach or v.words}" for v in verdicts]


def main(folders: list[str]) -> int:
    broken = False
    for name in folders:
        try:
            verdicts = check_tool(read_folder(Path(name).resolve()))
        except Invalid as error:
            sys.stdout.write(f"{name}: {error}\n")
            broken = True
            continue
        sys.stdout.write("\n".join([name, *lines(verdicts)]) + "\n")
        broken = broken or any(v.breach for v in verdicts)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
