"""Where the car's energy came from: sun, battery or grid.

Each sample: solar = min(car, max(0, PV - house)); battery = min(rest, battery discharge); grid = rest.
The charger's own lifetime counter says *how much*; the samples since it last moved say *from where*.
So the totals are exact whatever was missed, also over a restart, and never go back.
"""

from dataclasses import dataclass
from typing import Final

from .change import replace
from .freshness import known
from .memory import Energy, Meter
from .model import Reading

LONGEST_SAMPLE_S: Final = 60.0
"""A gap longer than this says nothing about what flowed in it."""

ABSURD_STEP_KWH: Final = 200.0
"""No car takes more between two readings of the counter: it was reset or replaced."""

FASTEST_KW: Final = 25.0
"""More than the 22 kW of three phases with 32 A: what a counter may gain per hour."""

LEAST_STEP_KWH: Final = 1.0
"""Allowed however short the time was: counters may be told late and in coarse steps."""

COUNTER_SEEN_S: Final = 60.0
"""A counter that stands still is confirmed this often: nothing else bounds its next step."""

LATE_S: Final = 2.0 * COUNTER_SEEN_S
"""A counter that is a little lower than before is a late or repeated message, unless it stays so."""

LOST_S: Final = 600.0
"""A counter that was not heard for so long while energy flowed has left. Should it come back, counting
goes on from there."""

VOUCHED: Final = 1.5
"""Power and counter may differ by so much; a coarse counter's step is believed as far as power tells."""

WH_PER_KWH: Final = 1000.0
S_PER_H: Final = 3600.0

NO_ENERGY: Final = Energy()


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
    return replace(meter, session=NO_ENERGY)


def record(
    meter: Meter,
    *,
    power_w: float | None,
    origin: Origin | None,
    total_w: float,
    counter: Reading[float] | None,
    now_s: float,
) -> Meter:
    """Add one sample of this charger's `power_w` and book what its counter (kWh) has moved.

    `origin` splits `total_w`, the power of all cars; this one gets its part. Without a counter, and
    with one that fell silent while the car charges on, the integrated power itself is booked. A step that
    no car can have made in the time since the counter was last heard is a reset, a glitch or another
    meter: counting goes on from there.
    """
    meter = _integrate(meter, power_w, origin, total_w, now_s)
    counter_kwh = known(counter)
    if counter is None or counter_kwh is None:
        gone = meter.counter_kwh is None or _is_lost(meter, now_s)
        return _book_integrated(meter) if gone else meter
    if counter_kwh == meter.counter_kwh:
        return _confirm(meter, counter.at_s)
    if meter.counter_kwh is not None:
        step_kwh = counter_kwh - meter.counter_kwh
        if 0.0 < step_kwh <= _longest_step_kwh(meter, counter.at_s):
            return _book(meter, step_kwh, counter_kwh, counter.at_s)
        if _is_late(meter, step_kwh, counter.at_s):
            return meter
    return replace(meter, counter_kwh=counter_kwh, counter_at_s=counter.at_s)


def _is_lost(meter: Meter, now_s: float) -> bool:
    """Tell whether the counter is gone for good although power is still told."""
    if meter.counter_at_s is None or meter.unconfirmed_kwh <= 0.0:
        return False
    return now_s - meter.counter_at_s >= LOST_S


def _is_late(meter: Meter, step_kwh: float, at_s: float) -> bool:
    """Tell whether a counter that fell says what it said before: what it counts next was counted."""
    heard_at_s = at_s if meter.counter_at_s is None else meter.counter_at_s
    return -LEAST_STEP_KWH <= step_kwh < 0.0 and at_s - heard_at_s < LATE_S


def _confirm(meter: Meter, at_s: float) -> Meter:
    if meter.counter_at_s is not None and at_s - meter.counter_at_s < COUNTER_SEEN_S:
        return meter
    return replace(meter, counter_at_s=at_s)


def _longest_step_kwh(meter: Meter, at_s: float) -> float:
    if meter.counter_at_s is None:
        return ABSURD_STEP_KWH
    since_h = max(0.0, at_s - meter.counter_at_s) / S_PER_H
    vouched_kwh = LEAST_STEP_KWH + VOUCHED * meter.pending.total_kwh
    return min(max(vouched_kwh, since_h * FASTEST_KW), ABSURD_STEP_KWH)


def _integrate(
    meter: Meter, power_w: float | None, origin: Origin | None, total_w: float, now_s: float
) -> Meter:
    dt_s = None if meter.integrated_at_s is None else now_s - meter.integrated_at_s
    if power_w is None or power_w <= 0.0 or origin is None or total_w <= 0.0:
        return replace(meter, integrated_at_s=None) if dt_s is not None else meter
    if dt_s is None or not 0.0 <= dt_s <= LONGEST_SAMPLE_S:
        return replace(meter, integrated_at_s=now_s)
    kwh = power_w / total_w * dt_s / S_PER_H / WH_PER_KWH
    before = meter.pending
    pending = Energy(
        solar_kwh=before.solar_kwh + origin.solar_w * kwh,
        battery_kwh=before.battery_kwh + origin.battery_w * kwh,
        grid_kwh=before.grid_kwh + origin.grid_w * kwh,
    )
    return replace(meter, pending=pending, integrated_at_s=now_s)


def _book_integrated(meter: Meter) -> Meter:
    """Without a counter the integrated power is all there is."""
    kwh = meter.pending.total_kwh
    return _book(meter, kwh, None, meter.counter_at_s) if kwh > 0.0 else meter


def _book(
    meter: Meter, step_kwh: float, counter_kwh: float | None, counter_at_s: float | None
) -> Meter:
    """Book `step_kwh` in the proportions gathered, else in the session's, else as grid."""
    shares = meter.pending if meter.pending.total_kwh > 0.0 else meter.session
    booked = _scaled(shares, step_kwh)
    return Meter(
        lifetime=_add(meter.lifetime, booked),
        session=_add(meter.session, booked),
        pending=NO_ENERGY,
        counter_kwh=counter_kwh,
        counter_at_s=counter_at_s,
        integrated_at_s=meter.integrated_at_s,
    )


def _scaled(shares: Energy, kwh: float) -> Energy:
    total_kwh = shares.total_kwh
    if total_kwh <= 0.0:
        return Energy(grid_kwh=kwh)
    # Divided first: the total may be too small to divide by without overflow.
    solar_kwh = shares.solar_kwh / total_kwh * kwh
    battery_kwh = shares.battery_kwh / total_kwh * kwh
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
