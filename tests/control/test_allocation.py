"""One surplus, several chargers."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control.allocation import Claim, share_surplus


def claim(key: str, order: int, *, running: bool = True) -> Claim:
    """A charger between 6 and 20 A at 230 V."""
    return Claim(key=key, order=order, minimum_w=1380.0, maximum_w=4600.0, running=running)


@pytest.mark.parametrize(
    ("claims", "surplus_w", "expected"),
    [
        pytest.param([claim("a", 1)], -300.0, {"a": -300.0}, id="one charger gets it all"),
        pytest.param(
            [claim("a", 1), claim("b", 2)], 5000.0, {"a": 3620.0, "b": 1380.0}, id="first is first"
        ),
        pytest.param(
            [claim("a", 2), claim("b", 1)], 5000.0, {"b": 3620.0, "a": 1380.0}, id="by order"
        ),
        pytest.param(
            [claim("a", 1), claim("b", 2)], 7000.0, {"a": 4600.0, "b": 2400.0}, id="overflow"
        ),
        pytest.param(
            [claim("a", 1), claim("b", 2)], 1000.0, {"a": 1380.0, "b": -380.0}, id="shortage last"
        ),
        pytest.param(
            [claim("a", 1), claim("b", 2, running=False)],
            5000.0,
            {"a": 5000.0, "b": 400.0},
            id="a sleeping one sees what is left",
        ),
        pytest.param(
            [claim("a", 1), claim("b", 2, running=False)],
            3000.0,
            {"a": 3000.0, "b": 0.0},
            id="a sleeping one sees nothing of what the other can take",
        ),
        pytest.param(
            [claim("a", 1, running=False), claim("b", 2)],
            5000.0,
            {"a": 3620.0, "b": 5000.0},
            id="a sleeping first one sees all but the other's minimum",
        ),
    ],
)
def test_shares(claims: list[Claim], surplus_w: float, expected: dict[str, float]) -> None:
    assert dict(share_surplus(claims, surplus_w)) == pytest.approx(expected)


@given(
    st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=1, max_size=6),
    st.floats(-10_000.0, 40_000.0),
)
def test_running_chargers_share_exactly_what_there_is(
    chargers: list[tuple[int, bool]], surplus_w: float
) -> None:
    claims = [
        claim(f"charger {n}", order, running=running) for n, (order, running) in enumerate(chargers)
    ]
    shares = share_surplus(claims, surplus_w)
    assert shares.keys() == {claim.key for claim in claims}
    running_w = [shares[claim.key] for claim in claims if claim.running]
    if running_w:
        assert sum(running_w) == pytest.approx(surplus_w, abs=1e-6)
