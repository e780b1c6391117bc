"""Begins a commissioning check, or says in the user's language why it cannot be."""

from collections.abc import Mapping, Sequence
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


def begin_checks(targets: Sequence[tuple[SiteCoordinator, str]]) -> None:
    """Let a check begin at each of these chargers, or at none of them.

    Raises ServiceValidationError where one would end at once, and where two are of the same site: they
    would take each other's steps for the house's.
    """
    for coordinator, charger_id in targets:
        if sum(other is coordinator for other, _ in targets) > 1:
            raise _refused(coordinator, charger_id, translation_key="check_several")
        _demand_check(coordinator, charger_id)
    for coordinator, charger_id in targets:
        serial = coordinator.data.charger(charger_id).memory.check.serial
        with setting_errors():
            coordinator.set_charger(charger_id, check_serial=serial + 1)


def _demand_check(coordinator: SiteCoordinator, charger_id: str) -> None:
    """Refuse a check that would end at once, or disturb another."""
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


def _refused(
    coordinator: SiteCoordinator, charger_id: str, translation_key: str
) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=translation_key,
        translation_placeholders={"charger": coordinator.config_entry.subentries[charger_id].title},
    )
