"""Where people stand: nobody vanishes, and none stand denser than people can."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from tocsin.tools.evacuation.density import give_way
from tocsin.tools.evacuation.floors import Cells

JAM = 5.4


def floor(wide: int, high: int) -> Cells:
    """Cells of 5 m in rows, all of one region."""
    corners = [(5.0 * i, 5.0 * j) for i in range(wide) for j in range(high)]
    grid = np.arange(wide * high).reshape(wide, high)
    return Cells(
        shape=tuple(box(x, y, x + 5, y + 5) for x, y in corners),
        area=np.full(wide * high, 25.0),
        centre=np.array(corners) + 2.5,
        region=np.zeros(wide * high, np.int64),
        size_m=5.0,
        origin=(0.0, 0.0),
        grid=grid,
    )


@given(st.lists(st.floats(0, 2000), min_size=12, max_size=12))
def test_people_are_kept_and_no_cell_is_denser_than_a_jam_while_there_is_room(people: list[float]) -> None:
    cells = floor(4, 3)
    before = np.array([people, people[::-1]])
    after = give_way(before, cells, JAM)
    assert np.allclose(after.sum(1), before.sum(1))
    for row, total in zip(after, before.sum(1), strict=True):
        if total < JAM * cells.area.sum():
            assert (row / cells.area <= JAM + 1e-9).all()
        else:
            assert np.allclose(row / cells.area, total / cells.area.sum())


def test_who_has_no_room_stands_beside_and_who_has_stays() -> None:
    cells = floor(4, 1)
    after = give_way(np.array([[0.0, 200.0, 10.0, 10.0]]), cells, JAM)[0]
    # 65 too many: the neighbours are as near as each other, the farthest cell is left alone
    assert after[1] == JAM * 25
    assert after[3] == 10.0
    assert after[0] + after[2] == 10.0 + 65.0
