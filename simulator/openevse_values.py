"""What an OpenEVSE gateway's scalar topics say at this moment.

Measured values are zero outside state 3, since the gateway takes the ammeter's word only while
charging. `pilot` stays at the set current while asleep, and `status` is the target of the claims,
not the electrical state: both mislead who reads them as the offer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.openevse_claims import MIN_CURRENT_A, ClaimClient
from simulator.openevse_controller import StateCode

if TYPE_CHECKING:
    from simulator.openevse import OpenEvseEmulator

type Scalar = bool | float | str

MA_PER_A: Final = 1000
PHASES_OF_THREE_PHASE: Final = 3
WS_PER_WH: Final = 3600.0
WH_PER_KWH: Final = 1000.0
SIGNAL_DBM: Final = -61
FREE_RAM_BYTES: Final = 150_000
TEMPERATURE_DC: Final = 268
"""A lukewarm box, in tenths of a degree."""
HARD_MAX_A: Final = 32
"""The reference charger's wiring."""
COLOUR_RED: Final = 1
COLOURS: Final = {0: 7, 1: 2, 2: 3, 3: 6, 254: 5, 255: 5}
"""Colour of the display by state: white, green, yellow, teal, violet; red for every fault."""


def factory_config(
    device_id: str, base_topic: str, firmware: str, *, soft_max_a: int, three_phase: bool
) -> dict[str, Scalar]:
    """Return the part of a new charger's configuration that matters on MQTT."""
    return {
        "firmware": firmware,
        "wifi_serial": device_id.upper(),
        "max_current_soft": soft_max_a,
        "min_current_hard": MIN_CURRENT_A,
        "max_current_hard": HARD_MAX_A,
        "default_state": True,
        "pause_uses_disabled": False,
        "is_threephase": three_phase,
        "mqtt_retained": False,
        "mqtt_topic": base_topic,
    }


def measured_amps(charger: OpenEvseEmulator) -> float:
    """Return what the gateway takes as the car's current."""
    return charger.car.current_a if charger.state == StateCode.CHARGING else 0.0


def measured_power_w(charger: OpenEvseEmulator) -> float:
    """Return the power that the gateway computes and counts, from one phase's current."""
    phases = PHASES_OF_THREE_PHASE if charger.config["is_threephase"] else 1
    return measured_amps(charger) * charger.reported_volts * phases


def charge_values(charger: OpenEvseEmulator) -> dict[str, Scalar]:
    """Return the topics about charging."""
    controller, meter = charger.controller, charger.meter
    return {
        "state": controller.state,
        "flags": controller.flags,
        "vehicle": int(controller.vehicle),
        "colour": COLOURS.get(controller.state, COLOUR_RED),
        "pilot": controller.pilot_a,
        "max_current": int(charger.config["max_current_soft"]),
        "manual_override": int(charger.claims.get(ClaimClient.MANUAL) is not None),
        "status": charger.target.state,
        "elapsed": int(meter.session_s),
        "amp": round(measured_amps(charger) * MA_PER_A),
        "voltage": charger.reported_volts,
        "power": measured_power_w(charger),
        "session_elapsed": int(meter.session_s),
        "session_energy": meter.session_wh,
        "total_energy": meter.total_kwh,
        "total_day": meter.day_kwh,
        "total_week": meter.week_kwh,
        "total_month": meter.month_kwh,
        "total_year": meter.year_kwh,
        "total_switches": controller.closings,
        "divertmode": charger.divert_mode,
    }


def box_values(charger: OpenEvseEmulator) -> dict[str, Scalar]:
    """Return the topics of the full dump that are not about charging."""
    clock = charger.clock
    return {
        "wattsec": charger.meter.session_wh * WS_PER_WH,
        "watthour": charger.meter.total_kwh * WH_PER_KWH,
        "temp": TEMPERATURE_DC,
        "temp_max": TEMPERATURE_DC,
        "temp1": TEMPERATURE_DC,
        "temp2": False,
        "temp3": False,
        "temp4": False,
        "srssi": SIGNAL_DBM,
        "freeram": FREE_RAM_BYTES,
        "uptime": int(charger.uptime_s),
        "time": clock.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "local_time": clock.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "offset": "+0000",
        "evse_connected": 1,
        "rfid_auth": "",
    }
