"""What can be written to the emulated GX, its ranges, and what each write does to the plant.

Settings live in flash (each write counts); overrides of the hub4 service are volatile and expire.
As on a real GX a refused write is silent: the value simply does not change. -1 means no limit.
"""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.ess import EssSettings

type Apply = Callable[[EssSettings, float | None], None]

CGWACS: Final = "settings/Settings/CGwacs/"
OVERRIDES: Final = "hub4/Overrides/"
VEBUS_MODE: Final = "vebus/Mode"
BATTERY_LIFE_STATE: Final = f"{CGWACS}BatteryLife/State"
NO_LIMIT: Final = -1.0
KEEP_CHARGED: Final = 9
NO_BATTERY_LIFE: Final = 10


@dataclass(frozen=True, slots=True)
class Writable:
    """One item that accepts W/: where it starts, what it accepts and what it does."""

    key: str
    """Service name and path, without the instance."""
    start: float | None
    apply: Apply
    low: float | None = None
    high: float | None = None
    choices: frozenset[int] | None = None
    """The only values accepted, where a GX's menu has no others."""
    shows_range: bool = False
    """Whether the payload carries min and max (items that define a range)."""
    nullable: bool = False

    @property
    def flash(self) -> bool:
        """Whether a write wears the flash."""
        return self.key.startswith("settings/")

    @property
    def expires(self) -> bool:
        """Whether the value is volatile and must be refreshed."""
        return self.key.startswith(OVERRIDES)

    def accepts(self, value: object) -> bool:
        """Return whether a GX would take the value."""
        if value is None:
            return self.nullable
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not math.isfinite(value) or (self.choices is not None and value not in self.choices):
            return False
        too_low = self.low is not None and value < self.low
        return not too_low and (self.high is None or value <= self.high)


def _limit(value: float | None) -> float | None:
    """Return a limit in W, None for "no limit"."""
    return None if value is None or value < 0 else float(value)


def _number(value: float | None) -> float:
    return 0.0 if value is None else float(value)


def _set_setpoint(ess: EssSettings, value: float | None) -> None:
    ess.setpoint_w = _number(value)


def _set_max_discharge(ess: EssSettings, value: float | None) -> None:
    ess.max_discharge_w = _limit(value)


def _set_max_charge(ess: EssSettings, value: float | None) -> None:
    ess.max_charge_w = _limit(value)


def _set_max_feed_in(ess: EssSettings, value: float | None) -> None:
    ess.max_feed_in_w = _limit(value)


def _set_feed_in_excess(ess: EssSettings, value: float | None) -> None:
    ess.feed_in_excess = bool(value)


def _set_prevent_feedback(ess: EssSettings, value: float | None) -> None:
    ess.prevent_feedback = bool(value)


def _set_hub4_mode(ess: EssSettings, value: float | None) -> None:
    ess.hub4_mode = int(_number(value))


def _set_battery_life(ess: EssSettings, value: float | None) -> None:
    ess.keep_charged = value == KEEP_CHARGED


def _set_min_soc(ess: EssSettings, value: float | None) -> None:
    ess.min_soc_pct = _number(value)


def _set_multi_mode(ess: EssSettings, value: float | None) -> None:
    ess.multi_mode = int(_number(value))


def _override_setpoint(ess: EssSettings, value: float | None) -> None:
    ess.override_setpoint_w = value


def _override_max_discharge(ess: EssSettings, value: float | None) -> None:
    ess.override_max_discharge_w = _limit(value)


def _override_max_charge(ess: EssSettings, value: float | None) -> None:
    ess.override_max_charge_w = _limit(value)


def _override_feed_in(ess: EssSettings, value: float | None) -> None:
    ess.override_feed_in = int(_number(value))


def _nothing(_ess: EssSettings, _value: float | None) -> None:
    """Keep the value and change nothing in the plant."""


def _or_no_limit(value: float | None) -> float:
    return NO_LIMIT if value is None else value


def writable_items(ess: EssSettings) -> list[Writable]:
    """Return everything that accepts writes, starting from the plant's settings."""
    return [*_settings(ess), *_overrides(), _mode(ess)]


def _settings(ess: EssSettings) -> list[Writable]:
    setpoint = Writable(
        f"{CGWACS}AcPowerSetPoint",
        ess.setpoint_w,
        _set_setpoint,
        low=-15_000.0,
        high=15_000.0,
        shows_range=True,
    )
    min_soc = Writable(
        f"{CGWACS}BatteryLife/MinimumSocLimit",
        ess.min_soc_pct,
        _set_min_soc,
        low=0.0,
        high=100.0,
        shows_range=True,
    )
    state = Writable(
        BATTERY_LIFE_STATE,
        KEEP_CHARGED if ess.keep_charged else NO_BATTERY_LIFE,
        _set_battery_life,
        choices=frozenset({1, KEEP_CHARGED, NO_BATTERY_LIFE}),
    )
    return [
        setpoint,
        min_soc,
        state,
        _power_limit("MaxDischargePower", ess.max_discharge_w, _set_max_discharge),
        _power_limit("MaxChargePower", ess.max_charge_w, _set_max_charge),
        _power_limit("MaxFeedInPower", ess.max_feed_in_w, _set_max_feed_in),
        _menu("OvervoltageFeedIn", int(ess.feed_in_excess), 0, 1, _set_feed_in_excess),
        _menu("PreventFeedback", int(ess.prevent_feedback), 0, 1, _set_prevent_feedback),
        _menu("Hub4Mode", ess.hub4_mode, 1, 3, _set_hub4_mode),
        _menu("BatteryUse", 0, 0, 1, _nothing),
        _menu("RunWithoutGridMeter", 0, 0, 1, _nothing),
        _stored("settings/Settings/CGwacs/BatteryLife/SocLimit", 10.0, 0.0, 100.0),
        _stored("settings/Settings/SystemSetup/MaxChargeCurrent", NO_LIMIT, NO_LIMIT, 10_000.0),
        _stored("settings/Settings/Services/Bol", 3, 0, 7),
        _stored("settings/Settings/DynamicEss/Mode", 0, 0, 4),
    ]


def _power_limit(name: str, start: float | None, apply: Apply) -> Writable:
    """Return a power limit; these carry no range in the payload."""
    return Writable(f"{CGWACS}{name}", _or_no_limit(start), apply, low=NO_LIMIT, high=1e6)


def _menu(name: str, start: int, low: int, high: int, apply: Apply) -> Writable:
    choices = frozenset(range(low, high + 1))
    return Writable(f"{CGWACS}{name}", start, apply, low, high, choices, shows_range=True)


def _stored(key: str, start: float, low: float, high: float) -> Writable:
    return Writable(key, start, _nothing, low, high, shows_range=True)


def _overrides() -> list[Writable]:
    def override(name: str, apply: Apply, low: float, high: float) -> Writable:
        return Writable(f"{OVERRIDES}{name}", None, apply, low, high, nullable=True)

    return [
        override("Setpoint", _override_setpoint, -32_767.0, 32_767.0),
        override("MaxDischargePower", _override_max_discharge, NO_LIMIT, 1e6),
        override("MaxChargePower", _override_max_charge, NO_LIMIT, 1e6),
        Writable(f"{OVERRIDES}FeedInExcess", 0, _override_feed_in, choices=frozenset({0, 1, 2})),
        Writable(f"{OVERRIDES}ForceCharge", 0, _nothing, choices=frozenset({0, 1})),
    ]


def _mode(ess: EssSettings) -> Writable:
    return Writable(VEBUS_MODE, ess.multi_mode, _set_multi_mode, choices=frozenset({1, 2, 3, 4}))
