"""What an OpenEVSE gateway's scalar topics say at this moment.

Measured values are zero outside state 3, since the gateway takes the ammeter's word only while
charging. `pilot` stays at the set current while asleep, and `status` is the target of the claims,
not the electrical state: both mislead who reads them as the offer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.openevse_claims import MIN_CURRENT_A, ClaimClient
from simulator.openevse_controller import StateCode
from simulator.openevse_topics import hostname

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
CONTROLLER_FIRMWARE: Final = "8.2.3"
"""Of the charge controller; its releases are counted apart from the gateway's."""
LEVEL_2: Final = 2
"""The controller's service level for 230 V."""
HARD_MAX_A: Final = 32
"""The reference charger's wiring."""
COLOUR_RED: Final = 1
COLOURS: Final = {0: 7, 1: 2, 2: 3, 3: 6, 254: 5, 255: 5}
"""Colour of the display by state: white, green, yellow, teal, violet; red for every fault."""


def factory_config(
    device_id: str, base_topic: str, firmware: str, *, soft_max_a: int, three_phase: bool
) -> dict[str, Scalar]:
    """Return the part of a new charger's configuration that matters to others.

    `firmware` is the gateway's, which the document calls `version`.
    """
    return {
        "version": firmware,
        "buildenv": "openevse_wifi_v1",
        "firmware": CONTROLLER_FIRMWARE,
        "wifi_serial": device_id.upper(),
        "hostname": hostname(device_id),
        "service": LEVEL_2,
        "max_current_soft": soft_max_a,
        "min_current_hard": MIN_CURRENT_A,
        "max_current_hard": HARD_MAX_A,
        "default_state": True,
        "pause_uses_disabled": False,
        "is_threephase": three_phase,
        "divert_enabled": False,
        "current_shaper_enabled": False,
        "limit_default_type": "",
        "limit_default_value": 0,
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


def status_values(charger: OpenEvseEmulator) -> dict[str, Scalar]:
    """Return what the gateway shows under /status: all that its events carry, and the network."""
    versions = {f"{name}_version": number for name, number in charger.versions.items()}
    return {
        "mode": "STA",
        "wifi_client_connected": 1,
        "eth_connected": 0,
        "net_connected": 1,
        "ipaddress": "127.0.0.1",
        "mqtt_connected": int(charger.connected),
        "rapi_connected": int(charger.serial_alive),
        **charge_values(charger),
        **box_values(charger),
        "gfcicount": 0,
        "nogndcount": 0,
        "stuckcount": 0,
        "divert_active": False,
        "shaper": int(charger.shaper),
        "service_level": LEVEL_2,
        "limit": charger.limit.active,
        "ota_update": 0,
        **versions,
    }
