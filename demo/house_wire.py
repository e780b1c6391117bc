"""The house on a desk as an observer sees it: what is really going on, and how to change it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import json
import time
from typing import Any, Final

from .talk import DemoError
from .waiting import until
from .wire import Wire

STATE: Final = "simulator/state"
COMMAND: Final = "simulator/command"
ERROR: Final = "simulator/error"
STATE_AGE_MAX_S: Final = 5.0
"""It speaks every second; longer silence is no state."""


@dataclass(frozen=True, slots=True)
class HouseState:
    """One second of the house: W (grid + = import, battery + = charging), A, %."""

    clock: str
    sun_w: float
    """What the array could give, also when it is held back."""
    pv_w: float
    battery_w: float
    soc_pct: float
    grid_w: float
    house_w: float
    car_w: float
    plugged: bool
    offered_a: float
    current_a: float
    contactor_closed: bool
    closings: int
    openings_under_load: int

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> HouseState:
        """Read the document that the simulator publishes."""
        car = document["car"]
        return cls(
            clock=document["time"],
            sun_w=document["sun_w"],
            pv_w=document["pv_w"],
            battery_w=document["battery_w"],
            soc_pct=document["soc_pct"],
            grid_w=document["grid_w"],
            house_w=document["house_w"],
            car_w=document["car_w"],
            plugged=car["plugged"],
            offered_a=car["offered_a"],
            current_a=car["current_a"],
            contactor_closed=car["contactor_closed"],
            closings=car["closings"],
            openings_under_load=car["openings_under_load"],
        )


@dataclass(frozen=True, slots=True)
class HouseWire:
    """Watches and drives the simulator over the broker."""

    wire: Wire

    @property
    def state(self) -> HouseState | None:
        """The present second, None when the house has been silent."""
        seen = self.wire.latest.get(STATE)
        if seen is None or time.monotonic() - seen.at_s > STATE_AGE_MAX_S:
            return None
        return HouseState.read(seen.json)

    @property
    def now(self) -> HouseState:
        """The present second; raises DemoError when the house has been silent."""
        state = self.state
        if state is None:
            raise DemoError(f"the house has said nothing for {STATE_AGE_MAX_S:.0f} s")
        return state

    async def do(self, command: str, **arguments: Any) -> None:
        """Have something happen in the house, for example `do("pv_hold", power_w=3000)`."""
        await self.wire.publish(COMMAND, json.dumps({"do": command, **arguments}))

    async def becomes(
        self, what: str, wanted: Callable[[HouseState], bool], *, since_s: float, within_s: float
    ) -> float:
        """Wait until the house is as `wanted`; return how many seconds after `since_s` it was."""
        seen = await self.wire.expect(
            what,
            lambda message: message.topic == STATE and wanted(HouseState.read(message.json)),
            since_s=since_s,
            within_s=within_s,
        )
        return seen.at_s - since_s

    def since(self, since_s: float) -> list[tuple[float, HouseState]]:
        """Return the remembered seconds since a moment, each with its distance from it."""
        seen = self.wire.recent(STATE, since_s)
        return [(one.at_s - since_s, HouseState.read(one.json)) for one in seen]

    async def stays(
        self,
        what: str,
        wanted: Callable[[HouseState], bool],
        *,
        states: int,
        since_s: float,
        within_s: float,
    ) -> float:
        """Wait for `states` seconds in a row that are as `wanted`; return when the first was."""

        async def held() -> float | None:
            return first_run(self.since(since_s), wanted, states)

        try:
            return await until(held, within_s=since_s + within_s - time.monotonic(), what=what)
        except DemoError as error:
            raise DemoError(f"{error}; the house at last: {self.state}") from error


def first_run(
    history: list[tuple[float, HouseState]], wanted: Callable[[HouseState], bool], states: int
) -> float | None:
    """Return the time of the first of `states` consecutive wanted states, None without such."""
    run: list[float] = []
    for at_s, state in history:
        run = [*run, at_s] if wanted(state) else []
        if len(run) == states:
            return run[0]
    return None
