"""Write ``docs/reference`` from the code. ``--check`` only says what is out of date."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import msgspec

from tocsin import settings
from tocsin.incidents.procedures import library, model
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


def fields_of(part: type) -> list[tuple[object, ...]]:
    """Name, type, whether it may be left out, and meaning of each field of a procedure file's part."""
    rows: list[tuple[object, ...]] = []
    required = {field.name for field in msgspec.structs.fields(part) if field.required}
    components = msgspec.json.schema_components([part])[1]
    for name, shape in components[part.__name__]["properties"].items():
        means = shape.get("description", "")
        rows.append((f"`{name}`", shape_of(shape), "" if name in required else "may be absent", means))
    return rows


def shape_of(shape: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in shape:
        return f"[{(name := shape['$ref'].rsplit('/', 1)[1])}](#{name.lower()})"
    if "anyOf" in shape:
        return shape_of(next(one for one in shape["anyOf"] if one.get("type") != "null"))
    if "enum" in shape:
        return ", ".join(f"`{one}`" for one in shape["enum"])
    if shape.get("type") == "array":
        most = f", {shape['maxItems']} at most" if "maxItems" in shape else ""
        return f"list of {shape_of(shape['items'])}{most}"
    if shape.get("type") == "integer":
        return f"whole number, {shape['minimum']} to {shape['maximum']}"
    if "pattern" in shape:
        return f"`{shape['pattern']}`"
    return f"text, {shape['maxLength']} characters at most"


def procedures_page() -> str:
    described = (
        model.Procedure, model.Trigger, model.Step, model.Decision, model.Answer, model.AdviceRequest,
    )  # fmt: skip
    parts = [
        f"## {part.__name__}\n\n{inspect.getdoc(part)}\n\n"
        + table(("field", "is", "", "meaning"), fields_of(part))
        for part in described
    ]
    folder = "../../src/tocsin/incidents/procedures/shipped"
    rows: list[tuple[object, ...]] = [
        (f"[`{p.id}`]({folder}/{p.id}.yaml)", p.version, p.title, p.words) for p in library.shipped()
    ]
    return (
        "# Procedure files\n\nYAML in `<state>/procedures/`; see\n"
        "[how to write one](../howto/write-a-procedure.md). Unknown fields are refused.\n\n"
        + "\n".join(parts)
        + "\n## Those that ship\n\n"
        + table(("id", "version", "title", "for"), rows)
    )


PAGES = {
    "settings.md": settings_page,
    "subjects.md": subjects_page,
    "errors.md": errors_page,
    "tools.md": tools_page,
    "procedures.md": procedures_page,
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
