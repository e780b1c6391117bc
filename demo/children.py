"""The child processes of the demo: started with a log each, and never left behind.

Each child leads its own session, so Ctrl-C in the terminal reaches only the launcher, which then
stops them in order. On Linux the kernel also ends them when the launcher is killed outright.
"""

import asyncio
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
import signal
from typing import Final

from .talk import DemoError

STOP_TIMEOUT_S: Final = 20.0
"""Home Assistant writes its storage when it stops; that takes a second or two."""
TAIL_LINES: Final = 25
"""How much of a log is shown when something fails."""


@dataclass(slots=True)
class Child:
    """A running program and the file its output goes to."""

    name: str
    process: Process
    log: Path

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.returncode is None

    def tail(self) -> str:
        """Return the end of its log, indented under its name."""
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join([f"--- end of {self.log}", *(f"    {line}" for line in lines)])

    async def stop(self) -> None:
        """End it: politely first, then for certain."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self.process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self.process.wait()

    async def kill(self) -> None:
        """End it as a power cut would: it learns nothing of it."""
        self._signal(signal.SIGKILL)
        await self.process.wait()

    def _signal(self, number: int) -> None:
        if self.running:
            os.killpg(self.process.pid, number)


def _with_parent(command: Sequence[str]) -> list[str]:
    """Let the kernel end the child with its parent, where util-linux offers that."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv else list(command)


class Children:
    """All programs of one run, stopped in reverse order of their start."""

    def __init__(self, logs: Path) -> None:
        """Keep the logs in the folder `logs`."""
        self._logs = logs
        self._children: dict[str, Child] = {}

    async def start(
        self, name: str, command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None
    ) -> Child:
        """Start a program; a second start under the same name appends to its log."""
        log = self._logs / f"{name}.log"
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *_with_parent(command),
                stdin=DEVNULL,
                stdout=output,
                stderr=STDOUT,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        child = self._children[name] = Child(name, process, log)
        return child

    def check(self) -> None:
        """Raise DemoError when a child has ended by itself."""
        for child in self._children.values():
            if not child.running:
                code = child.process.returncode
                raise DemoError(f"{child.name} ended with code {code}")

    def tails(self) -> str:
        """Return the ends of all logs."""
        return "\n".join(child.tail() for child in self._children.values())

    async def stop(self, name: str) -> None:
        """Stop one and forget it."""
        await self._children.pop(name).stop()

    async def kill(self, name: str) -> None:
        """Kill one without warning and forget it."""
        await self._children.pop(name).kill()

    def pid(self, name: str) -> int:
        """Return the process id of a running child; raises DemoError when there is none."""
        child = self._children.get(name)
        if child is None or not child.running:
            raise DemoError(f"{name} does not run")
        return child.process.pid

    def log(self, name: str) -> str:
        """Return what a child has said so far, over all its starts."""
        path = self._logs / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    async def stop_all(self) -> None:
        """Stop all, the last started first."""
        for name in reversed(list(self._children)):
            await self.stop(name)
