"""The folder of mappings: every version under its own name, and the newest of each under the plain one."""

from __future__ import annotations

import os
from pathlib import Path

from tocsin.kernel.errors import NotFound, Unavailable
from tocsin.kernel.ids import random_id
from tocsin.sdk.mapping import check_name, read_mapping, version_of
from tocsin.sdk.rows import RowReader


class Mappings:
    """``<name>@<version>.toml`` (never changed once written) and ``<name>.toml``. Calls block on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._newest: dict[str, str] = {}
        self._readers: dict[str, RowReader] = {}

    def save(self, name: str, text: str) -> str:
        """Check and keep a mapping; its format name ``map:<name>@<version>``. Raises ``Invalid``."""
        check_name(name)
        mapping = read_mapping(text)
        version = version_of(text)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            target = self._folder / f"{name}@{version}.toml"
            if not target.exists():
                self._write(target, text)
            self._write(self._folder / f"{name}.toml", text)
        except OSError as error:
            raise Unavailable(
                f"the mapping was not saved: {error.strerror}", field="name", value=name,
                cure="free space in the state folder, or give it back its rights",
            ) from None  # fmt: skip
        self._newest[name] = version
        self._readers = {k: v for k, v in self._readers.items() if not k.startswith(f"{name}@")}
        self._readers[f"{name}@{version}"] = RowReader(mapping)
        return f"map:{name}@{version}"

    def newest(self, name: str) -> tuple[str, RowReader]:
        """Format name and reader of the mapping saved last. Raises ``NotFound``."""
        check_name(name)
        version = self._newest.get(name)
        if version is None:
            try:
                text = (self._folder / f"{name}.toml").read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                raise NotFound(
                    "no such mapping", field="name", value=name, cure=f"PUT /api/v1/mappings/{name} first"
                ) from None
            self.save(name, text)
            version = self._newest[name]
        return f"map:{name}@{version}", self._readers[f"{name}@{version}"]

    def _write(self, target: Path, text: str) -> None:
        """All of it or nothing, and on the disk before anyone may rely on it."""
        draft = target.with_name(f".{target.name}.{random_id()}")
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
