"""A sun forecast as integrations of Home Assistant deliver it: wrong, but not blind.

At the start of each hour a service tells the energy of every clock hour of the day. It knows the clear
sky, and of the weather only the day's course: clearness blurred over hours, because weather models
place a front some hours wrong and see no single cloud. The day as a whole is wrong by a lognormal
factor, which is larger under a changeable sky, drifts from hour to hour, and slowly gets smaller.

The factor's size is an assumption of the benchmark, chosen on the pessimistic side: 10 % on clear
days, 25 % on cloudy ones. Measured day-ahead forecasts of single plants are wrong by 10..14 % of the
nameplate in the hourly root mean square, and overrate a day by more than 40 % about once in a
thousand days (D. P. Larson, L. Nonnenmacher, C. F. M. Coimbra: Day-ahead forecasting of solar power
output from photovoltaic plants in the American Southwest, Renewable Energy 91, 2016).
"""

from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np

from benchmark import cache
from benchmark.clear_sky import clear_watts_per_kw
from benchmark.days import DAY_S, START_S, Brought, SunSource, load

type Issues = tuple[tuple[float, ...], ...]
"""What the service says at the start of each hour from 05:00: kWh of each clock hour from 05:00."""

HOURS: Final = 24
HOUR_S: Final = 3600
WS_PER_KWH: Final = 3.6e6
BLUR_H: Final = 3.0
"""Standard deviation in time with which the weather's course is known."""
CLEAR_SHARE: Final = 0.9
CLOUDY_SHARE: Final = 0.6
"""Days that give these shares of the clear sky's energy count as clear and as cloudy."""
CLEAR_ERROR: Final = 0.10
CLOUDY_ERROR: Final = 0.25
"""Standard deviation of the logarithm of the day's factor; in between, a line."""
PERSISTENCE: Final = 0.9
"""Correlation of the factor's logarithm from one hour to the next: most of an error stays."""
LAST_SHARE: Final = 0.6
"""Part of the error that is left `FALLING_H` hours after the first forecast."""
FALLING_H: Final = 15.0
"""From 05:00 to a summer's sunset."""
LEAST_KWH: Final = 1e-9
"""Keeps the division by an hour without sun harmless."""


@lru_cache(maxsize=4)
def issues_for(source: SunSource) -> Issues:
    """Return a day's forecasts per kW of array, of a brought day for its own; always the same."""
    course = _known_course(source)
    factors = _factors(source, _clear_share(source))
    return tuple(tuple((course * factor).tolist()) for factor in factors)


def coming_kwh(issues: Issues, time_s: int) -> tuple[float, ...]:
    """Return the energy of each coming hour from now, as far as the forecast reaches.

    `time_s` counts from local midnight. Within a clock hour the energy is spread evenly.
    """
    hour, rest_s = divmod(time_s - START_S, HOUR_S)
    if hour >= len(issues):
        return ()
    part = rest_s / HOUR_S
    hours = (*issues[hour][hour:], 0.0)
    return tuple((1.0 - part) * now_kwh + part * next_kwh for now_kwh, next_kwh in pairwise(hours))


def _known_course(source: SunSource) -> cache.Floats:
    """Return the day's true energy in the course that a weather model knows, kWh an hour."""
    true, clear = _hourly_kwh(load(source).watts_per_kw), _clear_kwh(source)
    apart_h = np.arange(HOURS)[:, None] - np.arange(HOURS)[None, :]
    near = np.exp(-0.5 * (apart_h / BLUR_H) ** 2)
    course = clear * (near @ true) / np.maximum(near @ clear, LEAST_KWH)
    return np.asarray(course * (true.sum() / max(float(course.sum()), LEAST_KWH)))


def _factors(source: SunSource, clear_share: float) -> list[float]:
    """Draw the day's factor for each hour's forecast; its mean is one."""
    cloudiness = (CLEAR_SHARE - clear_share) / (CLEAR_SHARE - CLOUDY_SHARE)
    spread = CLEAR_ERROR + (CLOUDY_ERROR - CLEAR_ERROR) * min(max(cloudiness, 0.0), 1.0)
    rng = np.random.default_rng(int(cache.digest("forecast", source.name), 16))
    error, factors = float(rng.normal()), []
    for hour in range(HOURS):
        left = 1.0 - (1.0 - LAST_SHARE) * min(hour / FALLING_H, 1.0)
        factors.append(float(np.exp(spread * left * error - (spread * left) ** 2 / 2.0)))
        error = PERSISTENCE * error + (1.0 - PERSISTENCE**2) ** 0.5 * float(rng.normal())
    return factors


def _clear_share(source: SunSource) -> float:
    true_kwh = float(_hourly_kwh(load(source).watts_per_kw).sum())
    return true_kwh / max(float(_clear_kwh(source).sum()), LEAST_KWH)


def _clear_kwh(source: SunSource) -> cache.Floats:
    """Return a clear sky's energy of each hour; for a brought day half a sine over its peak."""
    if not isinstance(source, Brought):
        return _hourly_kwh(clear_watts_per_kw(source))
    sun = load(source)
    seconds = np.arange(DAY_S) + START_S
    phase = (seconds - sun.sunrise_s) / max(sun.sunset_s - sun.sunrise_s, 1.0)
    half_sine = np.where((phase > 0.0) & (phase < 1.0), np.sin(np.pi * phase), 0.0)
    peak_w = _hourly_kwh(sun.watts_per_kw).max() * WS_PER_KWH / HOUR_S
    return _hourly_kwh(np.asarray(half_sine * peak_w))


def _hourly_kwh(watts: cache.Floats) -> cache.Floats:
    return np.asarray(watts.reshape(HOURS, HOUR_S).sum(axis=1) / WS_PER_KWH)
