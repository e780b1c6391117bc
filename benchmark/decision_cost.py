"""What one decision costs: p50 and p99 in microseconds for 1 and 16 chargers.

Usage: `scripts/bench --decide`. The readings change with every call, so nothing is decided twice.
"""

from statistics import quantiles
from time import perf_counter
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

ROUNDS: Final = 20_000
WARM_UP: Final = 500
CHARGERS: Final = (1, 16)
US_PER_S: Final = 1e6
VOLTS: Final = 235.0


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


def measure(chargers: int) -> tuple[float, float]:
    """p50 and p99 of one decision for `chargers` chargers, microseconds."""
    keys = [f"charger {number}" for number in range(chargers)]
    settings = Settings(chargers={key: ChargerSettings() for key in keys})
    memory = Memory()
    times_us = []
    for second in range(ROUNDS // chargers + WARM_UP):
        now_s = 1000.0 + second
        readings = readings_at(now_s, keys)
        start_s = perf_counter()
        _, memory = decide(settings, memory, readings, now_s)
        times_us.append((perf_counter() - start_s) * US_PER_S)
    cuts = quantiles(times_us[WARM_UP:], n=100)
    return cuts[49], cuts[98]


def main() -> None:
    """Print the table."""
    for chargers in CHARGERS:
        p50_us, p99_us = measure(chargers)
        print(f"decide, {chargers:2d} charger(s): p50 {p50_us:6.1f} us, p99 {p99_us:6.1f} us")


if __name__ == "__main__":
    main()
