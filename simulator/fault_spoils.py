"""What random faults make of the readings: values that are gone, broken, stuck, old or simply wrong."""

from __future__ import annotations

from dataclasses import replace
import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from custom_components.victron_openevse.control.model import Reading, Readings, SiteReading
from simulator.fault_house_dice import BROKEN, CHARGER_FIELDS, SITE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

FACTORS: Final = (-1.0, 0.0, 0.1, 10.0)
"""What a wrong sign, unit or clamp makes of a value."""

type Change = Callable[[Readings], Readings]


class Spoil(NamedTuple):
    """One fault in the readings."""

    change: Change
    lies: bool = False
    """What it says is taken for fresh and true: by such a reading no limit can be kept."""
    chargers: tuple[str, ...] = ()
    """Chargers of which something is not known as it is."""


class Spoiler:
    """Draws faults for the readings of a house with these chargers."""

    def __init__(self, dice: Random, chargers: list[str]) -> None:
        """Draw from `dice`."""
        self._dice = dice
        self._chargers = chargers

    def draw(self) -> Spoil:
        """Draw one fault."""
        makers = (self._lose, self._break, self._freeze, self._silence, self._lie)
        return self._dice.choice(makers)()

    def _on_field(self, change: Callable[[Reading[Any]], Any], *, lies: bool = False) -> Spoil:
        """Change one reading of the site or of one charger."""
        key = self._dice.choice(self._chargers)
        name = self._dice.choice(SITE_FIELDS + CHARGER_FIELDS)
        of_site = name in SITE_FIELDS

        def spoil(readings: Readings) -> Readings:
            source: Any = readings.site if of_site else readings.chargers[key]
            reading = getattr(source, name)
            if reading is None:
                return readings
            changed = replace(source, **{name: change(reading)})
            if of_site:
                return replace(readings, site=changed)
            return replace(readings, chargers={**readings.chargers, key: changed})

        return Spoil(spoil, lies, () if of_site else (key,))

    def _lose(self) -> Spoil:
        return self._on_field(lambda _reading: None)

    def _break(self) -> Spoil:
        broken = self._dice.choice(BROKEN)
        return self._on_field(_of_numbers(lambda _value: broken), lies=math.isfinite(broken))

    def _lie(self) -> Spoil:
        factor = self._dice.choice(FACTORS)
        return self._on_field(_of_numbers(lambda value: value * factor), lies=True)

    def _freeze(self) -> Spoil:
        """One value stays, and its age grows or not."""
        held: list[Reading[Any]] = []
        fresh = self._dice.random() < 0.5  # noqa: PLR2004 - half of them

        def change(reading: Reading[Any]) -> Reading[Any]:
            held.append(reading) if not held else None
            return Reading(held[0].value, reading.at_s) if fresh else held[0]

        return self._on_field(change, lies=fresh)

    def _silence(self) -> Spoil:
        """The site, or everything, says nothing new."""
        held: list[Readings] = []
        all_of_it = self._dice.random() < 0.5  # noqa: PLR2004 - half of them
        never = self._dice.random() < 0.2  # noqa: PLR2004 - some

        def spoil(readings: Readings) -> Readings:
            held.append(readings) if not held else None
            site = SiteReading(source=readings.site.source) if never else held[0].site
            chargers = held[0].chargers if all_of_it else readings.chargers
            return replace(readings, site=site, chargers=chargers)

        return Spoil(spoil, chargers=tuple(self._chargers) if all_of_it else ())


def _of_numbers(change: Callable[[float], float]) -> Callable[[Reading[Any]], Reading[Any]]:
    """Change numbers and leave everything else."""

    def changed(reading: Reading[Any]) -> Reading[Any]:
        is_number = isinstance(reading.value, float)
        return Reading(change(reading.value), reading.at_s) if is_number else reading

    return changed
