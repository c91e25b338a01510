"""Write ``docs/reference`` from the code. ``--check`` only says what is out of date."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from tocsin import settings
from tocsin.kernel import errors, subjects
from tocsin.sdk.discover import discover

OUT = Path(__file__).resolve().parent.parent / "docs" / "reference"
NOTE = "<!-- Made by `make reference` from the code; do not edit. -->\n"


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def settings_page() -> str:
    rows: list[tuple[object, ...]] = [
        (f"`{name}`", f"`{default!r}`", unit, means) for name, default, unit, means in settings.listing()
    ]
    return (
        "# Settings\n\nIn `tocsin.toml` of the state folder (`[section]`, then `name = value`), or as\n"
        "a variable of the environment: `http.port` is `TOCSIN_HTTP_PORT`. Unknown names are refused.\n\n"
        + table(("name", "default", "unit", "meaning"), rows)
    )


def subjects_page() -> str:
    rows: list[tuple[object, ...]] = [
        (f"`{s.pattern}`", s.stream, s.publisher, ", ".join(s.readers), s.carries) for s in subjects.SUBJECTS
    ]
    asked: list[tuple[object, ...]] = [
        (f"`{q.subject}`", q.by, ", ".join(q.askers), q.carries) for q in subjects.QUESTIONS
    ]
    ranks = ", ".join(f"{name} {rank}" for name, rank in subjects.RANKS.items())
    return (
        "# Subjects on the bus\n\nOne publisher each; a stage reads only what lower ranks publish.\n\n"
        f"Ranks: {ranks}.\n\n"
        + table(("subject", "stream", "publisher", "readers", "carries"), rows)
        + "\n\nQuestions are kept by nobody and have no rank.\n\n"
        + table(("question", "answered by", "asked by", "about"), asked)
    )


def errors_page() -> str:
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.TocsinError) and kind is not errors.TocsinError
    ]
    rows: list[tuple[object, ...]] = [
        (f"`{kind.kind}`", kind.status, inspect.getdoc(kind))
        for kind in sorted(kinds, key=lambda k: k.status)
    ]
    return (
        "# Refusals\n\nAnswers of `application/problem+json`: `type` ends in the kind; `field`, `value`\n"
        "and `cure` say what was wrong and what to do.\n\n" + table(("kind", "status", "meaning"), rows)
    )


def tools_page() -> str:
    parts = ["# Tools\n"]
    found = discover()
    if found.broken:
        raise SystemExit(f"{found.broken[0].path} is broken: {found.broken[0].reason}")
    for folder in found.tools:
        m = folder.manifest
        parts.append(
            f"## {m.title} (`{m.id}` {m.version})\n\n{m.claim}\n\n"
            f"Lateness {m.time.lateness_s:g} s, tick {m.time.tick_s:g} s, personal data: {m.personal_data}, "
            f"advises a person: {'yes' if m.advises_a_person else 'no'}. "
            f"[Guide](../../src/tocsin/tools/{m.id}/guide.md)\n\n"
            + table(("finding", "means"), [(f"`{e.kind}`", e.words) for e in m.emits])
        )
    return "\n".join(parts)


PAGES = {
    "settings.md": settings_page,
    "subjects.md": subjects_page,
    "errors.md": errors_page,
    "tools.md": tools_page,
}


def stale() -> list[str]:
    """Pages whose text differs from what the code says."""
    return [
        name
        for name, page in PAGES.items()
        if not (OUT / name).exists() or (OUT / name).read_text() != NOTE + page()
    ]


def main() -> None:
    if "--check" in sys.argv:
        if late := stale():
            sys.exit(f"docs/reference is out of date: {', '.join(late)}; run make reference")
        return
    OUT.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (OUT / name).write_text(NOTE + page())


if __name__ == "__main__":
    main()
