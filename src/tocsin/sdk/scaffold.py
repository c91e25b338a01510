"""``tocsin tool new <id>``: a tool folder that obeys every law, to be made one's own.

It is a copy of ``sdk/template`` or of ``sdk/template_advisor``, themselves tools, with the id in place of
theirs.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tocsin.kernel.errors import Conflict, Invalid
from tocsin.sdk.manifest import ID

TEMPLATE = Path(__file__).with_name("template")
TEMPLATE_ADVISOR = Path(__file__).with_name("template_advisor")


def new_tool(tool_id: str, directory: Path, *, advisor: bool = False) -> Path:
    """Make ``directory/tool_id``; ``advisor``: one that advises, otherwise one that detects.

    Raises ``Invalid`` for the id, ``Conflict`` where the folder exists.
    """
    if not ID.match(tool_id):
        raise Invalid("not a tool id", field="id", value=tool_id, cure="2-32 of a-z, 0-9, _, first a letter")
    folder = directory / tool_id
    if folder.exists():
        raise Conflict(f"{folder} exists", field="id", value=tool_id, cure="another id or another --dir")
    shutil.copytree(
        TEMPLATE_ADVISOR if advisor else TEMPLATE,
        folder,
        ignore=shutil.ignore_patterns("__pycache__", "*.pyc"),
    )
    title = tool_id.replace("_", " ").capitalize()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".py", ".toml", ".md", ".json"}:
            text = path.read_text(encoding="utf-8")
            for theirs, ours in (("template_advisor", tool_id), ("template", tool_id), ("Template", title)):
                text = text.replace(theirs, ours)
            path.write_text(text, encoding="utf-8")
        if path.name == "test_template.py":
            path.rename(path.with_name(f"test_{tool_id}.py"))
    return folder
