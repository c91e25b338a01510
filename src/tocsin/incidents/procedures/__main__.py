"""``python -m tocsin.incidents.procedures FILE ...``: is it a procedure, and what does it ask of whom?

Its translations, in the folders beside it, are looked at too: a text that is missing fails.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tocsin.incidents.procedures.load import read_file
from tocsin.incidents.procedures.model import Procedure
from tocsin.incidents.procedures.words import (
    check_translation,
    language_of,
    read_translation,
    translations_in,
)
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


def translations(file: Path, procedure: Procedure) -> Iterator[str]:
    """The languages that it is translated into. Raises ``Invalid`` where one misses a text."""
    for path in translations_in(file.parent):
        if path.name == file.name:
            check_translation(path, read_translation(path), procedure)
            yield language_of(path)


def main(files: Sequence[str]) -> int:
    """0 if all are right."""
    wrong = 0
    for file in files:
        try:
            procedure = read_file(Path(file))
            spoken = list(translations(Path(file), procedure))
            sys.stdout.write(describe(procedure) + "\n")
            sys.stdout.write(f"  in {', '.join([procedure.language, *spoken])}\n")
        except Invalid as error:
            wrong += 1
            sys.stderr.write(f"{error}\n")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
