"""Draws what ``growth.py`` recorded: ``results/growth-*.svg``. Needs matplotlib: group ``plots``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "tocsin"  # the same figures give the same file
import matplotlib.pyplot as plt  # noqa: E402

RESULTS = Path(__file__).parent / "results"


def drawn(name: str, lines: dict[str, tuple[list[float], list[float]]], across: str, up: str) -> None:
    """``lines``: of each name, sizes and figures; both axes logarithmic."""
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for label, (sizes, figures) in lines.items():
        axes.plot(sizes, figures, marker="o", label=label)
    axes.set(xscale="log", yscale="log", xlabel=across, ylabel=up)
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.savefig(RESULTS / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def recorded(name: str) -> dict[str, Any] | None:
    file = RESULTS / f"{name}.json"
    return dict(json.loads(file.read_text())["figures"]) if file.exists() else None


def main() -> None:
    if grown := recorded("growth-entities"):
        sizes = [float(size) for size in grown["entities"]]
        each = grown["entities"].values()
        lines = {kind: (sizes, [one[kind]["cpu_us"] for one in each]) for kind in ("get", "query", "create")}
        lines["batch, each entity"] = (sizes, [one["fill_cpu_us"] for one in each])
        drawn("growth-entities", lines, "entities", "processor time of one call at the door, µs")
    if grown := recorded("growth-lake"):
        sizes = [float(size) for size in grown["readings"]]
        each = grown["readings"].values()
        names = next(iter(each))["queries"]
        lines = {name: (sizes, [one["queries"][name]["p50_ms"] for one in each]) for name in names}
        drawn("growth-lake", lines, "readings", "median of one query through the sealed process, ms")


if __name__ == "__main__":
    main()
