"""A house on a desk whose meters tell something else than what is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from custom_components.victron_openevse.control.model import (
    ChargerReading,
    Reading,
    Readings,
    SiteReading,
    SiteSource,
)
from simulator.closed_loop import ClosedLoop
from simulator.scenario import Scenario

type Tamper = Callable[[ClosedLoop, Readings], Readings]


class Tampered(ClosedLoop):
    """A loop whose readings are changed on their way to the law."""

    def __init__(self, scenario: Scenario, tamper: Tamper | None = None, **how: Any) -> None:
        """Change nothing until `tamper` is set."""
        self.tamper = tamper
        super().__init__(scenario, **how)

    def readings(self) -> Readings:
        """What the law is told."""
        readings = super().readings()
        return readings if self.tamper is None else self.tamper(self, readings)


def of_site(**changes: Callable[[Any], Any]) -> Tamper:
    """Change readings of the site by what is given for each."""

    def tamper(_loop: ClosedLoop, readings: Readings) -> Readings:
        site: SiteReading = readings.site
        for name, change in changes.items():
            reading = getattr(site, name)
            if reading is not None:
                changed: dict[str, Any] = {name: Reading(change(reading.value), reading.at_s)}
                site = replace(site, **changed)
        return replace(readings, site=site)

    return tamper


def turned(value: float) -> float:
    """The other convention of signs."""
    return -value


def without_car(*names: str) -> Tamper:
    """Take the car out of what the site reads."""

    def tamper(loop: ClosedLoop, readings: Readings) -> Readings:
        car_w = loop.world.plant.flows.car_w
        return of_site(**dict.fromkeys(names, lambda value: value - car_w))(loop, readings)

    return tamper


def unseen(loop: ClosedLoop, readings: Readings) -> Readings:
    """A charger behind another meter: neither grid nor battery knows of it."""
    flows = loop.world.plant.flows
    site = replace(
        readings.site,
        grid_power_w=Reading(50.0, loop.world.now_s),
        battery_power_w=Reading(flows.pv_w - flows.house_w, loop.world.now_s),
        consumption_power_w=Reading(flows.house_w, loop.world.now_s),
    )
    return replace(readings, site=site)


def on_phase(number: int) -> Tamper:
    """Hang the car on another phase than the first, and tell each phase's power."""

    def tamper(loop: ClosedLoop, readings: Readings) -> Readings:
        powers = list(loop.world.plant.flows.grid_phases_w)
        powers[0], powers[number - 1] = powers[number - 1], powers[0]
        phases = tuple(Reading(power_w, loop.world.now_s) for power_w in powers)
        return replace(readings, site=replace(readings.site, grid_phase_powers_w=phases))

    return tamper


def of_charger(**changes: Callable[[float], float]) -> Tamper:
    """Change what the charger reports."""

    def changed(charger: ChargerReading) -> ChargerReading:
        values: dict[str, Any] = {}
        for name, change in changes.items():
            reading = getattr(charger, name)
            values[name] = None if reading is None else Reading(change(reading.value), reading.at_s)
        return replace(charger, **values)

    def tamper(_loop: ClosedLoop, readings: Readings) -> Readings:
        chargers = {key: changed(charger) for key, charger in readings.chargers.items()}
        return replace(readings, chargers=chargers)

    return tamper


def polled(every_s: float) -> Tamper:
    """Read site and charger only now and then, as entities of a polling integration."""
    kept: list[Readings] = []
    read_at_s = float("-inf")

    def tamper(loop: ClosedLoop, readings: Readings) -> Readings:
        nonlocal read_at_s
        if loop.world.now_s - read_at_s >= every_s:
            read_at_s = loop.world.now_s
            site = replace(readings.site, source=SiteSource.ENTITIES)
            kept[:] = [replace(readings, site=site)]
        return replace(readings, site=kept[0].site, chargers=kept[0].chargers)

    return tamper
