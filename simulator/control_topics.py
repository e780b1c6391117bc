"""How an observer outside drives and watches the house on a desk: two topics of its own.

`simulator/command` takes `{"do": "unplug", ...}` with the names and arguments of `desk_commands`;
`simulator/state` says once a second what is really going on, the sun that no meter shows included,
and `simulator/error` why a command was not done. No device and no integration reads these.
Watts, amperes, %; grid + = import, battery + = charging.
"""

from __future__ import annotations

from datetime import timedelta
import json
from typing import Any, Final

from simulator.desk_commands import CommandError
from simulator.house_on_desk import World
from simulator.openevse import OpenEvseEmulator
from simulator.weather import DAY_S

COMMAND_TOPIC: Final = "simulator/command"
STATE_TOPIC: Final = "simulator/state"
ERROR_TOPIC: Final = "simulator/error"


def obey(world: World, payload: str) -> None:
    """Do a JSON command; raises CommandError in words when it cannot be done."""
    try:
        fields = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"not JSON: {error}") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("do"), str):
        raise CommandError('a command is {"do": name, ...arguments}')
    name = fields.pop("do")
    world.commands.run(name, **fields)


def state_document(world: World) -> dict[str, Any]:
    """Return everything an observer may want to know of this second."""
    flows, gx = world.plant.flows, world.gx
    chargers = {key: _charger_document(one) for key, one in world.chargers.items()}
    return {
        "time": clock_text(flows.time_s),
        "date": world.sun.on.isoformat(),
        "sun_w": round(flows.pv_available_w),
        "pv_w": round(flows.pv_w),
        "pv_limited": flows.pv_limited,
        "battery_w": round(flows.battery_w),
        "soc_pct": round(flows.soc_pct, 1),
        "grid_w": round(flows.grid_w),
        "house_w": round(flows.house_w),
        "car_w": round(flows.car_w),
        "islanded": flows.islanded,
        "gx": {
            "alive": gx.alive,
            "writes": len(gx.writes),
            "refused": sum(not write.accepted for write in gx.writes),
            "flash_writes": gx.flash_writes,
        },
        "car": chargers[world.charger.device_id],
        "chargers": chargers,
    }


def _charger_document(charger: OpenEvseEmulator) -> dict[str, Any]:
    return {
        "plugged": charger.car.plugged,
        "state": charger.state,
        "running": charger.running,
        "pilot_a": charger.pilot_a,
        "offered_a": charger.controller.offered_a,
        "current_a": round(charger.car.current_a, 2),
        "contactor_closed": charger.contactor_closed,
        "closings": charger.closings,
        "openings_under_load": charger.controller.openings_under_load,
        "car_soc_pct": round(charger.car.soc_pct, 2),
        "session_kwh": round(charger.car.session_kwh, 3),
    }


def clock_text(time_s: float) -> str:
    """Return a second of the house's day as HH:MM:SS."""
    return str(timedelta(seconds=int(time_s) % DAY_S)).zfill(8)
