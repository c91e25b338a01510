"""Tocsin, the alarm bell of a town.

For notebooks and programs: ``tocsin.analytics`` (series analysed on arrays, no server needed) and
``tocsin.connect(url, token)`` (ask a running city). Both are loaded when they are first named: every process
of the city imports this package, and none of them pays for what it does not use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tocsin import analytics
    from tocsin.remote import City, connect

    __version__: str

__all__ = ["City", "__version__", "analytics", "connect"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        found: Any = version("tocsin")
    elif name == "analytics":
        from importlib import import_module

        return import_module("tocsin.analytics")
    elif name in ("City", "connect"):
        from tocsin import remote

        found = getattr(remote, name)
    else:
        raise AttributeError(f"module 'tocsin' has no attribute {name!r}")
    globals()[name] = found
    return found
