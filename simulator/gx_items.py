"""What the emulated GX shows: every read-only item, by service and D-Bus path.

The tables are this project's second reading of the GX's contract; the integration has its own.
A reader gets the `GxView` and returns the value, None for "invalid". Units as on a GX: W, A, V, %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from simulator.ess import MULTI_CHARGER_ONLY, MULTI_OFF
from simulator.gx_view import PHASES, SOURCE_GRID, SOURCE_NONE, STATE_DISCHARGING, GxView

if TYPE_CHECKING:
    from collections.abc import Callable

type Value = float | str | None
type Reader = Callable[[GxView], Value]


@dataclass(frozen=True, slots=True)
class Constant:
    """A reader of what never changes; it need not be asked again."""

    value: Value

    def __call__(self, _view: GxView) -> Value:
        """Return the value."""
        return self.value


class Item(NamedTuple):
    """One value: the service's name, the path within it, how to read it, and its phase if any."""

    service: str
    path: str
    read: Reader
    phase: int = 0


def _phased(service: str, pattern: str, read: Callable[[GxView, int], Value]) -> list[Item]:
    """Return an item for each phase; `{}` in the pattern is the phase's number."""

    def reader(phase: int) -> Reader:
        return lambda view: read(view, phase)

    return [Item(service, pattern.format(phase + 1), reader(phase), phase) for phase in PHASES]


def _without_power(pattern: str) -> list[Item]:
    """Return items of the system for each phase that exist but never have a value."""
    return [Item("system", pattern.format(phase + 1), Constant(None)) for phase in PHASES]


def _of(service: str, readers: dict[str, Reader]) -> list[Item]:
    return [Item(service, path, read) for path, read in readers.items()]


def _system_state(view: GxView) -> int:
    """Return the state the GX shows in words; the first that holds."""
    flows, ess = view.flows, view.plant.ess
    states = (
        (ess.multi_mode == MULTI_OFF, 0),
        (flows.islanded, 9),  # inverting
        (flows.recharging, 258),
        (ess.multi_mode == MULTI_CHARGER_ONLY, 3),  # bulk
        (flows.discharged, 257),  # sustain
        (view.battery_state == STATE_DISCHARGING, 256),
    )
    return next((state for holds, state in states if holds), 252)  # external control


def _vebus_state(view: GxView) -> int:
    """Return the Multi's own state: under ESS it is 252, external control."""
    if view.flows.islanded:
        return 9
    return 3 if view.plant.ess.multi_mode == MULTI_CHARGER_ONLY else 252


def _flag(read: Callable[[GxView], bool]) -> Reader:
    return lambda view: int(read(view))


def _in_force(cap_w: float) -> float:
    """Return a limit as the GX shows it: -1 for none."""
    return cap_w if cap_w < 1e6 else -1  # noqa: PLR2004 - beyond any inverter: no limit


def _state_items() -> list[Item]:
    readers: dict[str, Reader] = {
        "SystemState/State": _system_state,
        "SystemState/LowSoc": _flag(lambda v: v.flows.discharged),
        "SystemState/BatteryLife": Constant(0),
        "SystemState/DischargeDisabled": _flag(lambda v: v.discharge_limit_a == 0),
        "SystemState/ChargeDisabled": _flag(lambda v: v.charge_limit_a == 0),
        "SystemState/SlowCharge": _flag(lambda v: v.flows.recharging),
        "SystemState/UserChargeLimited": _flag(lambda v: v.plant.ess.max_charge_w == 0),
        "SystemState/UserDischargeLimited": _flag(
            lambda v: v.plant.ess.max_discharge_w == 0 and not v.plant.ess.keep_charged
        ),
        "SystemState/PeakShaving": Constant(0),
    }
    return _of("system", readers)


def _system_items() -> list[Item]:
    readers: dict[str, Reader] = {
        "Dc/Pv/Power": lambda v: round(v.flows.pv_dc_w),
        "Dc/Pv/Current": lambda v: round(v.flows.pv_dc_w / v.battery_v, 1),
        "Dc/Battery/Power": lambda v: round(v.battery_w),
        "Dc/Battery/Current": lambda v: v.battery_a,
        "Dc/Battery/Voltage": lambda v: v.battery_v,
        "Dc/Battery/Soc": lambda v: v.flows.soc_pct,
        "Dc/Battery/State": lambda v: v.battery_state,
        "Dc/Battery/TimeToGo": Constant(None),
        "Ac/Grid/NumberOfPhases": lambda v: len(v.grid_phases_w),
        "Ac/Consumption/NumberOfPhases": lambda v: len(v.grid_phases_w),
        "Ac/PvOnGrid/NumberOfPhases": lambda v: len(v.grid_phases_w) if v.has_pv_inverter else None,
        "Ac/PvOnOutput/NumberOfPhases": Constant(None),
        "Ac/PvOnGenset/NumberOfPhases": Constant(None),
        "Ac/ActiveIn/Source": lambda v: SOURCE_NONE if v.flows.islanded else SOURCE_GRID,
        "Ac/ActiveIn/GridParallel": _flag(lambda v: not v.flows.islanded),
        "Control/ActiveSocLimit": lambda v: v.plant.ess.min_soc_pct,
        "Control/EssState": Constant(1),
        "Control/ScheduledCharge": Constant(0),
        "Control/ScheduledSoc": Constant(None),
        "Control/Dvcc": Constant(1),
        "Control/BmsParameters": Constant(1),
        "Control/SolarChargeCurrent": Constant(1),
        "Control/MaxChargeCurrent": lambda v: v.charge_limit_a,
    }
    return [
        *_state_items(),
        *_of("system", readers),
        *_phased("system", "Ac/Grid/L{}/Power", GxView.grid),
        *_phased("system", "Ac/Consumption/L{}/Power", GxView.consumption),
        *_phased("system", "Ac/ConsumptionOnInput/L{}/Power", GxView.on_input),
        *_phased("system", "Ac/ConsumptionOnOutput/L{}/Power", GxView.on_output),
        *_phased("system", "Ac/PvOnGrid/L{}/Power", GxView.pv_on_grid),
        *_without_power("Ac/PvOnOutput/L{}/Power"),
        *_without_power("Ac/PvOnGenset/L{}/Power"),
    ]


def _hub4_items() -> list[Item]:
    readers: dict[str, Reader] = {
        "PvPowerLimiterActive": _flag(lambda v: v.flows.pv_limited and v.feed_in_bounded),
        "MaxDischargePower": lambda v: _in_force(v.plant.ess.discharge_cap_w),
        "MaxChargePower": lambda v: _in_force(v.plant.ess.charge_cap_w),
        "IsPeakShaving": Constant(0),
    }
    return _of("hub4", readers)


def _multi_items() -> list[Item]:
    readers: dict[str, Reader] = {
        "ProductName": Constant("MultiPlus-II 48/5000/70-50"),
        "ProductId": Constant(9760),
        "ModeIsAdjustable": Constant(1),
        "State": _vebus_state,
        "Ac/NumberOfPhases": lambda v: len(v.grid_phases_w),
        "Dc/0/Power": lambda v: round(-v.flows.inverter_w),
        "Hub4/L1/AcPowerSetpoint": lambda v: v.active_in(0),
        "Hub4/DisableCharge": Constant(0),
        "Hub4/DisableFeedIn": Constant(0),
    }
    return [
        *_of("vebus", readers),
        *_phased("vebus", "Ac/ActiveIn/L{}/P", GxView.active_in),
        *_phased("vebus", "Ac/Out/L{}/P", GxView.on_output),
    ]


def _battery_items() -> list[Item]:
    readers: dict[str, Reader] = {
        "ProductName": Constant("BYD Premium LV"),
        "Soc": lambda v: v.flows.soc_pct,
        "Info/MaxChargeCurrent": lambda v: v.charge_limit_a,
        "Info/MaxDischargeCurrent": lambda v: v.discharge_limit_a,
        "Info/MaxChargeVoltage": Constant(56.0),
        "Info/ChargeRequest": Constant(0),
        "Dc/0/Power": lambda v: round(v.battery_w),
        "Dc/0/Voltage": lambda v: v.battery_v,
        "Dc/0/Current": lambda v: v.battery_a,
    }
    return _of("battery", readers)


def _meter_items() -> list[Item]:
    readers: dict[str, Reader] = {
        "ProductName": Constant("Carlo Gavazzi ET112"),
        "Ac/Power": lambda v: round(sum(v.grid_phases_w)),
    }

    def volts(view: GxView, phase: int) -> Value:
        return view.plant.config.volts if phase < len(view.grid_phases_w) else None

    def current(view: GxView, phase: int) -> Value:
        power_w = view.grid(phase)
        return None if power_w is None else round(power_w / view.plant.config.volts, 2)

    return [
        *_of("grid", readers),
        *_phased("grid", "Ac/L{}/Power", GxView.grid),
        *_phased("grid", "Ac/L{}/Voltage", volts),
        *_phased("grid", "Ac/L{}/Current", current),
    ]


def _solar_charger_items() -> list[Item]:
    readers: dict[str, Reader] = {
        "ProductName": Constant("SmartSolar MPPT RS 450/100"),
        "ProductId": Constant(0xA102),
        "Yield/Power": lambda v: round(v.flows.pv_dc_w),
        "State": lambda v: 252 if v.flows.mppt_mode else 0,
        "MppOperationMode": lambda v: v.flows.mppt_mode,
        "Pv/0/MppOperationMode": lambda v: v.flows.mppt_mode,
        "Pv/0/P": lambda v: round(v.flows.pv_dc_w),
        "Pv/0/V": lambda v: 380.0 if v.flows.mppt_mode else 0.0,
        "Pv/0/Name": Constant("South"),
        "Settings/ChargeCurrentLimit": Constant(100.0),
    }
    return _of("solarcharger", readers)


def _pv_inverter_items() -> list[Item]:
    def power_limit(view: GxView) -> Value:
        """Return the limit in force: just what is produced while held back, else the rating."""
        limited = view.flows.pv_limited
        return round(view.flows.pv_ac_w if limited else view.plant.config.inverter_rating_w)

    readers: dict[str, Reader] = {
        "ProductName": Constant("Fronius Primo"),
        "Position": Constant(0),
        "StatusCode": Constant(7),
        "Ac/Power": lambda v: round(v.flows.pv_ac_w),
        "Ac/MaxPower": lambda v: v.plant.config.inverter_rating_w,
        "Ac/PowerLimit": power_limit,
    }
    return [*_of("pvinverter", readers), *_phased("pvinverter", "Ac/L{}/Power", GxView.pv_on_grid)]


def measured_items(portal_id: str, ac_share: float, phases: int) -> list[Item]:
    """Return all read-only items of a site; `ac_share` decides which PV services exist.

    Of more than `phases` phases nothing is ever known.
    """
    platform: dict[str, Reader] = {
        "ProductName": Constant("MultiPlus-II GX"),
        "Firmware/Installed/Version": Constant("v3.72"),
    }
    items = [
        Item("system", "Serial", Constant(portal_id)),
        *_of("platform", platform),
        *_system_items(),
        *_hub4_items(),
        *_multi_items(),
        *_battery_items(),
        *_meter_items(),
        *(_solar_charger_items() if ac_share < 1.0 else []),
        *(_pv_inverter_items() if ac_share > 0.0 else []),
    ]
    return [one if one.phase < phases else one._replace(read=Constant(None)) for one in items]
