"""Free TCP ports on the loopback interface."""

import random
import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"
CONNECT_TIMEOUT_S: Final = 0.2
OWN_PORTS: Final = range(20_000, 30_000)
"""Below what systems hand out for outgoing connections, so that nobody takes one by chance."""


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(wanted: int) -> int:
    """Return `wanted` if it is free, else any other free one."""
    if is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def any_port() -> int:
    """Return a free port that no other run is likely to choose at the same time."""
    while not is_free(port := random.SystemRandom().choice(OWN_PORTS)):
        pass
    return port


def accepts(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=CONNECT_TIMEOUT_S):
            return True
    except OSError:
        return False
