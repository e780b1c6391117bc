"""What entities of other integrations can stand for: one row per role, for site and charger.

The table is shared by whoever reads them, suggests them, or asks for them in a form. A role's key is
the name of its field in forms and in stored data, where each role holds a list of references.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Quantity(StrEnum):
    """What an entity's state means, and so its unit and range."""

    POWER = "power"
    CURRENT = "current"
    VOLTAGE = "voltage"
    ENERGY = "energy"
    LEVEL = "level"
    FLAG = "flag"
    TEXT = "text"


SENSORS: Final = ("sensor", "input_number")
FLAGS: Final = ("binary_sensor", "input_boolean", "switch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One thing an entity can tell or do."""

    key: str
    quantity: Quantity
    domains: tuple[str, ...] = SENSORS
    many: bool = False
    """Whether several entities are summed (or, of flags, any of them counts)."""
    required: bool = False


GRID: Final = Role(key="grid_power", quantity=Quantity.POWER, many=True, required=True)
GRID_EXPORT: Final = Role(key="grid_export_power", quantity=Quantity.POWER, many=True)
BATTERY: Final = Role(key="battery_power", quantity=Quantity.POWER, many=True, required=True)
BATTERY_DISCHARGE: Final = Role(key="battery_discharge_power", quantity=Quantity.POWER, many=True)
BATTERY_SOC: Final = Role(key="battery_soc", quantity=Quantity.LEVEL, required=True)
PV: Final = Role(key="pv_power", quantity=Quantity.POWER, many=True, required=True)
CONSUMPTION: Final = Role(key="consumption_power", quantity=Quantity.POWER, many=True)
GRID_VOLTAGE: Final = Role(key="grid_voltage", quantity=Quantity.VOLTAGE)
SOC_LIMIT: Final = Role(
    key="active_soc_limit", quantity=Quantity.LEVEL, domains=(*SENSORS, "number")
)
PV_LIMITED: Final = Role(
    key="pv_limited", quantity=Quantity.FLAG, domains=("sensor", *FLAGS), many=True
)
GRID_CONNECTED: Final = Role(
    key="grid_connected", quantity=Quantity.TEXT, domains=("sensor", "binary_sensor")
)

SITE_ROLES: Final = (
    GRID,
    GRID_EXPORT,
    BATTERY,
    BATTERY_DISCHARGE,
    BATTERY_SOC,
    PV,
    CONSUMPTION,
    GRID_VOLTAGE,
    SOC_LIMIT,
    PV_LIMITED,
    GRID_CONNECTED,
)

SETPOINT: Final = Role(
    key="set_current",
    quantity=Quantity.CURRENT,
    domains=("number", "input_number"),
    required=True,
)
ENABLE: Final = Role(
    key="enable",
    quantity=Quantity.TEXT,
    domains=("select", "switch", "input_boolean", "input_select"),
    required=True,
)
CHARGING_POWER: Final = Role(key="charging_power", quantity=Quantity.POWER, required=True)
VEHICLE: Final = Role(key="vehicle_connected", quantity=Quantity.FLAG, domains=FLAGS)
STATUS: Final = Role(key="charger_status", quantity=Quantity.TEXT, domains=("sensor",))
PILOT: Final = Role(key="pilot_current", quantity=Quantity.CURRENT)
CHARGING_CURRENT: Final = Role(key="charging_current", quantity=Quantity.CURRENT)
CHARGER_VOLTAGE: Final = Role(key="charger_voltage", quantity=Quantity.VOLTAGE)
TOTAL_ENERGY: Final = Role(key="total_energy", quantity=Quantity.ENERGY)
SESSION_ENERGY: Final = Role(key="session_energy", quantity=Quantity.ENERGY)

CHARGER_ROLES: Final = (
    SETPOINT,
    ENABLE,
    CHARGING_POWER,
    VEHICLE,
    STATUS,
    PILOT,
    CHARGING_CURRENT,
    CHARGER_VOLTAGE,
    TOTAL_ENERGY,
    SESSION_ENERGY,
)

CONF_GRID_SIGN: Final = "grid_sign"
CONF_BATTERY_SIGN: Final = "battery_sign"


class GridSign(StrEnum):
    """What a positive grid power means at its entity."""

    IMPORT = "import_positive"
    EXPORT = "export_positive"


class BatterySign(StrEnum):
    """What a positive battery power means at its entity."""

    CHARGE = "charge_positive"
    DISCHARGE = "discharge_positive"
