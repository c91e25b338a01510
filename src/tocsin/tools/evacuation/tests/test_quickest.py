"""Quickest flow: known instances, an LP as the judge on small random ones, and the laws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from tocsin.tools.evacuation.quickest import FREE, Network, expand, most_out, quickest

Arc = tuple[int, int, int, float]


def network(
    nodes: int, supply: dict[int, int], sinks: list[int], arcs: Sequence[Arc], **more: Any
) -> Network:
    given = np.zeros(nodes, np.int64)
    for node, people in supply.items():
        given[node] = people
    tail, head, tau, capacity = zip(*arcs, strict=True) if arcs else ((), (), (), ())
    return Network(
        nodes, given, np.array(sinks), np.array(tail, np.int64), np.array(head, np.int64),
        np.array(tau, np.int64), np.array(capacity, float), **more,
    )  # fmt: skip


# s0=0, s1=1, e2=2, e3=3 of the design page
TWO = [(0, 2, 2, 1), (0, 3, 6, 2), (1, 3, 2, 2), (1, 2, 6, 1)]


@pytest.mark.parametrize(
    ("built", "steps"),
    [
        (network(2, {0: 20}, [1], [(0, 1, 5, 2)]), 14),
        (network(3, {0: 20}, [1, 2], [(0, 1, 2, 1), (0, 2, 5, 2)]), 10),
        (network(4, {0: 30, 1: 10}, [2, 3], TWO), 14),
        (network(4, {0: 30, 1: 10}, [3], TWO[1:3]), 20),
        (network(2, {0: 7}, [1], [(0, 1, 3, FREE)]), 3),
        (network(2, {0: 0}, [1], [(0, 1, 3, FREE)]), 0),
        (network(2, {0: 10}, [1], [(0, 1, 1, 0.5)]), 20),  # whole people at half a person a step
        (network(2, {0: 4}, [1], [(0, 1, 1, 1)], shut=((0, 0, 5),)), 9),
    ],
)
def test_known_instances(built: Network, steps: int) -> None:
    assert quickest(built).steps == steps
    assert quickest(built, guess=steps).steps == steps
    assert quickest(built, guess=3 * steps + 1).steps == steps


def test_who_cannot_get_out_is_counted() -> None:
    cut = network(3, {0: 5, 1: 7}, [2], [(0, 2, 1, 1)])
    found = quickest(cut, most=200)
    assert found.steps is None
    assert found.out == 5


def test_out_of_time_the_best_known_is_answered_unproven() -> None:
    built = network(2, {0: 2000}, [1], [(0, 1, 5, 2)])
    asked = iter([True] * 3 + [False] * 100)
    found = quickest(built, go_on=lambda: next(asked))
    assert found.steps is not None
    assert not found.proven
    assert found.steps > 1004 == quickest(built).steps


@st.composite
def networks(draw: st.DrawFn) -> Network:
    nodes = draw(st.integers(2, 6))
    arcs = draw(
        st.lists(
            st.tuples(
                st.integers(0, nodes - 1), st.integers(0, nodes - 1), st.integers(0, 4), st.integers(1, 4)
            ).filter(lambda a: a[0] != a[1]),
            min_size=1,
            max_size=10,
        )
    )
    sinks = [nodes - 1]
    supply = {n: draw(st.integers(0, 12)) for n in range(nodes - 1)}
    return network(nodes, supply, sinks, [(a, b, t, float(c)) for a, b, t, c in arcs if a not in sinks])


def random_network(seed: int) -> Network:
    draw = np.random.default_rng(seed)
    nodes = int(draw.integers(3, 7))
    arcs: list[Arc] = [
        (n, n + 1, int(draw.integers(0, 4)), float(draw.integers(1, 4))) for n in range(nodes - 1)
    ]
    for _ in range(int(draw.integers(1, 7))):
        a, b = (int(x) for x in draw.choice(nodes, 2, replace=False))
        if a < nodes - 1:
            arcs.append((a, b, int(draw.integers(0, 5)), float(draw.integers(1, 5))))
    return network(nodes, {n: int(draw.integers(0, 15)) for n in range(nodes - 1)}, [nodes - 1], arcs)


def lp_out(net: Network, steps: int) -> float:
    """Most people out by ``steps``: a linear programme over every arc and step, written from the definition.

    x[a, t] sets out on arc a at t, w[v, t] waits at v from t to t + 1.
    """
    arcs, k = len(net.tail), steps + 1
    x = {
        (a, t): n
        for n, (a, t) in enumerate((a, t) for a in range(arcs) for t in range(k) if t + net.tau[a] <= steps)
    }
    w = {
        (v, t): len(x) + n for n, (v, t) in enumerate((v, t) for v in range(net.nodes) for t in range(steps))
    }
    entries: list[tuple[int, int, float]] = []
    right: list[float] = []
    sinks = set(net.sinks.tolist())
    row = 0
    for v in range(net.nodes):
        if v in sinks:
            continue
        for t in range(k):
            for a in range(arcs):
                if net.tail[a] == v and (a, t) in x:
                    entries.append((row, x[a, t], 1.0))
                if net.head[a] == v and (a, t - net.tau[a]) in x:
                    entries.append((row, x[a, t - int(net.tau[a])], -1.0))
            if t < steps:
                entries.append((row, w[v, t], 1.0))
            if t > 0:
                entries.append((row, w[v, t - 1], -1.0))
            right.append(float(net.supply[v]) if t == 0 else 0.0)
            row += 1
    if not x:
        return 0.0
    gain = np.zeros(len(x) + len(w))
    for (a, _), n in x.items():
        gain[n] = -1.0 if int(net.head[a]) in sinks else 0.0
    room = [(0, float(net.capacity[a])) for a, _ in x] + [(0, None)] * len(w)
    # people may stay for ever: rows of the last step are inequalities
    rows, columns, values = zip(*entries, strict=True)
    matrix = coo_matrix((values, (rows, columns)), shape=(row, len(gain))).tocsr()
    last = np.zeros(row, bool)
    last[steps::k] = True
    solved = linprog(
        gain, A_eq=matrix[~last], b_eq=np.array(right)[~last], A_ub=matrix[last], b_ub=np.array(right)[last],
        bounds=room, method="highs",
    )  # fmt: skip
    assert solved.status == 0
    return float(-solved.fun)


@pytest.mark.parametrize("seed", range(200))
def test_a_linear_programme_finds_the_same_time(seed: int) -> None:
    net = random_network(seed)
    total = int(net.supply.sum())
    steps = quickest(net, most=400).steps
    assert steps is not None
    assert lp_out(net, steps) >= total - 1e-6
    if steps:
        assert lp_out(net, steps - 1) < total - 1e-6


@settings(max_examples=60, deadline=None)
@given(networks(), st.data())
def test_to_close_an_arc_never_helps_and_to_double_all_never_harms(net: Network, data: st.DataObject) -> None:
    if not net.tail.size:
        return
    before = quickest(net, most=200)
    gone = data.draw(st.integers(0, net.tail.size - 1))
    keep = np.arange(net.tail.size) != gone
    closed = Network(
        net.nodes, net.supply, net.sinks, net.tail[keep], net.head[keep], net.tau[keep], net.capacity[keep]
    )
    after = quickest(closed, most=200)
    assert after.out <= before.out
    if before.steps is not None and after.steps is not None:
        assert after.steps >= before.steps
    wide = Network(net.nodes, net.supply, net.sinks, net.tail, net.head, net.tau, 2 * net.capacity)
    wider = quickest(wide, most=200)
    if before.steps is not None:
        assert wider.steps is not None
        assert wider.steps <= before.steps


@settings(max_examples=60, deadline=None)
@given(networks(), st.integers(0, 30))
def test_the_flow_obeys_every_capacity_and_balance(net: Network, steps: int) -> None:
    over = expand(net, steps)
    out, solver = most_out(over)
    flow = np.array([solver.flow(n) for n in range(over.start.size)])
    assert (flow >= 0).all()
    assert (flow <= over.room).all()
    for arc in range(net.tail.size):
        for step in range(steps + 1):
            used = flow[(over.arc == arc) & (over.step == step)].sum()
            assert used <= net.capacity[arc] + 1e-9
    balance = np.zeros(over.sink + 1, np.int64)
    np.add.at(balance, over.end, flow)
    np.subtract.at(balance, over.start, flow)
    inner = np.delete(balance, [over.source, over.sink])
    assert not inner.any()
    assert balance[over.sink] == out
