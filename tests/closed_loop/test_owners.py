"""Somebody else steers as well: it is noticed and said, and nobody wears the contactor over it."""

import pytest

from custom_components.victron_openevse.control.model import Mode
from custom_components.victron_openevse.openevse.mqtt import OpenEvseCharger
from custom_components.victron_openevse.quarrels import Quarrel
from simulator.closed_loop import ClosedLoop
from simulator.openevse_claims import Properties
from simulator.scenario import SCENARIOS

HOUR_S = 3600
OCPP, OCPP_PRIORITY = 0x10007, 1050


def others(charger: OpenEvseCharger) -> tuple[str, ...]:
    """Name who else steers."""
    return charger.others


def test_two_home_assistants_at_one_charger_are_noticed_and_do_not_shout() -> None:
    loop = ClosedLoop(SCENARIOS["sunny"], mode=Mode.FAST)
    other = OpenEvseCharger(loop.world.broker.client(), loop.charger.base_topic, None)
    ours, quarrel = loop.chargers[loop.key], Quarrel()
    loop.run(120)
    sent_before = ours.diagnostics()["claims_sent"]
    other.start(loop.world.now_s)
    noticed_after_s: int | None = None
    for second in range(HOUR_S):
        other.tick(loop.world.now_s)
        other.offer(6 + second // 60 % 5, loop.world.now_s)
        loop.step()
        quarrel.follow(loop.seen.status, loop.world.now_s)
        if quarrel.lasts(ours, loop.world.now_s) and noticed_after_s is None:
            noticed_after_s = second
    assert noticed_after_s is not None
    assert noticed_after_s < HOUR_S / 2
    assert ours.diagnostics()["claims_sent"] - sent_before < HOUR_S / 60
    assert loop.charger.closings == 1


def test_a_client_over_http_is_concluded_from_what_the_charger_does() -> None:
    loop = ClosedLoop(SCENARIOS["sunny"], mode=Mode.FAST)
    loop.run(300)
    ours = loop.chargers[loop.key]
    assert others(ours) == ()
    # A back end that may forbid charging ranks above our claim (firmware: OCPP, 1050).
    wish = Properties(state="disabled")
    loop.charger.claims.claim(OCPP, OCPP_PRIORITY, wish)
    loop.charger.claims_changed()
    loop.run(300)
    assert others(ours) == ("another_client",)


@pytest.mark.parametrize(
    ("command", "payload", "name"),
    [
        pytest.param("divertmode/set", "2", "eco_mode", id="eco mode"),
        pytest.param("shaper/set", "1", "current_shaper", id="current shaper"),
    ],
)
def test_the_chargers_own_control_is_noticed(command: str, payload: str, name: str) -> None:
    loop = ClosedLoop(SCENARIOS["sunny"], mode=Mode.FAST)
    loop.run(300)
    loop.world.broker.client().publish(f"{loop.charger.base_topic}/{command}", payload)
    loop.run(300)
    assert others(loop.chargers[loop.key]) == (name,)
