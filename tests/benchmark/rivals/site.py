"""Facts, observations and the smallest possible site for tests of rivals: everything acts at once."""

from collections.abc import Callable
from dataclasses import replace

from benchmark.contract import Facts, Law, Observation
from custom_components.victron_openevse.control.model import Priority

FACTS = Facts(
    priority=Priority.CAR_FIRST,
    battery_kwh=8.0,
    min_soc_pct=10.0,
    max_charge_w=5000.0,
    feed_in=True,
    feed_in_cap_w=None,
    voltage_v=235.0,
    phases=1,
    min_a=6,
    max_a=32,
    sunrise_s=6 * 3600.0,
    sunset_s=20 * 3600.0,
    departure_s=None,
    array_kw=4.5,
)


def facts(priority: Priority = Priority.CAR_FIRST, *, phases: int = 1) -> Facts:
    """The reference site for an owner."""
    return replace(FACTS, priority=priority, phases=phases)


def seen(
    time_s: int = 0,
    *,
    connected: bool = True,
    offered_a: int = 0,
    drawn_a: float | None = None,
    grid_w: float = 0.0,
    battery_w: float = 0.0,
    soc_pct: float = 60.0,
    pv_w: float = 0.0,
    volts: float = 235.0,
) -> Observation:
    """What a law sees; the car draws what it is offered unless told."""
    amps = float(offered_a) if drawn_a is None else drawn_a
    return Observation(
        time_s=time_s,
        connected=connected,
        charging=connected and offered_a > 0,
        offered_a=offered_a,
        drawn_a=amps,
        car_w=amps * volts,
        grid_w=grid_w,
        battery_w=battery_w,
        soc_pct=soc_pct,
        pv_w=pv_w,
        pv_dc_w=pv_w,
        house_w=0.0,
        pv_limited=False,
        energy_kwh=0.0,
    )


def run(
    law: Law,
    net_w: Callable[[int], float],
    until_s: int,
    *,
    start_s: int = 0,
    soc_pct: float = 60.0,
    to_battery: bool = False,
    car_max_a: float = 99.0,
) -> list[int]:
    """Offers at every call, with `net_w(time)` of sun less house, on the grid or the battery."""
    offers: list[int] = []
    offered_a = 0
    for time_s in range(start_s, until_s, law.period_s):
        drawn_a = min(float(offered_a), car_max_a)
        left_w = net_w(time_s) - drawn_a * 235.0
        offered_a = law.offer(
            seen(
                time_s,
                offered_a=offered_a,
                drawn_a=drawn_a,
                grid_w=0.0 if to_battery else -left_w,
                battery_w=left_w if to_battery else 0.0,
                soc_pct=soc_pct,
                pv_w=max(0.0, net_w(time_s)),
            )
        )
        offers.append(offered_a)
    return offers
