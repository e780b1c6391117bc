"""What an entity's state is worth: its number in our unit, or the word for what is wrong with it.

Units are converted by Home Assistant's own tables. A state without a unit where one is due, or
outside any belief, is no value: nothing is guessed.
"""

from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType
from typing import Final

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_UNIT_OF_MEASUREMENT,
    PERCENTAGE,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
)
from homeassistant.core import State
from homeassistant.util.unit_conversion import (
    BaseUnitConverter,
    ElectricCurrentConverter,
    ElectricPotentialConverter,
    EnergyConverter,
    PowerConverter,
)

from .entity_refs import UNUSABLE
from .entity_roles import Quantity


@dataclass(frozen=True, slots=True)
class Measure:
    """Unit and plausible range of a quantity, in our unit."""

    unit: str
    low: float
    high: float
    converter: type[BaseUnitConverter] | None = None
    unit_optional: bool = False


MEASURES: Final = MappingProxyType(
    {
        # A megawatt is no house.
        Quantity.POWER: Measure(UnitOfPower.WATT, -1e6, 1e6, PowerConverter),
        # Above any charger's current, with room for a badly calibrated transformer.
        Quantity.CURRENT: Measure(
            UnitOfElectricCurrent.AMPERE, 0.0, 100.0, ElectricCurrentConverter, unit_optional=True
        ),
        # Phase to neutral, with the room that measuring chargers need.
        Quantity.VOLTAGE: Measure(
            UnitOfElectricPotential.VOLT, 60.0, 300.0, ElectricPotentialConverter
        ),
        # Fifty years at 22 kW.
        Quantity.ENERGY: Measure(UnitOfEnergy.KILO_WATT_HOUR, 0.0, 1e7, EnergyConverter),
        Quantity.LEVEL: Measure(PERCENTAGE, 0.0, 100.0, unit_optional=True),
    }
)

_ON: Final = "on"
_OFF: Final = "off"
LIMITED: Final = "limited"
"""Part of the state's text at every integration that tells the mode of a solar charger that is held
back: `voltage_current_limited` at one, `limited` at another."""

_GRID_SOURCES: Final = MappingProxyType(
    {
        "grid": True,
        "shore": True,
        "shore_power": True,
        "on_grid": True,
        # It gives AC, but it is no grid.
        "generator": False,
        "not_connected": False,
        "off_grid": False,
    }
)
"""Words for what feeds the house -> whether that is the grid, as each integration spells a GX's own
coding of its input. Only what needs no guess: an input that goes by its number may be a generator."""
_GRID_CLASSES: Final = MappingProxyType(
    {
        BinarySensorDeviceClass.CONNECTIVITY.value: True,
        BinarySensorDeviceClass.POWER.value: True,
        BinarySensorDeviceClass.PROBLEM.value: False,
    }
)
"""Device class of a binary sensor -> what its "on" says of the grid; one of another class may mean
either."""


def speaks(state: State | None) -> bool:
    """Tell whether an entity says anything."""
    return state is not None and state.state not in UNUSABLE


def number_of(state: State | None, quantity: Quantity) -> float | None:
    """Give the number in our unit; None for anything else."""
    measure = MEASURES.get(quantity)
    return None if measure is None or problem_of(state, quantity) else _converted(state, measure)


def flag_of(state: State | None) -> bool | None:
    """Give on or off; the text of a solar charger's mode counts as on when it is limited."""
    if state is None or not speaks(state):
        return None
    text = state.state.lower()
    if text in (_ON, _OFF):
        return text == _ON
    return LIMITED in text


def grid_connected_of(state: State | None) -> bool | None:
    """Tell whether the house is on the grid; None when the state does not say that."""
    if state is None or not speaks(state):
        return None
    text = state.state.lower()
    if text not in (_ON, _OFF):
        return _GRID_SOURCES.get(text.replace(" ", "_").replace("-", "_"))
    meaning = _GRID_CLASSES.get(str(state.attributes.get(ATTR_DEVICE_CLASS)))
    return None if meaning is None else meaning == (text == _ON)


def problem_of(state: State | None, quantity: Quantity) -> str | None:
    """Key of what keeps a state from being of use, for forms; None = nothing does."""
    if state is None:
        return "entity_missing"
    if not speaks(state):
        return "entity_silent"
    measure = MEASURES.get(quantity)
    if measure is None:
        return None
    if _number(state) is None:
        return "entity_no_number"
    value = _converted(state, measure)
    if value is None:
        return "entity_wrong_unit"
    return None if measure.low <= value <= measure.high else "entity_out_of_range"


def _number(state: State) -> float | None:
    try:
        value = float(state.state)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _converted(state: State | None, measure: Measure) -> float | None:
    """Give the number in the measure's unit; None when its own unit cannot become that."""
    value = None if state is None else _number(state)
    if state is None or value is None:
        return None
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if unit == measure.unit or (unit is None and measure.unit_optional):
        return value
    if measure.converter is None or not isinstance(unit, str):
        return None
    if unit not in measure.converter.VALID_UNITS:
        return None
    return measure.converter.convert(value, unit, measure.unit)
