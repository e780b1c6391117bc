"""Names on the wire of an OpenEVSE gateway, as its firmware uses them.

Everything below the base topic `B` of a charger. `B` is what its owner configured, by default the
gateway's host name (`openevse-1a2b`). Sources: the firmware's own code, releases 4.1.9 to 5.1.5.
"""

from typing import Final

ANNOUNCE_FILTER: Final = "openevse/announce/#"
"""Where chargers announce themselves unless their owner moved the announcement.

Not `+`, which Home Assistant itself subscribes to for discovery: some brokers replay what they
retained only for a filter that is new to the connection.
"""

# Scalars: one topic per key, the payload is the bare value. All come with the dump each 30 s.
AMP: Final = "amp"
DIVERT_MODE: Final = "divertmode"
LOCAL_TIME: Final = "local_time"
MANUAL_OVERRIDE: Final = "manual_override"
MAX_CURRENT: Final = "max_current"
PILOT: Final = "pilot"
POWER: Final = "power"
SESSION_ELAPSED: Final = "session_elapsed"
SESSION_ENERGY: Final = "session_energy"
SHAPER: Final = "shaper"
STATE: Final = "state"
STATUS: Final = "status"
TOTAL_ENERGY: Final = "total_energy"
UPTIME: Final = "uptime"
VEHICLE: Final = "vehicle"
VOLTAGE: Final = "voltage"

LIFE_KEYS: Final = frozenset(
    {AMP, LOCAL_TIME, MAX_CURRENT, PILOT, POWER, SESSION_ENERGY, STATE, STATUS}
    | {TOTAL_ENERGY, UPTIME, VEHICLE, VOLTAGE}
)
"""Scalars that prove the charger alive. `manual_override` is not among them: the gateway also
sends it while it has lost the controller behind it. Feed topics echoed below `B` are not either."""

# Documents: JSON, always retained.
CLAIM: Final = "claim"
CONFIG: Final = "config"
LIMIT: Final = "limit"
"""Of two kinds: the document, and before it the bare words `true` or `false`."""
OVERRIDE: Final = "override"
SCHEDULE: Final = "schedule"

# Commands, below the base topic. Never published retained: the charger would obey a retained one
# again at each reconnect.
CLAIM_SET: Final = "claim/set"
CLOCK_SET: Final = "rapi/in/$S1"
LIMIT_SET: Final = "limit/set"
RAPI_OUT: Final = "rapi/out"

RELEASE: Final = "release"
"""Payload of `claim/set` that gives the claim back."""


def checked_topic(topic: str) -> str:
    """Return a topic without stray blanks and slashes; ValueError when it cannot be one."""
    cleaned = topic.strip().strip("/")
    if not cleaned or any(sign in cleaned for sign in "+#\0"):
        raise ValueError(f"not a topic of one charger: {topic!r}")
    return cleaned
