"""A site read from entities of other integrations: states in, `SiteReading` out, nothing back.

This is glue: the only module of this package that knows Home Assistant. Signs and units are brought
to ours here. An entity that is unavailable or unknown is absent, and so is a sum with one such part.

Age (`EntityWatch` says how it is told): a living grid meter changes every second, so grid power is as
old as the youngest word of its own entities; battery, arrays and the rest may rest at a constant
value and are as old as the youngest word of their integration. So is what tells whether the grid is
there: it speaks when that changes.

The GX cannot be written this way: a limit on the inverter is not possible.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.core import HomeAssistant

from .. import entity_roles as roles
from ..const import CONF_ENTITIES
from ..control.model import Reading, SiteReading, SiteSource
from ..entity_roles import BatterySign, GridSign, Quantity, Role
from ..entity_values import flag_of, grid_connected_of, number_of
from ..entity_watch import EntityWatch

PHASES: Final = 3

_SEPARATE: Final = MappingProxyType(
    {
        roles.GRID: roles.GRID_EXPORT,
        roles.BATTERY: roles.BATTERY_DISCHARGE,
    }
)
"""Roles whose other direction may have entities of its own; the first is then >= 0."""


class EntitySite:
    """One site. Create, `start`, ask for `reading`; `stop` at the end."""

    def __init__(
        self, hass: HomeAssistant, data: Mapping[str, Any], on_change: Callable[[], None]
    ) -> None:
        """Prepare; `data` is the stored data of the site's entry."""
        self._watch = EntityWatch(hass, data[CONF_ENTITIES], lambda _role: on_change())
        self._inverted = {
            role
            for role, key, sign in (
                (roles.GRID, roles.CONF_GRID_SIGN, GridSign.EXPORT),
                (roles.BATTERY, roles.CONF_BATTERY_SIGN, BatterySign.DISCHARGE),
            )
            if data.get(key) == sign
        }

    @property
    def product_name(self) -> str | None:
        """Not told by entities."""
        return None

    @property
    def firmware_version(self) -> str | None:
        """Not told by entities."""
        return None

    @property
    def missing_entities(self) -> tuple[str, ...]:
        """Keys of the roles with an entity that was removed or disabled."""
        return self._watch.missing

    def start(self, now_s: float) -> None:
        """Begin to listen; calling it again changes nothing."""
        self._watch.start(now_s)

    def stop(self) -> None:
        """Listen no more."""
        self._watch.stop()

    def tick(self, now_s: float) -> None:
        """Nothing is ever due: entities speak by themselves."""

    def hold_discharge_limit(self, limit_w: float | None, now_s: float) -> None:
        """Without effect: entities cannot hold a limit at the GX."""

    def hand_back(self, now_s: float) -> None:
        """Nothing of ours is ever at the GX."""

    def reading(self, now_s: float) -> SiteReading:  # noqa: ARG002 - part of every adapter
        """Return what is known."""
        pv = self._resting(roles.PV)
        return SiteReading(
            source=SiteSource.ENTITIES,
            grid_power_w=self._grid(),
            grid_phase_powers_w=self._grid_phases(),
            battery_power_w=self._resting(roles.BATTERY, roles.BATTERY_DISCHARGE),
            battery_soc_pct=self._resting(roles.BATTERY_SOC),
            pv_power_w=None if pv is None else Reading(max(0.0, pv.value), pv.at_s),
            consumption_power_w=self._resting(roles.CONSUMPTION),
            grid_voltage_v=self._resting(roles.GRID_VOLTAGE),
            active_soc_limit_pct=self._resting(roles.SOC_LIMIT),
            pv_limited=self._limited(),
            grid_connected=_reading(
                grid_connected_of(self._watch.state(roles.GRID_CONNECTED)),
                self._watch.newest_at_s(roles.GRID_CONNECTED),
            ),
        )

    def diagnostics(self, now_s: float) -> dict[str, Any]:
        """Return all that is known, for a report."""
        return {
            "inverted": sorted(role.key for role in self._inverted),
            "missing_entities": list(self.missing_entities),
            "roles": self._watch.diagnostics(now_s),
        }

    def _grid(self) -> Reading[float] | None:
        return _reading(
            self._balance(roles.GRID), self._watch.reported_at_s(roles.GRID, roles.GRID_EXPORT)
        )

    def _grid_phases(self) -> tuple[Reading[float], ...]:
        """Three grid entities and none for export are the three phases, in the order they were named."""
        powers = [number_of(state, Quantity.POWER) for state in self._watch.states(roles.GRID)]
        at_s = self._watch.reported_at_s(roles.GRID)
        if len(powers) != PHASES or at_s is None or self._watch.has(roles.GRID_EXPORT):
            return ()
        sign = -1.0 if roles.GRID in self._inverted else 1.0
        known = [Reading(sign * power_w, at_s) for power_w in powers if power_w is not None]
        return tuple(known) if len(known) == PHASES else ()

    def _resting(self, *of: Role) -> Reading[float] | None:
        return _reading(self._balance(of[0]), self._watch.newest_at_s(*of))

    def _balance(self, role: Role) -> float | None:
        """Sum of a role's entities in our sign, W, less those of the other direction."""
        total = self._sum(role)
        other = _SEPARATE.get(role)
        if total is None or other is None or not self._watch.has(other):
            return -total if total is not None and role in self._inverted else total
        away = self._sum(other)
        # A direction of its own has no sign: some integrations count the other one negative.
        return None if away is None else max(0.0, total) - abs(away)

    def _sum(self, role: Role) -> float | None:
        values = [number_of(state, role.quantity) for state in self._watch.states(role)]
        known = [value for value in values if value is not None]
        return sum(known) if known and len(known) == len(values) else None

    def _limited(self) -> Reading[bool] | None:
        """True when any array is held back; arrays that say nothing do not count."""
        flags = [flag_of(state) for state in self._watch.states(roles.PV_LIMITED)]
        known = [flag for flag in flags if flag is not None]
        return _reading(any(known) if known else None, self._watch.newest_at_s(roles.PV_LIMITED))


def _reading[T](value: T | None, at_s: float | None) -> Reading[T] | None:
    return None if value is None or at_s is None else Reading(value, at_s)
