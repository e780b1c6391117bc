"""One house for many days: law, adapters and store, with faults at random and a restart each night.

What a single day does not show: memory that grows, a store that grows, counters that drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
import json
import resource
from typing import TYPE_CHECKING, Final

from simulator.fault_loop_days import LoopDays
from simulator.fault_tally import Tally, live_counted

if TYPE_CHECKING:
    from collections.abc import Callable

ABSENT_S: Final = 60
"""How long a restart takes."""
KIB_PER_MIB: Final = 1024.0


@dataclass(slots=True)
class Soak:
    """What came of it."""

    tally: Tally = field(default_factory=Tally)
    memory_mib: list[float] = field(default_factory=list)
    """Most memory that the process ever had, after each day."""
    stored_bytes: list[int] = field(default_factory=list)
    """Size of what was stored, each night."""
    counted_kwh: float = 0.0
    """Energy that the product has counted into the car."""
    taken_kwh: float = 0.0
    """Energy that the car took indeed."""

    def words(self) -> list[str]:
        """Say it."""
        memory, stored = self.memory_mib, self.stored_bytes
        if not memory:
            return ["  no day was lived to its end"]
        return [
            f"  memory after the first day {memory[0]:.1f} MiB, after the last {memory[-1]:.1f} MiB",
            f"  store after the first day {stored[0]} bytes, at most {max(stored)}, at last {stored[-1]}",
            f"  energy counted {self.counted_kwh:.1f} kWh, taken by the car {self.taken_kwh:.1f} kWh",
        ]


def memory_mib() -> float:
    """Most memory that this process ever had, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB


def soak(seed: str, days: int, say: Callable[[str], None]) -> Soak:
    """Live through many days of one house; `say` hears how far it has come."""
    house = LoopDays(seed)
    came = Soak(tally=house.tally)

    def live() -> None:
        for day in range(1, days + 1):
            house.live()
            stored = house.loop.stored()
            came.memory_mib.append(memory_mib())
            came.stored_bytes.append(len(json.dumps(stored)))
            house.loop.die(ABSENT_S, stored)
            say(
                f"  day {day}: {came.memory_mib[-1]:.1f} MiB, {came.stored_bytes[-1]} bytes "
                f"stored, {house.tally.wrong}"
            )

    live_counted(seed, house.tally, live)
    energy = house.loop.own.meter.lifetime
    came.counted_kwh = energy.solar_kwh + energy.battery_kwh + energy.grid_kwh
    came.taken_kwh = house.loop.world.plant.totals.kwh("car")
    return came
