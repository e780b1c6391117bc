"""Small site-days for tests: made in milliseconds, with nothing from the cache of real ones."""

from collections.abc import Callable, Sequence

from benchmark.contract import Facts, Observation
from benchmark.days import DAY_S, START_S, Brought
from benchmark.sites import ALL_DAY, REFERENCE, Case, Site, Window

HOUR_S = 3600
SUN_W = 3000.0
HOUSE_W = 300.0
SUNRISE_S = 7 * HOUR_S
SUNSET_S = 19 * HOUR_S


def sun_between(
    from_s: int = SUNRISE_S, to_s: int = SUNSET_S, power_w: float = SUN_W
) -> tuple[float, ...]:
    """A sun that is either there or not, in seconds of the local day."""
    start, end = from_s - START_S, to_s - START_S
    return tuple(power_w if start <= second < end else 0.0 for second in range(DAY_S))


def simple_case(
    site: Site = REFERENCE,
    *,
    window: Window = ALL_DAY,
    sun: Sequence[float] | None = None,
    house_w: float = HOUSE_W,
    appetite_kwh: float | None = None,
) -> Case:
    """A day with a constant sun between 07:00 and 19:00 and a constant house."""
    return Case(
        site=site,
        sun=Brought(
            name="simple",
            watts=tuple(sun) if sun is not None else sun_between(),
            sunrise_s=float(SUNRISE_S),
            sunset_s=float(SUNSET_S),
        ),
        style="home",
        house_seed=0,
        window=window,
        appetite_kwh=appetite_kwh,
        own_house=(house_w,) * DAY_S,
    )


class Scripted:
    """A law that answers from a function and keeps what it saw."""

    def __init__(self, answer: Callable[[Observation], int], period_s: int = 60) -> None:
        self.period_s = period_s
        self.seen: list[Observation] = []
        self._answer = answer

    def offer(self, seen: Observation) -> int:
        self.seen.append(seen)
        return self._answer(seen)


def at_hours(from_h: float, to_h: float, current_a: int) -> Callable[[Facts], Scripted]:
    """A maker of laws that offer a current between two hours."""

    def make(_facts: Facts) -> Scripted:
        return Scripted(
            lambda seen: current_a if from_h * HOUR_S <= seen.time_s < to_h * HOUR_S else 0
        )

    return make
