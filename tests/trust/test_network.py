"""That tests would notice if anything reached the network: the guard in `tests/conftest.py` is at work."""

import socket
import urllib.request

import pytest


def test_connections_are_refused_in_every_test():
    with socket.socket() as client, pytest.raises(AssertionError, match="network was tried"):
        client.connect(("127.0.0.1", 9))


def test_look_ups_are_refused_in_every_test():
    with pytest.raises(AssertionError, match="network was tried"):
        urllib.request.urlopen("http://example.invalid/weights.h5")
