"""The power under a clear sky on the days of the benchmark, for whoever has to guess the weather."""

from pathlib import Path
from typing import Final

import numpy as np

from benchmark import cache
from benchmark.days import DAY_S, FILES, PLACES, START_S, Computed, Measured, SunSource
from simulator import weather
from simulator.weather import GOLDEN, RECORDS, Day

ROOF_DEG: Final = 35.0
"""Tilt assumed for the clear sky over measured days."""
SOURCES: Final = (Path(__file__), Path(weather.__file__))


def clear_watts_per_kw(source: SunSource) -> cache.Floats:
    """Return W per kW of array in each second from 05:00, from the cache.

    Raises TypeError for days that a user brought: place and roof are not known.
    """
    if isinstance(source, Computed):
        place, on, tilt_deg = PLACES[source.place], source.on, source.tilt_deg
    elif isinstance(source, Measured):
        record = source.record
        place, tilt_deg = GOLDEN, ROOF_DEG
        on = RECORDS[record].on if record in RECORDS else FILES[record]
    else:
        raise TypeError(f"the clear sky over {source.name} is not known")

    def make() -> dict[str, cache.Floats]:
        day = Day.clear_sky(1.0, on, place, tilt_deg=tilt_deg)
        watts = np.fromiter((day.power_w(second) for second in range(DAY_S)), float, DAY_S)
        return {"watts": np.roll(watts, -START_S)}

    return cache.arrays(f"clear-{cache.digest(source, cache.source_digest(SOURCES))}", make)[
        "watts"
    ]
