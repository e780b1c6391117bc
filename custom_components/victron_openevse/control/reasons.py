"""Every reason a decision can have.

A reason is a code (translated by whoever shows it) and the numbers behind it, so that a person can
check the decision and a test can pin it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class ReasonCode(StrEnum):
    """Why a charger offers what it offers."""

    SWITCHED_OFF = "switched_off"
    PAUSED_UNTIL_MORNING = "paused_until_morning"
    PAUSED_FOR_A_WHILE = "paused_for_a_while"
    NO_VEHICLE = "no_vehicle"
    CHARGER_OFFLINE = "charger_offline"
    CHARGER_FAULT = "charger_fault"
    OVERRIDDEN_AT_CHARGER = "overridden_at_charger"
    GRID_LOST = "grid_lost"
    FIXED_CURRENT = "fixed_current"
    BOOSTING = "boosting"
    FOLLOWING_SURPLUS = "following_surplus"
    SUPPLEMENTING_MINIMUM = "supplementing_minimum"
    GUARANTEED_MINIMUM = "guaranteed_minimum"
    SHARING_BATTERY = "sharing_battery"
    PROBING_HIDDEN_SUN = "probing_hidden_sun"
    RESERVE_REACHED = "reserve_reached"
    FILLING_BATTERY_FIRST = "filling_battery_first"
    WAITING_FOR_SURPLUS = "waiting_for_surplus"
    MINIMUM_ON_TIME = "minimum_on_time"
    MINIMUM_OFF_TIME = "minimum_off_time"
    WAITING_FOR_CHARGER = "waiting_for_charger"
    WAITING_FOR_CONTACTOR = "waiting_for_contactor"
    CAR_NOT_DRAWING = "car_not_drawing"
    TARGET_REACHED = "target_reached"
    SESSION_LIMIT_REACHED = "session_limit_reached"
    DATA_OLD_HOLDING = "data_old_holding"
    DATA_OLD_MINIMUM = "data_old_minimum"
    DATA_MISSING = "data_missing"
    LIMITED_BY_CIRCUIT = "limited_by_circuit"
    LIMITED_BY_CHARGER = "limited_by_charger"
    LIMITED_BY_GRID = "limited_by_grid"
    LIMITED_BY_BATTERY = "limited_by_battery"
    LIMITED_BY_INVERTER = "limited_by_inverter"
    LIMIT_UNWATCHED = "limit_unwatched"
    """A limit of the site is set, but what it limits is not known."""
    CLOSINGS_USED_UP = "closings_used_up"
    CHECKING = "checking"
    """A commissioning check steers."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code with its numbers; each number's name carries its unit."""

    code: ReasonCode
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
