"""``python -m tocsin.incidents.procedures FILE ...``: is it a procedure, and what does it ask of whom?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tocsin.incidents.procedures.load import read_file
from tocsin.incidents.procedures.model import Procedure
from tocsin.kernel.errors import Invalid


def describe(procedure: Procedure) -> str:
    """One line a step, in reading order."""
    lines = [f"{procedure.title} ({procedure.id} version {procedure.version}): {len(procedure.steps)} steps"]
    for step in procedure.steps:
        after = f" after {', '.join(step.needs)}" if step.needs else ""
        lines.append(f"  {step.id}: {step.title} ({step.role}, {step.minutes} min){after}")
        answers = step.decision.answers if step.decision else ()
        lines += [f"    {answer.answer} -> {', '.join(answer.leads_to)}" for answer in answers]
    return "\n".join(lines)


def main(files: Sequence[str]) -> int:
    """0 if all are right."""
    wrong = 0
    for file in files:
        try:
            sys.stdout.write(describe(read_file(Path(file))) + "\n")
        except Invalid as error:
            wrong += 1
            sys.stderr.write(f"{error}\n")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
