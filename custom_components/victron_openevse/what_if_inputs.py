"""Everything a replay needs: what was recorded, and what is known without the recorder."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Final

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    SUN_EVENT_SUNRISE,
    SUN_EVENT_SUNSET,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.sun import get_astral_event_next
from homeassistant.util import dt as dt_util

from .const import CONF_EXPORT_PRICE, CONF_IMPORT_PRICE, DAY, DOMAIN, HOUR
from .control.freshness import known
from .control.memory import ChargerMemory
from .control.model import Readings, Settings
from .control.phases import phases_of
from .control.replay_record import USUAL_C, USUAL_MINIMUM_PCT, W_PER_KW, Day, SiteFacts, Track
from .coordinator import SiteCoordinator
from .departure import Departure
from .entity_refs import find
from .price_unit import price_per_kwh
from .recorded_days import (
    MORE_CHARGER,
    MORE_SITE,
    NEEDED_CHARGER,
    NEEDED_FLAGS,
    NEEDED_SITE,
    Key,
    Known,
    Tracks,
)
from .recorded_settings import CHARGER_KNOBS, SITE_KNOBS
from .recorder_history import Histories, as_numbers, async_read

SITE_SOURCES: Final[Mapping[str, Platform]] = {
    **dict.fromkeys((*NEEDED_SITE, *MORE_SITE), Platform.SENSOR),
    "pv_curtailed": Platform.BINARY_SENSOR,
    **{knob.key: knob.platform for knob in SITE_KNOBS},
}
CHARGER_SOURCES: Final[Mapping[str, Platform]] = {
    **dict.fromkeys((*NEEDED_CHARGER, *MORE_CHARGER), Platform.SENSOR),
    **dict.fromkeys((*NEEDED_FLAGS, "charging"), Platform.BINARY_SENSOR),
    **{knob.key: knob.platform for knob in CHARGER_KNOBS},
}
"""Keys of our entities and their platforms."""


def find_entities(
    hass: HomeAssistant, owner: str, platforms: Mapping[str, Platform]
) -> dict[str, str]:
    """Give the entity ids by key of the site or charger `owner`; without those switched off."""
    registry = er.async_get(hass)
    found: dict[str, str] = {}
    for key, platform in platforms.items():
        entity_id = registry.async_get_entity_id(platform, DOMAIN, f"{owner}_{key}")
        entry = None if entity_id is None else registry.async_get(entity_id)
        if entry is not None and entry.disabled_by is None:
            found[key] = entry.entity_id
    return found


def find_sources(hass: HomeAssistant, coordinator: SiteCoordinator) -> dict[Key, str]:
    """Give our entities' ids by charger and key.

    Raises HomeAssistantError when one that is needed is switched off.
    """
    site = find_entities(hass, coordinator.config_entry.entry_id, SITE_SOURCES)
    sources: dict[Key, str] = {(None, key): entity_id for key, entity_id in site.items()}
    missing = [key for key in NEEDED_SITE if key not in site]
    for charger in coordinator.settings.chargers:
        own = find_entities(hass, charger, CHARGER_SOURCES)
        sources |= {(charger, key): entity_id for key, entity_id in own.items()}
        missing += [key for key in (*NEEDED_CHARGER, *NEEDED_FLAGS) if key not in own]
    if missing:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="entity_disabled",
            translation_placeholders={"entities": ", ".join(missing)},
        )
    return sources


async def async_tracks(
    hass: HomeAssistant, coordinator: SiteCoordinator, start: datetime, end: datetime
) -> Tracks:
    """Read what was recorded of the site.

    Raises HomeAssistantError without a recorder, and when an entity that is needed is switched off.
    """
    sources = find_sources(hass, coordinator)
    prices = {
        key: entity_id
        for key in (CONF_IMPORT_PRICE, CONF_EXPORT_PRICE)
        if (entity_id := _price_entity(hass, coordinator, key)) is not None
    }
    histories = await async_read(hass, (*sources.values(), *prices.values()), start, end)
    return Tracks(
        texts={
            key: histories[entity_id]
            for key, entity_id in sources.items()
            if entity_id in histories
        },
        import_price=_price_track(hass, histories, prices.get(CONF_IMPORT_PRICE)),
        export_price=_price_track(hass, histories, prices.get(CONF_EXPORT_PRICE)),
    )


def _price_entity(hass: HomeAssistant, coordinator: SiteCoordinator, key: str) -> str | None:
    reference = coordinator.config_entry.options.get(key)
    return None if reference is None else find(hass, reference)


def _price_track(hass: HomeAssistant, histories: Histories, entity_id: str | None) -> Track[float]:
    if entity_id is None:
        return ()
    state = hass.states.get(entity_id)
    unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    return as_numbers(histories.get(entity_id, ()), lambda text: price_per_kwh(text, unit))


def what_is_known(
    hass: HomeAssistant, coordinator: SiteCoordinator, settings: Settings, start: datetime
) -> Known:
    """Gather what is known without the recorder, for the days from `start` until now."""
    data, now = coordinator.data, dt_util.now()
    readings, memories = data.readings, data.memory.chargers
    days = make_days(hass, dt_util.as_local(start).date(), now)
    feed_in, prices = readings.site.feed_in_allowed, coordinator.inputs.prices()
    return Known(
        days=days,
        settings=settings,
        site=_site_facts(readings, settings),
        feed_in=None if feed_in is None else feed_in.value,
        phases={
            key: phases_of(own, memories.get(key, ChargerMemory()))
            for key, own in settings.chargers.items()
        },
        departures_s={
            key: _departures_s(departure, days) for key, departure in data.departures.items()
        },
        house=data.memory.house,
        import_price=None if prices is None else prices.import_per_kwh,
        export_price=None if prices is None else prices.export_per_kwh,
    )


def _site_facts(readings: Readings, settings: Settings) -> SiteFacts:
    voltages = (
        readings.site.grid_voltage_v,
        *(charger.voltage_v for charger in readings.chargers.values()),
    )
    told = (known(reading) for reading in voltages)
    volts = next((value for value in told if value), settings.site.nominal_voltage_v)
    minimum_pct = known(readings.site.active_soc_limit_pct)
    usual_w = USUAL_C * settings.site.battery_capacity_kwh * W_PER_KW
    return SiteFacts(
        volts=volts,
        max_charge_w=usual_w,
        max_discharge_w=usual_w,
        min_soc_pct=USUAL_MINIMUM_PCT if minimum_pct is None else minimum_pct,
        grid_phases=max(1, len(readings.site.grid_phase_powers_w)),
    )


def make_days(hass: HomeAssistant, first: date, now: datetime) -> tuple[Day, ...]:
    """Give the local days from `first` until `now`, which ends the last one."""
    dates = [first + number * DAY for number in range((now.date() - first).days + 2)]
    edges = [dt_util.start_of_local_day(one) for one in dates]
    return tuple(_day(hass, start, min(end, now)) for start, end in pairwise(edges) if start < now)


def _day(hass: HomeAssistant, start: datetime, end: datetime) -> Day:
    sunrise = _next(hass, SUN_EVENT_SUNRISE, start)
    if sunrise is not None and sunrise - start >= DAY:
        sunrise = None
    sunset = None if sunrise is None else _next(hass, SUN_EVENT_SUNSET, sunrise)
    length_h = None
    if sunrise is not None and sunset is not None and sunset - sunrise < DAY:
        length_h = (sunset - sunrise) / HOUR
    return Day(
        date=start.date().isoformat(),
        start_s=start.timestamp(),
        end_s=end.timestamp(),
        sunset_s=None if sunset is None or length_h is None else sunset.timestamp(),
        length_h=length_h,
    )


def _next(hass: HomeAssistant, event: str, after: datetime) -> datetime | None:
    try:
        return get_astral_event_next(hass, event, dt_util.as_utc(after))
    except ValueError:
        return None  # the sun does not rise or set within a year


def _departures_s(departure: Departure, days: Iterable[Day]) -> tuple[float, ...]:
    """When the car was to leave on each of the days and the one after, by today's plan."""
    if departure.at is None or not departure.planned:
        return ()
    dates = [date.fromisoformat(day.date) for day in days]
    zone = dt_util.get_default_time_zone()
    return tuple(
        datetime.combine(one, departure.at, zone).timestamp() for one in (*dates, dates[-1] + DAY)
    )
