"""What an emulated OpenEVSE does with the messages it receives, over MQTT or (a part) over HTTP.

On MQTT there is no acknowledgement and no error: what cannot be read is dropped silently, what
changes something shows in the documents that are published again, and what changes nothing shows
nowhere.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from simulator.openevse_claims import (
    ClaimClient,
    ClaimPriority,
    GatewayCrashError,
    Properties,
    parse_object,
)
from simulator.openevse_controller import Mode
from simulator.openevse_limit import Limit, parse_limit
from simulator.openevse_values import measured_amps

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.broker import Message
    from simulator.openevse import OpenEvseEmulator

ECO_MODE: Final = 2
DIVERT_MODES: Final = {"1": 1, "2": ECO_MODE}
SWITCH: Final = {"0": False, "1": True}
RAPI_OK: Final = "$OK"
RAPI_REFUSED: Final = "$NK"
CENTURY: Final = 2000
"""The controller's clock counts years from here."""


class Commands:
    """Obeys the messages under one charger's base topic."""

    def __init__(self, charger: OpenEvseEmulator) -> None:
        """Obey for `charger`."""
        self._charger = charger
        self._handlers: dict[str, Callable[[str], object]] = {
            "override/set": self._override,
            "claim/set": self._claim,
            "limit/set": self.limit,
            "divertmode/set": self.divert_mode,
            "shaper/set": self.shaper,
            "config/set": self.configure,
            "restart": self.restart,
        }

    def handle(self, message: Message) -> None:
        """Obey one message; a gateway that is down hears nothing."""
        charger = self._charger
        if not charger.running:
            return
        name = message.topic.removeprefix(f"{charger.base_topic}/")
        try:
            if name.startswith("rapi/in/"):
                charger.voice.reply(self.rapi(name.rpartition("/")[2], message.payload))
            elif name in self._handlers:
                self._handlers[name](message.payload)
        except GatewayCrashError:
            charger.reboot()

    def _claim(self, payload: str) -> None:
        charger = self._charger
        if payload == "release":
            if charger.claims.release(ClaimClient.MQTT):
                charger.claim_properties = Properties()
                charger.claims_changed()
            return
        fields = parse_object(payload)
        if fields is None:
            return
        wish = charger.claim_properties
        wish.merge(fields)
        if charger.claims.claim(ClaimClient.MQTT, ClaimPriority.MQTT, wish):
            charger.claims_changed()

    def _override(self, payload: str) -> None:
        charger = self._charger
        if payload == "toggle":
            charger.toggle_override()
            return
        if payload == "clear":
            if charger.claims.release(ClaimClient.MANUAL):
                # A trap of the firmware: from here on auto_release defaults to false.
                charger.override_properties = Properties()
                charger.override_changed()
            return
        fields = parse_object(payload)
        if fields is None:
            return
        wish = charger.override_properties
        wish.merge(fields)
        if charger.claims.claim(ClaimClient.MANUAL, ClaimPriority.MANUAL, wish):
            charger.override_changed()

    def limit(self, payload: str) -> bool:
        """Set or `clear` the session limit; return whether it could be read.

        Each message counts and is answered, also one that changes nothing. A new limit does not lift
        a stop that the old one has brought: only a limit that is gone does (see the gateway's step).
        """
        limit = Limit() if payload == "clear" else parse_limit(payload)
        if limit is None:
            return False
        self._charger.limit = limit
        self._charger.limit_changed()
        return True

    def divert_mode(self, payload: str) -> None:
        """Enter eco mode, which waits for a feed that this house never sends, or leave it."""
        charger = self._charger
        mode = DIVERT_MODES.get(payload)
        if mode is None or mode == charger.divert_mode:
            return
        charger.divert_mode = mode
        if mode == ECO_MODE:
            wish = Properties(state="disabled")
            charger.claims.claim(ClaimClient.DIVERT, ClaimPriority.DEFAULT, wish)
        else:
            charger.claims.release(ClaimClient.DIVERT)
        charger.claims_changed()

    def shaper(self, payload: str) -> None:
        """Switch the shaper, whose fail-safe stops charging since it has never had a reading."""
        charger = self._charger
        wanted = SWITCH.get(payload)
        if wanted is None or wanted == charger.shaper:
            return
        charger.shaper = wanted
        charger.voice.event({"shaper": int(wanted)})
        if wanted:
            wish = Properties(state="disabled")
            charger.claims.claim(ClaimClient.SHAPER, ClaimPriority.LIMIT, wish)
        else:
            charger.claims.release(ClaimClient.SHAPER)
        charger.claims_changed()

    def configure(self, payload: str) -> bool:
        """Take over known settings whose type fits; return whether anything changed."""
        charger = self._charger
        config = charger.config
        fields = parse_object(payload) or {}
        changed = {
            key: value
            for key, value in fields.items()
            if key in config
            and isinstance(value, bool | int | str)
            and type(value) is type(config[key])
            and value != config[key]
        }
        if not changed:
            return False
        config.update(changed)
        charger.controller.soft_max_a = int(config["max_current_soft"])
        charger.bump_versions("config")
        charger.voice.document("config", config)
        charger.evaluate()
        return True

    def restart(self, payload: str) -> str | None:
        """Restart the gateway or the controller; return which, None when neither was named."""
        match (parse_object(payload) or {}).get("device"):
            case "gateway":
                self._charger.reboot()
                return "gateway"
            case "evse":
                self._charger.controller.restart()
                return "evse"
        return None

    def rapi(self, command: str, payload: str) -> str:
        """Obey a raw command past the claims and return the controller's answer."""
        controller = self._charger.controller
        parameters = payload.split()
        if command in {mode.value for mode in Mode}:
            controller.command(Mode(command))
            return RAPI_OK
        if command == "$GE":
            return f"{RAPI_OK} {controller.pilot_a} {controller.flags:04x}"
        if command == "$GG":
            amps, volts = measured_amps(self._charger), self._charger.reported_volts
            return f"{RAPI_OK} {round(amps * 1000)} {round(volts * 1000)}"
        if command == "$GS":
            return f"{RAPI_OK} {controller.state:02x} {int(self._charger.meter.session_s)}"
        if command in {"$SC", "$S1"}:
            return self._set_numbers(command, parameters)
        return RAPI_REFUSED

    def _set_numbers(self, command: str, parameters: list[str]) -> str:
        """Set the current ($SC) or the clock ($S1: year of the century, month, day, h, min, s)."""
        try:
            numbers = [int(one) for one in parameters if one != "V"]
            if command == "$SC":
                return RAPI_OK if self._charger.controller.set_current(numbers[0]) else RAPI_REFUSED
            year, month, day, hour, minute, second = numbers
            clock = datetime(CENTURY + year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError, IndexError:
            return RAPI_REFUSED
        self._charger.set_clock(clock)
        return RAPI_OK
