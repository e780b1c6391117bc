"""Shadow mode: everything is decided and explained, nothing is sent.

The chargers do what they do by themselves, so the law is shown chargers that follow it instead: a
car takes what it is offered. Energy and house are measured as always. Whoever enters or leaves
shadow mode starts anew with what the chargers really do.
"""

from collections.abc import Mapping

from .change import replace
from .memory import ChargerMemory, HiddenStart, Probe
from .model import ChargerDecision, ChargerReading, ChargerState, Reading

REAL = frozenset({ChargerState.STARTING, ChargerState.DISCONNECTED, ChargerState.FAULT})
"""States that do not depend on what is offered."""


def forget_steering(memories: Mapping[str, ChargerMemory]) -> dict[str, ChargerMemory]:
    """Forget what was offered and what followed from it; books and sessions stay."""
    return {
        key: replace(
            memory,
            mode=None,
            battery_free=None,
            awake=None,
            free_start=True,
            offered_current_a=0,
            opened_at_s=None,
            openings=0.0,
            charging_at_s=None,
            idle_at_s=None,
            drew=False,
            draw_cap_a=None,
            under_at_s=None,
            below_at_s=None,
            probe=Probe(),
            hidden=HiddenStart(),
        )
        for key, memory in memories.items()
    }


def imagined(charger: ChargerReading, memory: ChargerMemory) -> ChargerReading:
    """Give the reading of a charger that does what it is offered, with a car that takes it."""
    if charger.state is None or charger.state.value in REAL:
        return charger
    following = ChargerState.CHARGING if memory.offered_current_a > 0 else ChargerState.SLEEPING
    return replace(
        charger,
        state=Reading(following, charger.state.at_s),
        charging_power_w=None,
        charging_current_a=Reading(float(memory.offered_current_a), charger.state.at_s),
        pilot_a=None,
        enabled=None,
        manual_override=None,
    )


def without_sending(decisions: Mapping[str, ChargerDecision]) -> dict[str, ChargerDecision]:
    """Give the same decisions for nobody but the owner."""
    return {key: replace(decision, send=False) for key, decision in decisions.items()}
