"""Our own law in the benchmark: the product's `decide`, fed with what the benchmark shows.

The adapter only translates: observations become readings, the facts of the site become the settings
that an owner would have made. What is decided, and when, is in `control/` alone.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from benchmark.contract import Facts, Law, Observation
from benchmark.days import START_S
from benchmark.forecast import coming_kwh
from benchmark.prices import PRICES
from benchmark.rivals import RIVALS
from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import HouseMemory, Memory, Tariff
from custom_components.victron_openevse.control.model import (
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Mode,
    Prices,
    Priority,
    Reading,
    Readings,
    Settings,
    SiteReading,
    SiteSettings,
)

HOUR_S: Final = 3600.0
DAY_H: Final = 24.0
DAY_PERIOD_S: Final = 5
"""Between two decisions. The product decides each second; that changes results by less than a
tenth of a point and costs five times the time."""
REST_PERIOD_S: Final = 30
"""Without a car, or in the dark with the car off, when nothing moves."""
DARK_W: Final = 5.0
KEY: Final = "car"

OURS: Final = "victron_openevse"
WITH_FORECAST: Final = f"{OURS} + forecast"
WITH_PRICES: Final = f"{OURS} + prices"
OWN: Final = (OURS, WITH_FORECAST, WITH_PRICES)
"""Our law, as it is and with more hints; none of them is a rival."""

CHEAP_FROM_S: Final = 23 * 3600
CHEAP_TO_S: Final = 5 * 3600
"""The hours of the cheap tariff, where the owner's profile has one."""
REFILLS: Final[dict[Priority, tuple[float, ...]]] = {
    Priority.HOUSE_FIRST: (0.0,) * 5,
    Priority.BALANCED: (1.0,) * 5,
    Priority.CAR_FIRST: (1.0, 1.0, 0.0, 1.0, 1.0),
}
"""On which of the days before the sun filled the battery: what makes a kWh left at 05:00 worth what
the profile says (it will be used; tomorrow is sunny; in between)."""


class Ours:
    """The law of the product on one charger in solar mode."""

    def __init__(self, facts: Facts, day_period_s: int = DAY_PERIOD_S) -> None:
        """Start knowing the nights before, and nothing else."""
        self.period_s = self._day_period_s = day_period_s
        self._facts = facts
        self._settings = settings_for(facts)
        # A controller that has lived in this house for a week knows its nights.
        self._memory = Memory(house=HouseMemory(nights_kwh=facts.recent_nights_kwh[::-1]))

    def offer(self, seen: Observation) -> int:
        """Decide."""
        readings = self._readings(seen)
        decision, self._memory = decide(self._settings, self._memory, readings, float(seen.time_s))
        answer = decision.chargers[KEY]
        offered_a = answer.offered_current_a if answer.send else seen.offered_a
        resting = offered_a == 0 and (seen.pv_w < DARK_W or not seen.connected)
        self.period_s = max(self._day_period_s, REST_PERIOD_S if resting else 0)
        return offered_a

    def _readings(self, seen: Observation) -> Readings:
        return readings_from(seen, self._facts)


class OursWithForecast(Ours):
    """The same law in the hands of an owner who has a sun forecast."""

    def _readings(self, seen: Observation) -> Readings:
        told_kwh = coming_kwh(self._facts.forecasts_kwh, seen.time_s)
        return replace(super()._readings(seen), sun_forecast_kwh=told_kwh)


class OursWithPrices(Ours):
    """The same law with tariff entities instead of the owner's priority."""

    def __init__(self, facts: Facts) -> None:
        """Start knowing a day of prices and which of the last days were sunny."""
        super().__init__(facts)
        site = replace(self._settings.site, priority=Priority.PRICES)
        self._settings = replace(self._settings, site=site)
        hours = tuple(import_price(facts, START_S + hour * int(HOUR_S)) for hour in range(24))
        tariff = Tariff(hours=hours, refills=REFILLS[facts.priority])
        self._memory = replace(self._memory, house=replace(self._memory.house, tariff=tariff))

    def _readings(self, seen: Observation) -> Readings:
        prices = Prices(
            import_per_kwh=import_price(self._facts, seen.time_s),
            export_per_kwh=PRICES[self._facts.priority].sold,
        )
        return replace(super()._readings(seen), prices=prices)


def import_price(facts: Facts, time_s: int) -> float:
    """Return the import price at a second: at night what a kWh in the car is worth to the owner.

    That is a cheap tariff for two of the owners, and the day's price for the third.
    """
    prices, second = PRICES[facts.priority], time_s % int(DAY_H * HOUR_S)
    cheap = second >= CHEAP_FROM_S or second < CHEAP_TO_S
    return prices.car if cheap else prices.bought


def settings_for(facts: Facts) -> Settings:
    """Return the settings an owner makes: the site as it is, the priority, all current allowed."""
    site = SiteSettings(
        priority=facts.priority,
        battery_capacity_kwh=facts.battery_kwh,
        nominal_voltage_v=facts.voltage_v,
    )
    charger = ChargerSettings(
        mode=Mode.SOLAR,
        solar_min_current_a=facts.min_a,
        solar_max_current_a=facts.max_a,
        circuit_current_a=facts.max_a,
        phases=facts.phases,
    )
    return Settings(site=site, chargers={KEY: charger})


def readings_from(seen: Observation, facts: Facts) -> Readings:
    """Return what adapters would have read a second ago."""
    at_s = float(seen.time_s) - 1.0
    site = SiteReading(
        grid_power_w=Reading(seen.grid_w, at_s),
        battery_power_w=Reading(seen.battery_w, at_s),
        battery_soc_pct=Reading(seen.soc_pct, at_s),
        pv_power_w=Reading(seen.pv_w, at_s),
        pv_dc_power_w=Reading(seen.pv_dc_w, at_s),
        consumption_power_w=Reading(seen.house_w + seen.car_w, at_s),
        grid_voltage_v=Reading(facts.voltage_v, at_s),
        active_soc_limit_pct=Reading(facts.min_soc_pct, at_s),
        pv_limited=Reading(seen.pv_limited, at_s),
        feed_in_allowed=Reading(facts.feed_in, at_s),
        grid_connected=Reading(value=True, at_s=at_s),
    )
    charger = ChargerReading(
        online=Reading(value=True, at_s=at_s),
        state=Reading(_state(seen), at_s),
        vehicle_connected=Reading(seen.connected, at_s),
        charging_power_w=Reading(seen.car_w, at_s),
        charging_current_a=Reading(seen.drawn_a, at_s),
        voltage_v=Reading(facts.voltage_v, at_s),
        pilot_a=Reading(float(seen.offered_a), at_s),
        max_current_a=Reading(float(facts.max_a), at_s),
        manual_override=Reading(value=False, at_s=at_s),
        session_energy_kwh=Reading(seen.energy_kwh, at_s),
    )
    return Readings(
        site=site,
        chargers={KEY: charger},
        day_length_h=(facts.sunset_s - facts.sunrise_s) / HOUR_S,
        hours_to_departure=_hours_to_departure(seen, facts),
        hours_to_sunset=(facts.sunset_s - seen.time_s) / HOUR_S % DAY_H or DAY_H,
    )


def _hours_to_departure(seen: Observation, facts: Facts) -> dict[str, float]:
    if facts.departure_s is None or seen.time_s >= facts.departure_s:
        return {}
    return {KEY: (facts.departure_s - seen.time_s) / HOUR_S}


def _state(seen: Observation) -> ChargerState:
    if seen.charging:
        return ChargerState.CHARGING
    if not seen.connected:
        return ChargerState.DISCONNECTED
    return ChargerState.CONNECTED if seen.offered_a else ChargerState.SLEEPING


STANDARD: Final[dict[str, Callable[[Facts], Law]]] = {OURS: Ours, **RIVALS}
"""The laws that run unless others are asked for, ours first."""
LAWS: Final[dict[str, Callable[[Facts], Law]]] = {
    **STANDARD,
    WITH_FORECAST: OursWithForecast,
    WITH_PRICES: OursWithPrices,
}
"""All laws by name."""
