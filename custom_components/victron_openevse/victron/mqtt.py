"""A Victron GX over MQTT: messages in, `SiteReading` out, keepalives and one volatile command back.

No clock and no I/O of its own: the caller hands in a transport and the time, and calls `tick` once
a second. Only live messages are readings; a replayed retained one tells nothing about now. Nothing
is ever written to a setting of the GX: the only write is the volatile discharge limit.
"""

from collections.abc import Callable
import json

from ..control.model import Reading, SiteReading, SiteSource
from ..transport import Message, Transport, Unsubscribe
from . import flags, sums, topics
from .discharge_limit import DischargeLimit
from .discovery import PortalDiscovery
from .keepalive import BURST_S, FULL, Keepalive
from .slots import SlotTable

__all__ = ["PortalDiscovery", "VictronSite"]

VITAL = ("grid_power_w", "battery_power_w", "battery_soc_pct", "pv_power_w")
"""Fields of the reading without which charging from the sun makes no sense."""


def _nothing() -> None:
    """Do nothing: nobody wants to hear of changes."""


class VictronSite:
    """One GX. Create, `start`, `tick` each second, ask for `reading`; `stop` at the end."""

    def __init__(
        self, transport: Transport, portal_id: str, on_change: Callable[[], None] = _nothing
    ) -> None:
        """Prepare; `on_change` is called whenever something was learned, from the transport."""
        self._transport = transport
        self._portal_id = portal_id
        self._on_change = on_change
        self._prefix_length = len(topics.notification(portal_id, ""))
        self._unsubscribes: list[Unsubscribe] = []
        self._slots = SlotTable()
        self._keepalive = Keepalive()
        self._limit = DischargeLimit(self._write_limit)
        self._cached: SiteReading | None = None
        self._completed_heard = False
        self._assumed_at_s: float | None = None
        self._ignored_retained = 0
        self._messages = 0

    def start(self, now_s: float) -> None:
        """Subscribe and ask for everything; calling it again changes nothing."""
        if self._unsubscribes:
            return
        paths = (*topics.SPECS, topics.HEARTBEAT, topics.PUBLISH_COMPLETED)
        for path in paths:
            topic_filter = topics.notification(self._portal_id, path)
            self._unsubscribes.append(self._transport.subscribe(topic_filter, self._handle))
        self._send_keepalive(self._keepalive.start(now_s, connected=self._transport.connected))

    def stop(self) -> None:
        """Unsubscribe and send nothing; call `hand_back` before, to release the limit."""
        for unsubscribe in self._unsubscribes:
            unsubscribe()
        self._unsubscribes.clear()

    def tick(self, now_s: float) -> None:
        """Send what is due: keepalive, questions about silent values, the discharge limit."""
        if not self._unsubscribes:
            return
        self._assume_published(now_s)
        if self._slots.confirmable_loss(now_s) and not self._keepalive.silent(now_s):
            self._keepalive.want_full(now_s)
        self._keep_alive(now_s)
        self._serve_limit(now_s)

    def reading(self, now_s: float) -> SiteReading:
        """Return what is known. Values keep the time they were learned: judge their age."""
        self._assume_published(now_s)
        if self._cached is None:
            self._cached = self._assemble()
        return self._cached

    def missing(self) -> tuple[str, ...]:
        """Return the names of vital readings that are absent, without their unit."""
        reading = self._cached or self._assemble()
        absent = (name for name in VITAL if getattr(reading, name) is None)
        return tuple(name.rpartition("_")[0] for name in absent)

    def hold_discharge_limit(self, limit_w: float | None, now_s: float) -> None:
        """Hold the inverter at `limit_w` (W, clipped to >= 1); `None` releases it."""
        self._limit.want(limit_w)
        self._serve_limit(now_s)

    def hand_back(self, now_s: float) -> None:
        """Release everything of ours at the GX."""
        self.hold_discharge_limit(None, now_s)

    @property
    def discharge_limit_refused(self) -> str | None:
        """Key of what forbids the wanted limit, see `conflicts`; `None` = nothing does."""
        return self._limit.refused

    @property
    def discharge_limit_echo_missing(self) -> bool:
        """True when the GX did not confirm the limit, or its release, within 10 s."""
        return self._limit.echo_missing

    @property
    def conflicts(self) -> tuple[str, ...]:
        """What else steers the battery now: `dess_active`, `scheduled_charge`."""
        return flags.conflicts(self._slots)

    @property
    def last_message_at_s(self) -> float | None:
        """Time of the last live message of this GX."""
        return self._keepalive.heard_at_s

    @property
    def heard(self) -> bool:
        """True once the GX has said anything live."""
        return self._keepalive.heard_at_s is not None

    @property
    def firmware_version(self) -> str | None:
        """Venus OS version as the GX writes it, such as `v3.72`."""
        return self._slots.text(topics.FIRMWARE_VERSION)

    @property
    def product_name(self) -> str | None:
        """Name of the GX product."""
        return self._slots.text(topics.PRODUCT_NAME)

    def diagnostics(self, now_s: float) -> dict[str, object]:
        """Return all that is known, for a report; the caller redacts the portal id."""
        heard_at_s = self.last_message_at_s
        return {
            "portal_id": self._portal_id,
            "product_name": self.product_name,
            "firmware_version": self.firmware_version,
            "connected": self._transport.connected,
            "last_message_age_s": None if heard_at_s is None else round(now_s - heard_at_s, 1),
            "published": self._slots.published,
            "missing": self.missing(),
            "conflicts": self.conflicts,
            "discharge_limit": {
                "sent_w": self._limit.sent_w,
                "refused": self.discharge_limit_refused,
                "echo_missing": self.discharge_limit_echo_missing,
            },
            "messages": self._messages,
            "ignored_retained": self._ignored_retained,
            "verdicts": {verdict.value: n for verdict, n in self._slots.verdicts.items()},
            "values": self._slots.snapshot(now_s),
        }

    def _handle(self, message: Message) -> None:
        if message.retain:
            self._ignored_retained += 1
            return
        self._messages += 1
        path = message.topic[self._prefix_length :]
        self._keepalive.heard(message.at_s)
        if path == topics.PUBLISH_COMPLETED:
            self._completed_heard = True
            self._note_published(message.at_s)
            return
        slot = self._slots.take(path, message.payload, message.at_s)
        if slot is None:
            return
        self._cached = None
        if path == topics.LIMIT_OVERRIDE:
            self._limit.echoed(slot.number, message.at_s)
        self._on_change()

    def _note_published(self, at_s: float) -> None:
        self._slots.publish_completed(at_s)
        self._cached = None
        self._on_change()

    def _assume_published(self, now_s: float) -> None:
        """Old firmware does not say when a publish is complete: take it as so after a while."""
        asked_at_s, heard_at_s = self._keepalive.full_at_s, self._keepalive.heard_at_s
        if self._completed_heard or asked_at_s is None or heard_at_s is None:
            return
        if asked_at_s == self._assumed_at_s or heard_at_s < asked_at_s:
            return
        if now_s - asked_at_s >= BURST_S:
            self._assumed_at_s = asked_at_s
            self._slots.publish_completed(asked_at_s)
            self._cached = None

    def _keep_alive(self, now_s: float) -> None:
        """Send the keepalive that is due, and ask for silent values unless all were asked for."""
        connected = self._transport.connected
        payload = self._keepalive.due(now_s, connected=connected)
        if payload is not None:
            self._send_keepalive(payload)
        if connected and payload != FULL and not self._keepalive.silent(now_s):
            self._ask_again(now_s)

    def _ask_again(self, now_s: float) -> None:
        for slot in self._slots.silent(now_s):
            slot.asked_at_s = now_s
            self._transport.publish(topics.read_request(self._portal_id, slot.path), "")

    def _send_keepalive(self, payload: str) -> None:
        topic = topics.read_request(self._portal_id, topics.KEEPALIVE)
        self._transport.publish(topic, payload)

    def _serve_limit(self, now_s: float) -> None:
        if not self._transport.connected:
            return
        self._limit.service(now_s, next(iter(self.conflicts), None))
        if self._limit.asks_for_echo(now_s):
            topic = topics.read_request(self._portal_id, topics.LIMIT_OVERRIDE)
            self._transport.publish(topic, "")

    def _write_limit(self, value_w: int | None) -> None:
        topic = topics.write_request(self._portal_id, topics.LIMIT_OVERRIDE)
        self._transport.publish(topic, json.dumps({"value": value_w}))

    def _limit_in_force(self) -> Reading[float] | None:
        in_force = sums.reading_of(self._slots.get(topics.LIMIT_IN_FORCE))
        return in_force or sums.reading_of(self._slots.get(topics.LIMIT_OVERRIDE))

    def _assemble(self) -> SiteReading:
        slots = self._slots
        grid = sums.phase_parts(slots, topics.GRID)
        return SiteReading(
            source=SiteSource.MQTT,
            grid_power_w=sums.total(grid),
            grid_phase_powers_w=tuple(grid),
            battery_power_w=sums.reading_of(slots.get(topics.BATTERY_POWER)),
            battery_soc_pct=sums.reading_of(slots.get(topics.BATTERY_SOC)),
            pv_power_w=sums.pv_total(slots),
            pv_dc_power_w=sums.dc_pv(slots).reading,
            consumption_power_w=sums.phase_sum(slots, topics.CONSUMPTION),
            grid_voltage_v=flags.grid_voltage(slots),
            active_soc_limit_pct=sums.reading_of(slots.get(topics.ACTIVE_SOC_LIMIT)),
            pv_limited=flags.pv_limited(slots),
            feed_in_allowed=flags.feed_in_allowed(slots),
            grid_connected=flags.grid_connected(slots),
            discharge_limit_w=self._limit_in_force(),
        )
