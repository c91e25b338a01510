"""Values that the sources print."""

from __future__ import annotations

import numpy as np
import pytest

from tocsin.kernel.errors import Invalid
from tocsin.tools.evacuation.diagrams import DIAGRAMS, diagram


def test_weidmann() -> None:
    rho = np.array([0.5, 1.0, 1.75, 2.0, 3.0, 4.0])
    seen = DIAGRAMS["weidmann"].speed(rho)
    assert seen == pytest.approx([1.298, 1.058, 0.700, 0.606, 0.331, 0.156], abs=1e-3)
    every = np.linspace(0.01, 5.4, 2000)
    flow = every * DIAGRAMS["weidmann"].speed(every)
    assert flow.max() == pytest.approx(DIAGRAMS["weidmann"].peak, abs=1e-3)
    assert every[flow.argmax()] == pytest.approx(1.75, abs=0.02)


def test_sfpe() -> None:
    sfpe = DIAGRAMS["sfpe"]
    assert sfpe.speed(np.array([0.1, 0.54]))[0] == pytest.approx(1.4 * (1 - 0.266 * 0.54))
    every = np.linspace(0.54, 3.7, 4000)
    flow = every * sfpe.speed(every)
    assert flow.max() == pytest.approx(1.316, abs=1e-3)
    assert every[flow.argmax()] == pytest.approx(1.88, abs=0.01)
    assert sfpe.capacity(1.3) == pytest.approx(1.3)  # a metre of effective width
    assert sfpe.capacity(0.2) == 0.0


@pytest.mark.parametrize(
    ("density", "flow"), [(0.5, 0.65), (1.9, 1.3), (3.2, 0.65), (3.5, 0.32), (5.0, 0.32)]
)
def test_imo_corridors(density: float, flow: float) -> None:
    assert DIAGRAMS["imo"].flow(density) == pytest.approx(flow)


def test_another_is_refused() -> None:
    with pytest.raises(Invalid, match="weidmann"):
        diagram("greenshields")


@pytest.mark.parametrize("name", sorted(DIAGRAMS))
def test_denser_is_never_faster(name: str) -> None:
    speed = DIAGRAMS[name].speed(np.linspace(0, 6, 300))
    assert (np.diff(speed) <= 1e-12).all()
    assert (speed >= 0).all()
