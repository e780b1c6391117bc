"""Where the car's energy came from: sun, battery or grid.

Each sample: solar = min(car, max(0, PV - house)); battery = min(rest, battery discharge); grid = rest.
The charger's own lifetime counter says *how much*; the samples since it last moved say *from where*.
So the totals are exact whatever was missed, also over a restart, and never go back.
"""

from dataclasses import dataclass, replace
from typing import Final

from .memory import Energy, Meter

LONGEST_SAMPLE_S: Final = 60.0
"""A gap longer than this says nothing about what flowed in it."""

ABSURD_STEP_KWH: Final = 200.0
"""No car takes more between two readings of the counter: it was reset or replaced."""

WH_PER_KWH: Final = 1000.0
S_PER_H: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How the power of all cars splits right now, W, each >= 0."""

    solar_w: float
    battery_w: float
    grid_w: float


def split_power(
    charging_w: float, pv_w: float | None, house_w: float | None, battery_w: float | None
) -> Origin:
    """Split the cars' power by origin; what nobody can prove to be sun or battery is grid."""
    solar_w = 0.0
    if pv_w is not None and house_w is not None:
        solar_w = min(charging_w, max(0.0, pv_w - house_w))
    rest_w = charging_w - solar_w
    discharge_w = max(0.0, -battery_w) if battery_w is not None else 0.0
    from_battery_w = min(rest_w, discharge_w)
    return Origin(solar_w=solar_w, battery_w=from_battery_w, grid_w=rest_w - from_battery_w)


def start_session(meter: Meter) -> Meter:
    """Begin a new session: a car was plugged in."""
    return replace(meter, session=Energy())


def record(
    meter: Meter,
    *,
    power_w: float | None,
    origin: Origin | None,
    total_w: float,
    counter_kwh: float | None,
    now_s: float,
) -> Meter:
    """Add one sample of this charger's `power_w` and book what its counter has moved.

    `origin` splits `total_w`, the power of all cars; this one gets its part. Without a counter the
    integrated power itself is booked.
    """
    meter = _integrate(meter, power_w, origin, total_w, now_s)
    if counter_kwh is None:
        return _book(meter, meter.pending.total_kwh) if meter.counter_kwh is None else meter
    if meter.counter_kwh is None:
        return replace(meter, counter_kwh=counter_kwh)
    step_kwh = counter_kwh - meter.counter_kwh
    if step_kwh == 0.0:
        return meter
    if not 0.0 < step_kwh < ABSURD_STEP_KWH:
        return replace(meter, counter_kwh=counter_kwh)
    return replace(_book(meter, step_kwh), counter_kwh=counter_kwh)


def _integrate(
    meter: Meter, power_w: float | None, origin: Origin | None, total_w: float, now_s: float
) -> Meter:
    dt_s = None if meter.integrated_at_s is None else now_s - meter.integrated_at_s
    if power_w is None or power_w <= 0.0 or origin is None or total_w <= 0.0:
        return replace(meter, integrated_at_s=None) if dt_s is not None else meter
    if dt_s is None or not 0.0 <= dt_s <= LONGEST_SAMPLE_S:
        return replace(meter, integrated_at_s=now_s)
    kwh = power_w / total_w * dt_s / S_PER_H / WH_PER_KWH
    flow = Energy(
        solar_kwh=origin.solar_w * kwh,
        battery_kwh=origin.battery_w * kwh,
        grid_kwh=origin.grid_w * kwh,
    )
    return replace(meter, pending=_add(meter.pending, flow), integrated_at_s=now_s)


def _book(meter: Meter, step_kwh: float) -> Meter:
    """Book `step_kwh` in the proportions gathered, else in the session's, else as grid."""
    if step_kwh <= 0.0:
        return meter
    shares = meter.pending if meter.pending.total_kwh > 0.0 else meter.session
    booked = _scaled(shares, step_kwh)
    return replace(
        meter,
        lifetime=_add(meter.lifetime, booked),
        session=_add(meter.session, booked),
        pending=Energy(),
    )


def _scaled(shares: Energy, kwh: float) -> Energy:
    total_kwh = shares.total_kwh
    if total_kwh <= 0.0:
        return Energy(grid_kwh=kwh)
    factor = kwh / total_kwh
    solar_kwh, battery_kwh = shares.solar_kwh * factor, shares.battery_kwh * factor
    return Energy(
        solar_kwh=solar_kwh,
        battery_kwh=battery_kwh,
        grid_kwh=max(0.0, kwh - solar_kwh - battery_kwh),
    )


def _add(left: Energy, right: Energy) -> Energy:
    return Energy(
        solar_kwh=left.solar_kwh + right.solar_kwh,
        battery_kwh=left.battery_kwh + right.battery_kwh,
        grid_kwh=left.grid_kwh + right.grid_kwh,
    )
