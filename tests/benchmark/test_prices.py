"""The value of a day, by hand."""

import pytest

from benchmark.prices import PRICES, Ledger, Prices, value
from custom_components.victron_openevse.control.model import Priority

NONE = Ledger()


@pytest.mark.parametrize(
    ("day", "without", "expected"),
    [
        pytest.param(NONE, NONE, 0.0, id="nothing"),
        pytest.param(Ledger(car=10.0), NONE, 2.0, id="car"),
        pytest.param(Ledger(imported=3.0), Ledger(imported=1.0), -0.6, id="extra-import"),
        pytest.param(Ledger(exported=2.0), Ledger(exported=12.0), -0.5, id="export-missed"),
        pytest.param(Ledger(discharged=4.0), Ledger(discharged=2.0), -0.06, id="wear"),
        pytest.param(Ledger(closings=3), NONE, -0.03, id="closings"),
        pytest.param(Ledger(left=3.0), Ledger(left=5.0), -0.57, id="less-left"),
    ],
)
def test_value(day: Ledger, without: Ledger, expected: float) -> None:
    assert value(day, without, PRICES[Priority.HOUSE_FIRST]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        pytest.param(Priority.HOUSE_FIRST, Prices(car=0.20, left=0.285), id="house-first"),
        pytest.param(Priority.BALANCED, Prices(car=0.20, left=0.05), id="balanced"),
        pytest.param(Priority.CAR_FIRST, Prices(car=0.30, left=0.10), id="car-first"),
    ],
)
def test_profiles(priority: Priority, expected: Prices) -> None:
    assert PRICES[priority] == expected
    assert (expected.bought, expected.sold) == (0.30, 0.05)
    assert (expected.wear, expected.closing) == (0.03, 0.01)
