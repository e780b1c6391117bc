"""The MQTT broker of the demo, on the loopback interface only and without passwords.

Embedded (the default, from the Python package iotcore) needs nothing of the system; there everybody
speaks MQTT 5, because it stumbles over a message with MQTT 5 properties that reaches a 3.1.1
client. Mosquitto is what owners run; there the simulated charger speaks MQTT 3.1.1 as real ones do.
"""

from pathlib import Path
import shutil
import sys
from typing import Final

from .children import Children
from .options import BrokerKind
from .ports import LOOPBACK, accepts
from .waiting import until

START_TIMEOUT_S: Final = 15.0

EMBEDDED_CONFIG: Final = """\
id = 0

[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 200
max_segment_size = 10485760
max_segment_count = 10

[v5.1]
name = "demo"
listen = "{host}:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 100
"""

MOSQUITTO_CONFIG: Final = """\
listener {port} {host}
allow_anonymous true
persistence false
"""


def _write_config(kind: BrokerKind, port: int, folder: Path) -> Path:
    name, text = {
        "embedded": ("broker.toml", EMBEDDED_CONFIG),
        "mosquitto": ("mosquitto.conf", MOSQUITTO_CONFIG),
    }[kind]
    path = folder / name
    path.write_text(text.format(host=LOOPBACK, port=port))
    return path


def _command(kind: BrokerKind, config: Path) -> list[str]:
    if kind == "embedded":
        return [sys.executable, "-m", "demo.embedded_broker", str(config)]
    # Debian keeps it where only root's PATH leads.
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    return [program, "-c", str(config)]


async def start_broker(
    kind: BrokerKind, port: int, *, folder: Path, repo: Path, children: Children
) -> None:
    """Start the broker and wait until it accepts connections."""
    config = _write_config(kind, port, folder)
    await children.start("broker", _command(kind, config), cwd=repo)

    async def listening() -> bool:
        children.check()
        return accepts(port)

    await until(listening, within_s=START_TIMEOUT_S, what="the broker's port opens")
