"""A port that was chosen stays ours until we listen there."""

import socket
import sys

import pytest

from tocsin.bus.processes import claim_port, hold_port, let_listen

HOST = "127.0.0.1"
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets us keep a port for a child")


@linux
def test_a_held_port_is_given_to_nobody_but_a_listener_of_ours() -> None:
    with hold_port(HOST) as held:
        port = let_listen(held)
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.bind((HOST, port))
        for _ in range(2):  # also after a restart
            with socket.create_server((HOST, port)) as ours, socket.create_connection((HOST, port)):
                assert ours.getsockname()[1] == port


@linux
def test_two_held_ports_are_two() -> None:
    with claim_port(HOST, 0, 0, field="a") as first, claim_port(HOST, 0, 0, field="b") as second:
        assert let_listen(first) != let_listen(second)


def test_the_port_of_last_time_where_it_is_free() -> None:
    with hold_port(HOST) as held:
        before = held.getsockname()[1]
    with claim_port(HOST, 0, before, field="nats_port") as again:
        assert again.getsockname()[1] == before
    with socket.create_server((HOST, 0)) as other:
        taken = other.getsockname()[1]
        with claim_port(HOST, 0, taken, field="nats_port") as another:
            assert another.getsockname()[1] != taken
