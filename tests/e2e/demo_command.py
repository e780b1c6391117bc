"""Runs scripts/demo as a user does and reads what it says."""

from dataclasses import dataclass
from pathlib import Path
import signal
import socket
import subprocess
from typing import Final

REPO: Final = Path(__file__).parents[2]
COMMAND: Final = str(REPO / "scripts" / "demo")
PATIENCE_S: Final = 900.0
"""A first run installs everything."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished run."""

    code: int
    output: str


def run_demo(*arguments: str) -> Ended:
    """Run to the end."""
    done = subprocess.run(  # noqa: S603 - our own script with literal arguments
        [COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout)


def run_until(words: str, *arguments: str) -> Ended:
    """Run until a line contains `words`, then press Ctrl-C."""
    process = subprocess.Popen(  # noqa: S603 - our own script with literal arguments
        [COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            process.send_signal(signal.SIGINT)
            break
    rest, _errors = process.communicate(timeout=PATIENCE_S)
    return Ended(process.returncode, "".join(lines) + rest)


def occupied_port() -> socket.socket:
    """Return a listening socket on a port of the loopback interface."""
    server = socket.create_server(("127.0.0.1", 0))
    server.listen()
    return server


def running_programs() -> str:
    """Return the command lines of all running programs."""
    listing = ["ps", "-eo", "args"]
    done = subprocess.run(listing, capture_output=True, text=True, check=True)  # noqa: S603 - literal
    return done.stdout
