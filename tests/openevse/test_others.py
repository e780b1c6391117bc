"""Who else steers a charger is said, and not fought."""

import pytest

from tests.openevse.fakes import Bench


def others(bench: Bench) -> tuple[str, ...]:
    """Name who else steers."""
    return bench.charger.others


@pytest.mark.parametrize(
    ("key", "on", "off", "name"),
    [
        pytest.param("divertmode", "2", "1", "eco_mode", id="eco mode"),
        pytest.param("shaper", "1", "0", "current_shaper", id="shaper switched on for now"),
        pytest.param(
            "config",
            '{"current_shaper_enabled":true}',
            '{"current_shaper_enabled":false}',
            "current_shaper",
            id="shaper set up",
        ),
        pytest.param("schedule", '[{"id":1,"time":"22:00:00"}]', "[]", "schedule", id="schedule"),
    ],
)
def test_the_chargers_own_control_is_seen(key: str, on: str, off: str, name: str) -> None:
    bench = Bench()
    bench.dump()
    assert others(bench) == ()
    bench.say(key, on)
    assert others(bench) == (name,)
    bench.say(key, off)
    assert others(bench) == ()


@pytest.mark.parametrize(
    ("key", "payload"),
    [
        pytest.param("schedule", "[", id="broken schedule"),
        pytest.param("schedule", '{"id":1}', id="a schedule that is no list"),
        pytest.param("config", '{"current_shaper_enabled":1}', id="number for a flag"),
        pytest.param("shaper", "yes", id="unknown word"),
        pytest.param("divertmode", "eco", id="unknown mode"),
    ],
)
def test_what_cannot_be_read_tells_nothing(key: str, payload: str) -> None:
    bench = Bench()
    bench.say(key, payload)
    assert others(bench) == ()


def following_nobody(bench: Bench, seconds: int, status: str) -> None:
    """Let the charger say for a while what it aims at, though it confirmed our claim."""
    for second in range(seconds):
        if second % 30 == 0:
            bench.dump(status=status)
        bench.advance(1)


def test_a_charger_that_aims_elsewhere_for_long_follows_another_client() -> None:
    bench = Bench()
    bench.dump()
    bench.offer(16)
    bench.echo()
    following_nobody(bench, 170, "disabled")
    assert others(bench) == ()
    following_nobody(bench, 60, "disabled")
    assert others(bench) == ("another_client",)
    following_nobody(bench, 2, "active")
    assert others(bench) == ()


def test_an_owners_limit_that_was_reached_is_nobody_who_steers() -> None:
    bench = Bench()
    bench.dump()
    bench.say("limit", '{"type":"energy","value":9000,"auto_release":true}')
    bench.offer(16)
    bench.echo()
    following_nobody(bench, 600, "disabled")
    assert others(bench) == ()
