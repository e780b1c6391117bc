"""Conditions in the user's words: it is charging, from the sun, waiting, in a mode; the battery may help.

Each looks at one entity of a charger or site, whatever that is called. Two of them compare with what
the law knew at its last decision, which is fresher than any state.
"""

from typing import TYPE_CHECKING, ClassVar, Final, override

from homeassistant.components.binary_sensor import (  # type: ignore[attr-defined] # listed from 2026.11
    DOMAIN as BINARY_SENSOR_DOMAIN,
)
from homeassistant.components.select import DOMAIN as SELECT_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_MODE, CONF_OPTIONS, CONF_TARGET, STATE_ON
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL,
    Condition,
    ConditionConfig,
    EntityConditionBase,
    EntityStateConditionBase,
)
import voluptuous as vol

from .const import DOMAIN
from .control.energy import split_power
from .control.freshness import charging_power_w
from .control.model import Mode, Status
from .coordinator import SiteCoordinator, SiteData
from .entity_choice import only
from .form_parts import as_schema
from .readings import live, slow

BINARY_SENSORS: Final = {BINARY_SENSOR_DOMAIN: DomainSpec()}
SELECTS: Final = {SELECT_DOMAIN: DomainSpec()}
SENSORS: Final = {SENSOR_DOMAIN: DomainSpec()}

WAITING: Final[set[str | bool]] = {Status.WAITING_FOR_SUN, Status.WAITING_FOR_BATTERY}
CHARGING: Final[set[str | bool]] = {STATE_ON}

CONF_SHARE: Final = "share"

DEFAULT_SHARE_PCT: Final = 50.0
"""More sun than anything else."""

MODE_SCHEMA: Final = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(
    {
        vol.Required(CONF_OPTIONS): {
            vol.Required(CONF_MODE): vol.All(
                cv.ensure_list, vol.Length(min=1), [vol.In(list(Mode))]
            )
        }
    }
)

_BEHAVIOR: Final = {
    vol.Required(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In([BEHAVIOR_ANY, BEHAVIOR_ALL])
}
# Without "for": what they compare with is no state, so nobody could say since when it holds.
NOW_SCHEMA: Final = as_schema(
    {
        vol.Required(CONF_TARGET): cv.TARGET_FIELDS,
        vol.Required(CONF_OPTIONS, default={}): _BEHAVIOR,
    }
)
SHARE_SCHEMA: Final = NOW_SCHEMA.extend(
    {
        vol.Required(CONF_OPTIONS, default={}): {
            **_BEHAVIOR,
            vol.Required(CONF_SHARE, default=DEFAULT_SHARE_PCT): vol.All(
                vol.Coerce(float), vol.Range(min=1.0, max=100.0)
            ),
        }
    }
)


class OurCondition(EntityConditionBase):
    """A condition that looks at the entity with one key."""

    _key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave only the entity with our key among those targeted."""
        return only(self._hass, super().entity_filter(entities), self._key)


class IsCharging(OurCondition, EntityStateConditionBase):
    """Holds while a car is being charged."""

    _domain_specs = BINARY_SENSORS
    _key = "charging"
    _states = CHARGING


class IsWaiting(OurCondition, EntityStateConditionBase):
    """Holds while a car gets nothing because sun or battery are not enough."""

    _domain_specs = SENSORS
    _key = "status"
    _states = WAITING


class IsInMode(OurCondition, EntityStateConditionBase):
    """Holds while one of the given modes is chosen."""

    _domain_specs = SELECTS
    _key = "mode"
    _schema = MODE_SCHEMA

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        if TYPE_CHECKING:
            assert config.options is not None
        self._states = set(config.options[CONF_MODE])


class SiteCondition(OurCondition):
    """A condition that also needs what the law knew at its last decision."""

    _schema = NOW_SCHEMA

    @property
    @override
    def needs_polling(self) -> bool:
        """Yes: what it compares is no state, so no change of a state announces it."""
        return True

    def site(self, entity_id: str) -> SiteData | None:
        """Give the data of the site an entity belongs to; None while it is not running."""
        entity = er.async_get(self._hass).async_get(entity_id)
        entry_id = entity.config_entry_id if entity else None
        entry = self._hass.config_entries.async_get_entry(entry_id) if entry_id else None
        if entry is None or entry.domain != DOMAIN or entry.state is not ConfigEntryState.LOADED:
            return None
        coordinator: SiteCoordinator = entry.runtime_data
        return coordinator.data


class IsChargingFromSun(SiteCondition):
    """Holds while a car is being charged and so much of what it gets right now is sun."""

    _domain_specs = BINARY_SENSORS
    _key = "charging"
    _schema = SHARE_SCHEMA

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        if TYPE_CHECKING:
            assert config.options is not None
        self._least_share_pct: float = config.options[CONF_SHARE]

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Compare with what the last decision knows, not with the state shown."""
        site = self.site(entity_state.entity_id)
        share_pct = solar_share_pct(site) if site and entity_state.state == STATE_ON else None
        return share_pct is not None and share_pct >= self._least_share_pct


class BatteryIsAboveReserve(SiteCondition):
    """Holds while the house battery is above the level it keeps for the house."""

    _domain_specs = SENSORS
    _key = "battery_soc"

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Compare with what the last decision knows, not with the state shown."""
        site = self.site(entity_state.entity_id)
        if site is None:
            return False
        soc_pct = slow(site, site.readings.site.battery_soc_pct)
        reserve_pct = site.decision.site.reserve_pct
        return soc_pct is not None and reserve_pct is not None and soc_pct > reserve_pct


def solar_share_pct(data: SiteData) -> float | None:
    """Part of the cars' power that is sun right now, 0..100; None while nothing flows.

    All cars of a site share what comes from the sun alike.
    """
    chargers = data.readings.chargers.values()
    total_w = sum(charging_power_w(reading, data.now_s) or 0.0 for reading in chargers)
    if total_w <= 0.0:
        return None
    site = data.readings.site
    origin = split_power(
        total_w,
        live(data, site.pv_power_w),
        data.decision.site.house_power_w,
        live(data, site.battery_power_w),
    )
    return 100.0 * origin.solar_w / total_w


CONDITIONS: Final[dict[str, type[Condition]]] = {
    "battery_is_above_reserve": BatteryIsAboveReserve,
    "is_charging": IsCharging,
    "is_charging_from_sun": IsChargingFromSun,
    "is_in_mode": IsInMode,
    "is_waiting": IsWaiting,
}


async def async_get_conditions(_hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Give the conditions by name."""
    return CONDITIONS
