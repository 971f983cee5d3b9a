"""No test reaches outside the machine: the guard itself is tested."""

from __future__ import annotations

import socket

import pytest
import pytest_socket


def test_an_address_outside_is_refused():
    with pytest.raises(pytest_socket.SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
