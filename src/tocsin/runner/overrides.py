"""A city's own parameters of a tool: ``[params]`` in a TOML file of the state folder."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tocsin.kernel.errors import Invalid


def read_overrides(path: Path | None) -> dict[str, Any]:
    """Empty where there is no file. Raises ``Invalid`` naming the file and the cure."""
    if path is None or not path.exists():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is not TOML: {error}", field=path.name, cure="mend the line named") from None
    strange = set(data) - {"params"}
    params = data.get("params", {})
    if strange or not isinstance(params, dict):
        raise Invalid(
            f"{path}: holds more than [params]", field=", ".join(sorted(strange)), cure="put all in [params]"
        )
    return params
