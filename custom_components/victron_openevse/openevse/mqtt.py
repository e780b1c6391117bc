"""One OpenEVSE charger over MQTT: its messages become readings, offers become a claim.

The caller owns time: it starts the adapter, ticks it once a second, and says what to offer. Nothing
is published while the broker is away or the charger is announced gone, for it would be lost; the
claim is sent when both are back. Times are seconds on the caller's steady clock, the one that stamps
the messages.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from ..control.model import ChargerReading, ChargerState, Reading
from ..transport import Message, Transport, Unsubscribe
from . import topics
from .announcement import Presence
from .claim import ClaimKeeper, claim_for, read_claim
from .clock import ClockKeeper
from .dead_man import DeadMan, read_limit
from .firmware import Firmware
from .others import Others
from .readings import ScalarStore
from .topics import checked_topic
from .values import PAYLOAD_MAX_CHARS, read_object

_OVERSIZED: Final = "oversized"
"""Name under which payloads too long to be real are counted, whatever their topic."""
_COUNTERS: Final = frozenset({topics.UPTIME, topics.SESSION_ELAPSED})
"""Scalars that move by themselves: no news."""
_LIMIT_WORDS: Final = frozenset({"true", "false"})
_ANSWER_MAX_CHARS: Final = 16
"""The controller answers a write with `$OK^20` or `$NK^21`."""


def _nothing() -> None:
    """Stand in for a caller who does not want to hear of changes."""


class OpenEvseCharger:
    """Adapter of one charger. ValueError when a topic cannot be one."""

    def __init__(
        self,
        transport: Transport,
        base_topic: str,
        announce_topic: str | None = None,
        on_change: Callable[[], None] = _nothing,
        *,
        charger_id: str | None = None,
        local_now: Callable[[], datetime] | None = None,
    ) -> None:
        """Prepare; `local_now` is the owner's local time with its zone, `None` = set no clock."""
        self._transport = transport
        self._base = checked_topic(base_topic)
        announce = None if announce_topic is None else checked_topic(announce_topic)
        self._on_change = on_change
        self._presence = Presence(self._base, announce, charger_id)
        self._scalars = ScalarStore()
        self._firmware = Firmware()
        self._keeper = ClaimKeeper()
        self._dead_man = DeadMan()
        self._letting_go = False
        self._others = Others()
        self._clock = ClockKeeper(local_now)
        self._unsubscribes: list[Unsubscribe] = []
        self._reappeared = 0
        self._clock_asked = False
        self._clock_answer: str | None = None

    # What the caller drives

    def start(self, now_s: float) -> None:
        """Subscribe. A claim of an earlier life is recognised and not sent again."""
        if self._unsubscribes:
            return
        self._keeper.charger_appeared(now_s)
        subscribe = self._transport.subscribe
        self._unsubscribes = [
            subscribe(self._presence.topic_filter, self._on_announcement),
            subscribe(f"{self._base}/+", self._on_charger),
            subscribe(f"{self._base}/{topics.RAPI_OUT}", self._on_rapi),
        ]

    def stop(self) -> None:
        """Unsubscribe and send nothing more; the claim stays as it is at the charger."""
        for unsubscribe in self._unsubscribes:
            unsubscribe()
        self._unsubscribes = []

    def tick(self, now_s: float) -> None:
        """Send what is due: repeats of what was not confirmed, and the check once a minute."""
        if not self._reachable():
            return
        if self._letting_go and self._keeper.holds_ours and not self._keeper.releasing:
            # It told so only after the release was given up.
            self._keeper.hand_back(now_s)
        payload = self._keeper.due(now_s, heard=self._presence.told)
        contradicted = self._contradicted()
        if payload is None and contradicted:
            payload = self._keeper.due_again(now_s)
        self._publish(topics.CLAIM_SET, payload)
        if self._letting_go and not self._keeper.releasing:
            # The limit goes last: until then it stops a car whose release was lost.
            self._publish(topics.LIMIT_SET, self._dead_man.let_go(now_s))
        # A limit of the owner's that was reached is nobody who steers.
        disobeys = contradicted and not self._dead_man.foreign
        self._others.take_obedience(now_s, disobeys=disobeys)

    def offer(self, current_a: int, now_s: float) -> None:
        """Offer whole amps per phase, 6 to 80; less is "do not charge". Repeating costs nothing."""
        self._keeper.want(claim_for(current_a))
        self._letting_go = False
        self.tick(now_s)

    def guard(self, now_s: float, *, stop: bool) -> None:
        """Let the charger stop by itself when this is not called for 110 s to 170 s; or let it not.

        To be called after each decision, at least every 30 s, and by nothing that outlives the law.
        A person who overrides the charger is not stopped.
        """
        wanted = self._keeper.wanted
        if not self._reachable():
            return
        if not stop or self._overridden():
            self._publish(topics.LIMIT_SET, self._dead_man.let_go(now_s))
        elif wanted is not None and wanted.enabled:
            charged = self._scalars.number(topics.SESSION_ELAPSED)
            charged_s, stopped = None if charged is None else charged.value, self._stopped()
            payload = self._dead_man.move(charged_s, now_s, stopped=stopped)
            self._publish(topics.LIMIT_SET, payload)

    def release(self, now_s: float) -> None:
        """Hand the charger back to its own rules, and forget the offer."""
        self._keeper.hand_back(now_s)
        self._letting_go = True
        self.tick(now_s)

    def reading(self, now_s: float) -> ChargerReading:  # noqa: ARG002 - part of every adapter
        """Return what the charger said; how old is too old is the law's to decide."""
        return self._scalars.reading(self._presence.online)

    # What the caller may ask

    @property
    def firmware(self) -> str | None:
        """Version of the gateway's firmware; `None` before 5.0, which does not tell."""
        return self._firmware.gateway

    @property
    def supported(self) -> bool | None:
        """False when the firmware is too old to be steered over MQTT; `None` = not known yet."""
        return self._firmware.supported

    @property
    def claim_confirmed(self) -> bool:
        """True while the charger itself says that it holds what we offer."""
        return self._keeper.confirmed

    @property
    def contested(self) -> bool:
        """True while another program overwrites our claim, and ours is rarely repeated."""
        return self._keeper.contested

    @property
    def releasing(self) -> bool:
        """True while claim or limit are on their way back; keep ticking until it is False."""
        return self._keeper.releasing or (self._letting_go and self._dead_man.may_hold)

    @property
    def given_back(self) -> bool:
        """True when nothing is on its way back and the charger tells of no claim or limit of ours."""
        return not (self.releasing or self._keeper.holds_ours or self._dead_man.own)

    @property
    def safe_state_problem(self) -> str | None:
        """Key of why the charger cannot stop by itself when nobody speaks; `None` = it can.

        `own_limit` = somebody set a limit there, `no_answer` = it does not answer, `firmware` = too
        old, `unknown` = it has not said yet.
        """
        if self._dead_man.known:
            foreign = "own_limit" if self._dead_man.foreign else None
            return "no_answer" if self._dead_man.deaf else foreign
        return "firmware" if self._firmware.has_limits is False else "unknown"

    @property
    def others(self) -> tuple[str, ...]:
        """Keys of what else steers the charger: `eco_mode`, `current_shaper`, `schedule`, `another_client`."""
        return self._others.names

    @property
    def heard(self) -> bool:
        """True when the charger itself, not the broker's store, has spoken since the start."""
        return self._presence.life_at_s is not None

    @property
    def last_message_at_s(self) -> float | None:
        """Time of the last sign of life; `None` = none yet."""
        return self._presence.life_at_s

    @property
    def fault_code(self) -> int | None:
        """The controller's own number of the fault it is in; `None` = no fault."""
        state = self._scalars.reading(None).state
        in_fault = state is not None and state.value is ChargerState.FAULT
        return self._scalars.state_code if in_fault else None

    def missing(self) -> tuple[str, ...]:
        """Name the readings without which setting up makes no sense, as in ChargerReading."""
        return self._scalars.missing()

    def diagnostics(self) -> dict[str, Any]:
        """Return what helps to understand a fault, without secrets, ready for JSON."""
        said = self._presence.last
        return {
            "base_topic": self._base,
            "announced_base_topic": None if said is None else said.base_topic,
            "announced_online": None if said is None else said.online,
            "last_message_at_s": self._presence.life_at_s,
            "reappeared": self._reappeared,
            "firmware": self._firmware.gateway,
            "controller_firmware": self._firmware.controller,
            "supported": self.supported,
            "state_code": self._scalars.state_code,
            "fault_code": self.fault_code,
            "missing": list(self.missing()),
            "rejected": dict(self._scalars.rejected),
            **self._keeper.diagnostics(),
            "claim_contradicted": self._contradicted(),
            "others": list(self.others),
            "safe_state_problem": self.safe_state_problem,
            "limit": None if self._dead_man.limit is None else asdict(self._dead_man.limit),
            "limits_sent": self._dead_man.sent_count,
            "sntp_enabled": self._firmware.sntp_enabled,
            "clock_drift_s": self._clock.drift_s,
            "clock_writes": self._clock.writes,
            "clock_answer": self._clock_answer,
        }

    # What arrives

    def _on_announcement(self, message: Message) -> None:
        said = self._presence.take(message)
        if said is None:
            return
        if said.online and not message.retain:
            self._presence.life_at_s = message.at_s
            self._reappeared += 1
            self._keeper.charger_appeared(message.at_s)
        self._on_change()
        self.tick(message.at_s)

    def _on_charger(self, message: Message) -> None:
        key = message.topic.removeprefix(f"{self._base}/")
        if len(message.payload) > PAYLOAD_MAX_CHARS:
            self._scalars.rejected[_OVERSIZED] += 1
        elif key == topics.CLAIM:
            self._take_claim(message)
        elif key == topics.OVERRIDE:
            self._take_override(message)
        elif key == topics.CONFIG:
            self._take_config(message)
        elif key == topics.LIMIT:
            self._take_limit(message)
        elif key == topics.SCHEDULE:
            self._others.take_schedule(message.payload)
        elif not message.retain:
            self._take_scalar(key, message)

    def _on_rapi(self, message: Message) -> None:
        """Keep the controller's word on a clock we set: `$OK`, or `$NK` for a refusal."""
        if self._clock_asked and not message.retain:
            self._clock_asked = False
            self._clock_answer = message.payload[:_ANSWER_MAX_CHARS]

    def _take_claim(self, message: Message) -> None:
        try:
            claim = read_claim(message.payload)
        except ValueError:
            self._scalars.rejected[topics.CLAIM] += 1
            return
        self._keeper.document_seen(claim, message.at_s)
        self._on_change()
        self.tick(message.at_s)

    def _take_override(self, message: Message) -> None:
        """Believe a live document at once; a stored one may be left over from the last car."""
        if message.retain:
            return
        try:
            active = read_claim(message.payload) is not None
        except ValueError:
            self._scalars.rejected[topics.OVERRIDE] += 1
            return
        if self._scalars.take_override(active=active, at_s=message.at_s):
            self._on_change()

    def _take_limit(self, message: Message) -> None:
        if message.payload in _LIMIT_WORDS:
            return
        try:
            self._dead_man.limit_seen(read_limit(message.payload), message.at_s)
        except ValueError:
            self._scalars.rejected[topics.LIMIT] += 1

    def _take_config(self, message: Message) -> None:
        if self._firmware.take_config(message.payload):
            config = read_object(message.payload) or {}
            self._dead_man.config_seen(config)
            self._others.take_config(config)
            self._on_change()
        else:
            self._scalars.rejected[topics.CONFIG] += 1

    def _take_scalar(self, key: str, message: Message) -> None:
        if key in topics.LIFE_KEYS:
            self._presence.life_at_s = message.at_s
            self._firmware.take_key(key)
        before = self._scalars.number(topics.UPTIME)
        changed = self._scalars.take(key, message.payload, message.at_s)
        if key == topics.UPTIME:
            self._check_reboot(before, message.at_s)
        elif key == topics.LOCAL_TIME:
            self._check_clock(message)
        elif key == topics.DIVERT_MODE:
            self._others.take_divert_mode(message.payload)
        elif key == topics.SHAPER:
            self._others.take_shaper(message.payload)
        if changed and key not in _COUNTERS:
            self._on_change()

    def _check_reboot(self, before: Reading[float] | None, now_s: float) -> None:
        """Doubt a claim document from before a reboot that no announcement told us of."""
        uptime = self._scalars.number(topics.UPTIME)
        if before is None or uptime is None or uptime.value >= before.value:
            return
        told_at_s = self._keeper.document_at_s
        if told_at_s is not None and told_at_s < now_s - uptime.value:
            self._reappeared += 1
            self._keeper.charger_appeared(now_s)

    def _check_clock(self, message: Message) -> None:
        if self._keeper.wanted is None or not self._reachable():
            return
        sntp = self._firmware.sntp_enabled
        payload = self._clock.due(message.payload, message.at_s, sntp_enabled=sntp)
        if payload is not None:
            self._clock_asked = True
            self._publish(topics.CLOCK_SET, payload)

    # What follows from it

    def _reachable(self) -> bool:
        """Tell whether a command would arrive, as far as anyone can know."""
        if not (self._unsubscribes and self._transport.connected):
            return False
        if not self._presence.told:
            # Who gives back may end before an idle charger speaks: what the broker stores must do.
            return self._letting_go
        online = self._presence.online
        return online is None or online.value

    def _overridden(self) -> bool:
        override = self._scalars.flag(topics.MANUAL_OVERRIDE)
        return override is not None and override.value

    def _stopped(self) -> bool:
        """Tell whether the charger said, since it confirmed our offer, that it is to stand still."""
        since_s, enabled = self._keeper.document_at_s, self._scalars.flag(topics.STATUS)
        if since_s is None or enabled is None or not self._keeper.confirmed:
            return False
        return enabled.at_s > since_s and not enabled.value

    def _contradicted(self) -> bool:
        """Tell whether the charger, since it confirmed, aims elsewhere and no person is behind it.

        A lower pilot is no contradiction: the charger may be protecting itself or its house.
        """
        wanted, since_s = self._keeper.wanted, self._keeper.document_at_s
        if wanted is None or since_s is None or self._overridden():
            return False
        enabled, pilot = self._scalars.flag(topics.STATUS), self._scalars.number(topics.PILOT)
        if enabled is not None and enabled.at_s > since_s and enabled.value != wanted.enabled:
            return True
        limit_a = wanted.charge_current_a
        return (
            wanted.enabled is True
            and limit_a is not None
            and pilot is not None
            and pilot.at_s > since_s
            and pilot.value > limit_a
        )

    def _publish(self, command: str, payload: str | None) -> None:
        if payload is not None:
            self._transport.publish(f"{self._base}/{command}", payload)
