"""Floods a broker with MQTT messages: `python -m demo.flood --port P --portal ID --charger BASE`.

Nothing of it is a lie, so that only the number hurts: half repeats what the GX last said of what the
integration listens to, a quarter what the charger last said, and a quarter are topics below the charger's that nobody knows. On top, a
tenth of the rate goes to items of the GX that the integration did not ask for. The pace is
kept by the steady clock: what a stall delayed is made up for. Prints the messages sent, once a second.
"""

import argparse
from itertools import count
import sys
import time
from typing import Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from custom_components.victron_openevse.victron.topics import SPECS

from .ports import LOOPBACK

BATCH_S: Final = 0.02
"""Messages are sent in bunches this far apart: a GX answers a keepalive in larger ones."""
LEARN_S: Final = 3.0
"""What the devices say is listened to this long before the flood begins."""
FOREIGN_TOPICS: Final = 50
EXTRA_PART: Final = 0.1
QUIET: Final = frozenset({"pilot", "power", "state"})
"""Topics of the charger that are left alone, because an observer reads them."""


class Repeater:
    """Knows what devices last said, by topic."""

    def __init__(self, portal_id: str, base: str) -> None:
        """Listen to the GX with this portal id and the charger with this base topic."""
        self._gx, self._charger = f"N/{portal_id}/", f"{base}/"
        self._said: dict[str, dict[str, bytes]] = {self._gx: {}, self._charger: {}}
        self._number = count()

    def hear(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Note what a device said; stored messages and documents are not repeated."""
        prefix = self._gx if topic.startswith(self._gx) else self._charger
        key = topic.removeprefix(prefix)
        if retain or (prefix == self._charger and ("/" in key or key in QUIET)):
            return
        self._said[prefix][topic] = payload

    def next(self) -> tuple[str, bytes]:
        """Return the next message of the flood."""
        number = next(self._number)
        if number % 4 == 3:  # noqa: PLR2004 - every fourth
            return f"{self._charger}flood_{number % FOREIGN_TOPICS}", str(number).encode()
        said = self._said[self._charger if number % 4 == 1 else self._gx]
        if not said:
            return f"{self._charger}flood_0", b"0"
        topics = list(said)
        topic = topics[(number // 4) % len(topics)]
        return topic, said[topic]

    def extra(self) -> tuple[str, bytes]:
        """Return a message that nobody asked for."""
        number = next(self._number)
        return f"{self._gx}flood/0/Item{number % FOREIGN_TOPICS}", b'{"value": 1}'


def _connect(port: int, portal_id: str, base: str, repeater: Repeater) -> mqtt.Client:
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, "demo-flood", protocol=MQTTProtocolVersion.MQTTv5
    )
    client.on_message = lambda _client, _data, message: repeater.hear(
        message.topic, message.payload, retain=message.retain
    )
    client.connect(LOOPBACK, port)
    others_only = SubscribeOptions(qos=0, noLocal=True)
    for path in SPECS:
        client.subscribe(f"N/{portal_id}/{path}", options=others_only)
    client.subscribe(f"{base}/+", options=others_only)
    client.loop_start()
    return client


def flood(client: mqtt.Client, repeater: Repeater, rate_per_s: float) -> None:
    """Send for ever."""
    started_s = time.monotonic()
    sent, told_s = 0, started_s
    while True:
        due = int((time.monotonic() - started_s) * rate_per_s)
        for _ in range(due - sent):
            client.publish(*repeater.next())
            sent += 1
            if sent % int(1 / EXTRA_PART) == 0:
                client.publish(*repeater.extra())
        if time.monotonic() - told_s >= 1.0:
            told_s = time.monotonic()
            sys.stdout.write(f"{sent}\n")
            sys.stdout.flush()
        time.sleep(BATCH_S)


def main() -> None:
    """Flood until ended by a signal."""
    parser = argparse.ArgumentParser(prog="python -m demo.flood", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="of the broker")
    parser.add_argument("--portal", required=True, help="portal id of the GX")
    parser.add_argument("--charger", required=True, help="base topic of the charger")
    parser.add_argument("--rate", type=float, default=1000.0, help="messages a second")
    found = parser.parse_args()
    repeater = Repeater(found.portal, found.charger)
    client = _connect(found.port, found.portal, found.charger, repeater)
    time.sleep(LEARN_S)
    flood(client, repeater, found.rate)


if __name__ == "__main__":
    main()
