"""Notices that something else steers a charger as well, or that a meter's sign is turned.

Both show only over time: a person overrides a charger now and then, another program does it again and
again; and one step of the car proves nothing about a meter.
"""

from typing import Final

from .control.freshness import charging_power_w, known, oldest_at_s
from .control.model import Readings, Status
from .control.signs import Sample, SignWatch, Suspect, watch
from .lasting import Recurring
from .sources import ChargerAdapter

QUARRELS: Final = 4
"""Overrides or foreign claims; a person does not do that so often within the hour."""

QUARREL_WINDOW_S: Final = 3600.0


class Quarrel:
    """Counts how often somebody else took one charger."""

    def __init__(self) -> None:
        self._often = Recurring(QUARRELS, QUARREL_WINDOW_S)
        self._overridden = False
        self._foreign: int | None = None

    def follow(self, status: Status | None, now_s: float) -> None:
        """Take the status of each decision."""
        overridden = status is Status.OVERRIDDEN
        if overridden and not self._overridden:
            self._often.happened(now_s)
        if status not in {None, Status.OFFLINE, Status.NO_DATA}:
            self._overridden = overridden

    def lasts(self, charger: ChargerAdapter, now_s: float) -> bool:
        """Tell whether somebody else goes on steering; also counts foreign claims since last time."""
        foreign = int(charger.diagnostics().get("foreign_claims", 0))
        before = foreign if self._foreign is None else self._foreign
        for _ in range(min(QUARRELS, max(0, foreign - before))):
            self._often.happened(now_s)
        self._foreign = foreign
        return self._often.update(now_s)


class Signs:
    """Watches the signs of grid and battery power of one site."""

    def __init__(self) -> None:
        self._memory = SignWatch()

    @property
    def grid(self) -> Suspect:
        """What is held against the sign of the grid power."""
        return self._memory.grid

    @property
    def battery(self) -> Suspect:
        """What is held against the sign of the battery power."""
        return self._memory.battery

    def follow(self, readings: Readings, now_s: float) -> None:
        """Take the powers of each decision, where all of them are known."""
        site = readings.site
        grid_w, battery_w = known(site.grid_power_w), known(site.battery_power_w)
        read_at_s = oldest_at_s(site.grid_power_w, site.battery_power_w)
        cars = [charging_power_w(charger, now_s) for charger in readings.chargers.values()]
        charging_w = [power_w for power_w in cars if power_w is not None]
        if grid_w is None or battery_w is None or read_at_s is None or len(charging_w) < len(cars):
            return
        self._memory = watch(
            self._memory,
            Sample(
                at_s=now_s,
                read_at_s=read_at_s,
                charging_w=sum(charging_w),
                grid_w=grid_w,
                battery_w=battery_w,
                pv_w=known(site.pv_power_w) or 0.0,
            ),
        )
