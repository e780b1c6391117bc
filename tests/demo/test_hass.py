"""The websocket to Home Assistant, which closes one that has been silent for long."""

from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest

from demo.hass import AwayError, HomeAssistant


class Line:
    """Takes the place of asking: fails as often as told."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.asked: list[str] = []

    async def ask(self, kind: str, _fields: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(kind)
        if len(self.asked) <= self.failures:
            raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
        return {"success": True, "result": kind}


class Socket:
    """An open websocket."""

    closed = False

    async def close(self) -> None:
        self.closed = True


def connected(monkeypatch: pytest.MonkeyPatch, line: Line, socket: Any) -> HomeAssistant:
    hass = HomeAssistant(8123, "token")
    hass._socket = socket
    monkeypatch.setattr(HomeAssistant, "_ask", lambda _self, *args: line.ask(*args))
    return hass


async def test_question_is_asked_again_when_the_old_websocket_was_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line, socket = Line(failures=1), Socket()
    hass = connected(monkeypatch, line, socket)
    assert await hass.command("ping") == "ping"
    assert (line.asked, socket.closed) == (["ping", "ping"], True)


@pytest.mark.parametrize(
    ("socket", "failures", "asked"),
    [
        pytest.param(None, 1, 1, id="a new websocket fails"),
        pytest.param(Socket(), 2, 2, id="the new one fails as well"),
    ],
)
async def test_home_assistant_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch, socket: Any, failures: int, asked: int
) -> None:
    line = Line(failures)
    with pytest.raises(AwayError, match="does not answer"):
        await connected(monkeypatch, line, socket).command("ping")
    assert len(line.asked) == asked
