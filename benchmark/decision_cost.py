"""What one decision costs: p50 and p99 in microseconds for 1 and 16 chargers, and the goal.

Usage: `scripts/bench --decide`. The readings change with every call, so nothing is decided twice.

What is counted is processor time of this thread, as the system tells it in nanoseconds; asking costs
0.3 us. A wall clock would also count the time that other programs take, and that alone would make the
p99. The garbage collector rests meanwhile, as in `timeit`: otherwise the clean-up of all this benchmark's
objects would hit single decisions at random. What a decision leaves behind is freed without it.

Even so neighbours on the processor slow single calls down. Decisions are pure, so the same story is
told several times and of each decision the cheapest telling counts: what is left is what it costs by
itself. The p99 of all tellings is printed beside it; the difference is the machine.
"""

from dataclasses import dataclass
import gc
from statistics import quantiles
from time import thread_time_ns
from types import MappingProxyType
from typing import Final

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import Memory
from custom_components.victron_openevse.control.model import (
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Reading,
    Readings,
    Settings,
    SiteReading,
)

ROUNDS: Final = MappingProxyType({1: 5_000, 16: 1_000})
"""Decisions of one story by the number of chargers: ten and more lie above the p99."""

WARM_UP: Final = 500
"""Decisions before those: the interpreter specialises what it runs often."""

TELLINGS: Final = 5
"""As often as `timeit` repeats by default."""

GOALS_US: Final = MappingProxyType({1: 100.0, 16: 1000.0})
"""What the p99 may be: a decision a second then takes at most a thousandth of one core."""

NS_PER_US: Final = 1e3
VOLTS: Final = 235.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a decision costs, processor time in microseconds."""

    p50_us: float
    p99_us: float
    noisy_p99_us: float
    """Of all tellings: what the machine adds is in it."""


def readings_at(now_s: float, keys: list[str]) -> Readings:
    """A sunny second on a site whose cars charge at 8 A; the sun moves a little each second."""
    pv_w = 3000.0 + (now_s * 37.0) % 900.0
    car_w = 8.0 * VOLTS

    def here[T](value: T) -> Reading[T]:
        return Reading(value, now_s)

    site = SiteReading(
        grid_power_w=here(50.0),
        battery_power_w=here(pv_w - 400.0 - car_w * len(keys)),
        battery_soc_pct=here(71.0),
        pv_power_w=here(pv_w),
        pv_dc_power_w=here(pv_w),
        consumption_power_w=here(400.0 + car_w * len(keys)),
        grid_voltage_v=here(VOLTS),
        active_soc_limit_pct=here(10.0),
        pv_limited=here(value=False),
    )
    charger = ChargerReading(
        online=here(value=True),
        state=here(ChargerState.CHARGING),
        vehicle_connected=here(value=True),
        charging_power_w=here(car_w),
        charging_current_a=here(8.0),
        max_current_a=here(32.0),
        manual_override=here(value=False),
        total_energy_kwh=here(1000.0 + now_s / 2000.0),
    )
    return Readings(site=site, chargers=dict.fromkeys(keys, charger), hours_to_sunset=6.0)


def measure(chargers: int) -> Cost:
    """Cost of one decision for `chargers` chargers."""
    gc.collect()
    gc.disable()
    try:
        tellings = [_tell(chargers) for _ in range(TELLINGS)]
    finally:
        gc.enable()
    cuts = quantiles([min(times_us) for times_us in zip(*tellings, strict=True)], n=100)
    noisy = quantiles([time_us for times_us in tellings for time_us in times_us], n=100)
    return Cost(p50_us=cuts[49], p99_us=cuts[98], noisy_p99_us=noisy[98])


def _tell(chargers: int) -> list[float]:
    """Run the story once and give what each decision of it took, microseconds."""
    keys = [f"charger {number}" for number in range(chargers)]
    settings = Settings(chargers={key: ChargerSettings() for key in keys})
    memory = Memory()
    times_us = []
    for second in range(WARM_UP + ROUNDS[chargers]):
        now_s = 1000.0 + second
        readings = readings_at(now_s, keys)
        start_ns = thread_time_ns()
        _, memory = decide(settings, memory, readings, now_s)
        times_us.append((thread_time_ns() - start_ns) / NS_PER_US)
    return times_us[WARM_UP:]


def main() -> None:
    """Print the table."""
    for chargers, goal_us in GOALS_US.items():
        cost = measure(chargers)
        met = "met" if cost.p99_us <= goal_us else "NOT met"
        print(
            f"decide, {chargers:2d} charger(s): p50 {cost.p50_us:6.1f} us,"
            f" p99 {cost.p99_us:6.1f} us (with noise {cost.noisy_p99_us:6.1f} us);"
            f" goal p99 <= {goal_us:.0f} us: {met}"
        )


if __name__ == "__main__":
    main()
