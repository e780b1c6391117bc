"""A charger steered through entities of other integrations: states in, service calls out.

This is glue: the only module of this package that knows Home Assistant. Needed are a number that sets
the current, a select or switch that lets it charge or not, and a power sensor; all else makes the
picture finer. What the charger does not say is concluded from what it does: a car is there if nobody
denies it, and it charges when it draws power.

An integration that says that its entities are available vouches for the charger being there, unless it
is known to say so for minutes after it has lost it: then its last report counts. A charger that has only
one of its two controls left is soon offline, stopped or at its least current, and stays offline while
it rests after such a stop: nothing that is decided meanwhile would come true. What fails is tried
again and never raised.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import CoreState, HomeAssistant, split_entity_id
from homeassistant.util import slugify

from .. import entity_roles as roles
from ..const import CONF_ENTITIES
from ..control.model import ChargerReading, ChargerState, Reading
from ..entity_calls import Call, EntityCalls
from ..entity_roles import Role
from ..entity_values import flag_of, number_of
from ..entity_watch import EntityWatch
from ..mqtt_transport import steady_now_s
from .override import RESEND_S, Offer, OverrideKeeper, Seen, offer_for

LARGEST_A: Final = 1000.0
"""What claims to be settable to more is no current."""

IDLE_W: Final = 1.0
"""Less than this is no power at all: the value rests, and is as young as the charger's last word."""
CHARGING_W: Final = 100.0
"""More than a charger's electronics and less than any car that charges."""

ACTIVE: Final = ("active", "enabled", "on", "charge")
DISABLED: Final = ("disabled", "off", "stop", "pause")
AUTO: Final = ("auto", "automatic")
"""Options of a select that let charge, forbid it, and withdraw any such wish."""

_SELECTS: Final = ("select", "input_select")

_STATES: Final = MappingProxyType(
    {
        **dict.fromkeys(
            ("not_connected", "disconnected", "available", "no_car", "unplugged"),
            ChargerState.DISCONNECTED,
        ),
        **dict.fromkeys(
            ("connected", "preparing", "finishing", "suspendedev", "suspended_ev"),
            ChargerState.CONNECTED,
        ),
        "charging": ChargerState.CHARGING,
        **dict.fromkeys(
            ("sleeping", "disabled", "suspendedevse", "suspended_evse"), ChargerState.SLEEPING
        ),
        **dict.fromkeys(
            (
                "diode_check_failed",
                "gfci_fault",
                "gfci_self_test_failure",
                "no_ground",
                "stuck_relay",
                "over_temperature",
                "vent_required",
                "fault",
                "faulted",
                "error",
            ),
            ChargerState.FAULT,
        ),
    }
)
"""Words of a status entity. A gateway's `disabled` only says that it does not offer."""


class EntityCharger:
    """Adapter of one charger."""

    def __init__(
        self, hass: HomeAssistant, data: Mapping[str, Any], on_change: Callable[[], None]
    ) -> None:
        """Prepare; `data` is the stored data of the charger's subentry."""
        self._hass = hass
        self._watch = EntityWatch(hass, data[CONF_ENTITIES], lambda _role: on_change())
        self._keeper = OverrideKeeper()
        self._commands = EntityCalls(hass)
        self._recalled = False
        self._releasing = False
        self._release_tries = 0
        self._release_again_s = 0.0
        self._release_heard = False
        """Whether the charger was there at the last try."""

    @property
    def firmware(self) -> str | None:
        """Not told by entities."""
        return None

    @property
    def releasing(self) -> bool:
        """True while the charger is being given back; without its control nothing is under way."""
        has_control = self._watch.entity_id(roles.ENABLE) is not None
        return self._releasing and not self.given_back and (has_control or self._commands.busy)

    @property
    def missing_entities(self) -> tuple[str, ...]:
        """Keys of the roles with an entity that was removed or disabled."""
        return self._watch.missing

    def start(self, now_s: float) -> None:
        """Begin to listen; calling it again changes nothing."""
        self._watch.start(now_s)

    def recall(self) -> None:
        """Tell that a person's choice stood at the charger when the last run ended."""
        self._recalled = True

    @property
    def given_back(self) -> bool:
        """True when the last try to release has ended and was taken, or a person took over."""
        taken = self._release_heard and self._commands.failed == 0
        return not self._commands.busy and (taken or self._keeper.overridden)

    def stop(self) -> None:
        """Listen and send no more; what was commanded last stays.

        Of a command under way no further call is made. The one that is being made ends with
        `async_end`; when it gives the charger back it is the last word anyway.
        """
        self._keeper.want(None)
        if self._releasing:
            self._commands.leave()
        else:
            self._commands.drop_rest()
        self._releasing = False
        self._watch.stop()

    async def async_end(self) -> None:
        """Return, after `stop`, when nothing is under way to the charger any more; within seconds."""
        await self._commands.async_end()

    def tick(self, now_s: float) -> None:
        """Look at the charger, and send what is due."""
        seen = self._seen(now_s)
        if self._recalled and seen.available:
            self._recalled = False
            self._keeper.recall()
        self._keeper.look(seen, now_s)
        if self._vehicle(now_s) is False:
            self._keeper.yield_nothing()
        if self._releasing and not self._commands.busy:
            self._go_on_releasing(now_s)
        if not self._commands.busy and (offer := self._keeper.due(now_s)) is not None:
            self._commands.run(self._calls(offer))

    def offer(self, current_a: int, now_s: float) -> None:
        """Offer whole amps per phase; less than 6 is "do not charge"."""
        self._releasing = False
        offer = offer_for(current_a)
        if not offer.enabled and offer != self._keeper.wanted:
            # The rest of an older command would let the car charge, and what hangs would hold us up.
            self._commands.drop_rest()
        self._keeper.want(offer)
        self.tick(now_s)

    def take_over(self) -> None:
        """A person has chosen something here: that ends what was chosen at the charger."""
        self._keeper.take_over()

    def release(self, now_s: float) -> None:
        """Hand the charger back: withdraw the override, or at least let it charge."""
        self._keeper.want(None)
        self._releasing = True
        self._release_tries = 0
        self._try_to_release(now_s)

    def reading(self, now_s: float) -> ChargerReading:
        """Return what is known."""
        seen = self._seen(now_s)
        there = seen.available or (seen.half_gone and not self._keeper.is_lost(now_s))
        online = there and not self._keeper.is_resting(now_s)
        return ChargerReading(
            online=Reading(online, self._alive_at_s(now_s)),
            state=_at(self._state(now_s) if self._is_there() else None, now_s),
            vehicle_connected=_at(self._vehicle(now_s), now_s),
            charging_power_w=self._power(now_s),
            charging_current_a=self._number(roles.CHARGING_CURRENT),
            voltage_v=self._number(roles.CHARGER_VOLTAGE),
            pilot_a=_at(self._current_a(), now_s),
            max_current_a=_at(self._maximum_a(), now_s),
            enabled=_at(self._enabled(), now_s),
            manual_override=Reading(self._keeper.overridden, now_s),
            total_energy_kwh=self._number(roles.TOTAL_ENERGY),
            session_energy_kwh=self._number(roles.SESSION_ENERGY),
        )

    def diagnostics(self) -> dict[str, Any]:
        """Return what helps to understand a fault, ready for JSON."""
        wanted = self._keeper.wanted
        return {
            "available": self._is_there(),
            "wanted_a": wanted and wanted.current_a,
            "wanted_enabled": wanted and wanted.enabled,
            "shown_a": self._current_a(),
            "shown_enabled": self._enabled(),
            "overridden": self._keeper.overridden,
            "sent": self._keeper.sent_count,
            "failed": self._commands.failed,
            "missing_entities": list(self.missing_entities),
            "roles": self._watch.diagnostics(steady_now_s(self._hass)),
        }

    # What the entities say

    def _speaks(self, role: Role) -> bool:
        return self._watch.state(role) is not None

    def _is_there(self) -> bool:
        """Tell whether its integration reaches the charger."""
        return self._speaks(roles.SETPOINT) or self._speaks(roles.ENABLE)

    def _alive_at_s(self, now_s: float) -> float:
        """When the charger was last known to be there."""
        role = roles.SETPOINT if self._speaks(roles.SETPOINT) else roles.ENABLE
        if not self._watch.reports_steadily(role):
            return now_s
        return self._watch.newest_at_s(role) or 0.0

    def _seen(self, now_s: float) -> Seen:
        power = self._power(now_s)
        return Seen(
            can_set=self._speaks(roles.SETPOINT),
            can_switch=self._speaks(roles.ENABLE),
            enabled=self._enabled(),
            current_a=self._current_a(),
            limit_only=self._watch.has(roles.PILOT),
            drawing=power is None or power.value >= CHARGING_W,
            loading=self._hass.state is not CoreState.running,
        )

    def _enabled(self) -> bool | None:
        state = self._watch.state(roles.ENABLE)
        if state is None:
            return None
        word = state.state.lower()
        return True if word in ACTIVE else False if word in DISABLED else None

    def _current_a(self) -> float | None:
        role = roles.PILOT if self._watch.has(roles.PILOT) else roles.SETPOINT
        return number_of(self._watch.state(role), role.quantity)

    def _maximum_a(self) -> float | None:
        state = self._watch.state(roles.SETPOINT)
        maximum = None if state is None else state.attributes.get("max")
        if not isinstance(maximum, int | float) or not 0.0 <= maximum <= LARGEST_A:
            return None
        return float(maximum)

    def _number(self, role: Role) -> Reading[float] | None:
        value = number_of(self._watch.state(role), role.quantity)
        return _at(value, self._watch.newest_at_s(role))

    def _power(self, now_s: float) -> Reading[float] | None:
        """Power the car draws; a charger at rest need not repeat that it draws none."""
        power = self._number(roles.CHARGING_POWER)
        if power is None or not self._is_there():
            return None
        # Some sensors count what is taken as negative; a car takes, whatever its sign.
        drawn_w = abs(power.value)
        return Reading(drawn_w, self._alive_at_s(now_s) if drawn_w < IDLE_W else power.at_s)

    def _state(self, now_s: float) -> ChargerState:
        """Conclude the electrical state from plug, power and status."""
        status = self._watch.state(roles.STATUS)
        told = None if status is None else _STATES.get(slugify(status.state))
        power = self._power(now_s)
        if told is ChargerState.FAULT:
            return told
        if self._vehicle(now_s) is False:
            return ChargerState.DISCONNECTED
        if power is not None and power.value >= CHARGING_W:
            return ChargerState.CHARGING
        if told in (ChargerState.CHARGING, ChargerState.CONNECTED):
            return told
        stands = self._enabled() is False or told is ChargerState.SLEEPING
        return ChargerState.SLEEPING if stands else ChargerState.CONNECTED

    def _vehicle(self, now_s: float) -> bool | None:
        """Tell whether a car is plugged in; where nothing can say so, there may always be one."""
        if self._watch.has(roles.VEHICLE):
            return flag_of(self._watch.state(roles.VEHICLE))
        power = self._power(now_s)
        if power is not None and power.value >= CHARGING_W:
            return True
        status = self._watch.state(roles.STATUS)
        told = None if status is None else _STATES.get(slugify(status.state))
        return told is not ChargerState.DISCONNECTED

    # What is done to them

    def _calls(self, offer: Offer) -> list[Call]:
        """The current first: who starts to charge shall not begin with an old one."""
        calls = []
        if offer.current_a is not None:
            calls.append(self._set(offer.current_a))
        # What is shown may be older than a call that is under way and would let the car charge.
        again = self._commands.under_way and offer.enabled is False
        if offer.enabled is not None and (again or self._enabled() is not offer.enabled):
            calls.append(self._switch(enabled=offer.enabled, again=again))
        return [call for call in calls if call is not None]

    def _set(self, current_a: int) -> Call | None:
        entity_id = self._watch.entity_id(roles.SETPOINT)
        if entity_id is None:
            return None
        data = {ATTR_ENTITY_ID: entity_id, "value": current_a}
        return split_entity_id(entity_id)[0], "set_value", data

    def _switch(self, *, enabled: bool, again: bool = False) -> Call | None:
        entity_id = self._watch.entity_id(roles.ENABLE)
        if entity_id is None:
            return None
        domain = split_entity_id(entity_id)[0]
        if domain in _SELECTS:
            return self._choose(self._option(ACTIVE if enabled else DISABLED), again=again)
        return domain, "turn_on" if enabled else "turn_off", {ATTR_ENTITY_ID: entity_id}

    def _choose(self, option: str | None, *, again: bool = False) -> Call | None:
        """Choose an option, `again` even where it is shown as chosen."""
        entity_id, state = self._watch.entity_id(roles.ENABLE), self._watch.state(roles.ENABLE)
        shown = state is not None and state.state == option and not again
        if entity_id is None or option is None or shown:
            return None
        data = {ATTR_ENTITY_ID: entity_id, "option": option}
        return split_entity_id(entity_id)[0], "select_option", data

    def _option(self, words: tuple[str, ...]) -> str | None:
        """Find the option that one of `words` means, as the select spells it."""
        state = self._watch.state(roles.ENABLE)
        return None if state is None else option_of(state.attributes.get("options"), words)

    def _try_to_release(self, now_s: float) -> None:
        option = self._option(AUTO)
        calls = [self._choose(option)] if option else [self._switch(enabled=True)]
        self._release_heard = self._watch.state(roles.ENABLE) is not None
        self._release_again_s = now_s + RESEND_S[min(self._release_tries, len(RESEND_S) - 1)]
        self._release_tries += 1
        self._commands.run([call for call in calls if call is not None])

    def _go_on_releasing(self, now_s: float) -> None:
        """Try again what failed, or found nobody there and finds somebody now; not against a person."""
        if self.given_back:
            self._releasing = False
            return
        is_there = self._speaks(roles.ENABLE)
        is_back = is_there and not self._release_heard
        # Who refused and then went away is asked at once when it is back.
        self._release_heard = self._release_heard and is_there
        if is_back or now_s >= self._release_again_s:
            self._release_tries = 0 if is_back else self._release_tries
            self._try_to_release(now_s)


def option_of(options: object, words: tuple[str, ...]) -> str | None:
    """Find the option that one of `words` means, as the select spells it; None = there is none."""
    if not isinstance(options, list | tuple):
        return None
    return next((item for item in options if str(item).lower() in words), None)


def _at[T](value: T | None, at_s: float | None) -> Reading[T] | None:
    return None if value is None or at_s is None else Reading(value, at_s)
