"""Begins a commissioning check, or says in the user's language why it cannot be."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN
from .control.change import replace
from .control.commissioning import obstacle
from .control.commissioning_record import CheckEnd
from .control.freshness import known
from .control.temporary import mode_in_force
from .coordinator import SiteCoordinator
from .entity import setting_errors

CHECK_RUNNING: Final = "check_running"

REFUSALS: Final[Mapping[CheckEnd, str]] = MappingProxyType(
    {
        CheckEnd.SHADOW: "check_in_shadow",
        CheckEnd.OFFLINE: "check_offline",
        CheckEnd.FAULT: "check_fault",
        CheckEnd.SWITCHED_OFF: "check_switched_off",
        CheckEnd.PAUSED: "check_paused",
        CheckEnd.NO_VEHICLE: "check_no_vehicle",
        CheckEnd.OVERRIDDEN: "check_overridden",
        CheckEnd.BATTERY_LOW: "check_battery_low",
        CheckEnd.DATA_OLD: "check_data_old",
    }
)
"""What is said for what forbids a check."""


def begin_check(coordinator: SiteCoordinator, charger_id: str) -> None:
    """Let a check begin; raises ServiceValidationError where it would end at once.

    Two at a time would take each other's steps for the house's.
    """
    data = coordinator.data
    if any(memory.check.running for memory in data.memory.chargers.values()):
        raise _refused(coordinator, charger_id, CHECK_RUNNING)
    own, site = data.charger(charger_id), data.readings.site
    end = obstacle(
        data.settings.site,
        replace(own.settings, mode=mode_in_force(own.settings)),
        own.memory,
        own.reading,
        known(site.battery_soc_pct),
        data.now_s,
    )
    # Without a level of the battery nothing is known of the reserve either.
    silent = data.decision.site.data_problem or data.decision.site.reserve_pct is None
    if end is None and silent:
        end = CheckEnd.DATA_OLD
    if end is not None:
        raise _refused(coordinator, charger_id, REFUSALS[end])
    with setting_errors():
        coordinator.set_charger(charger_id, check_serial=own.memory.check.serial + 1)


def _refused(
    coordinator: SiteCoordinator, charger_id: str, translation_key: str
) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=translation_key,
        translation_placeholders={"charger": coordinator.config_entry.subentries[charger_id].title},
    )
