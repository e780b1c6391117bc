"""Units of prices."""

import pytest

from custom_components.victron_openevse.price_unit import price_per_kwh


@pytest.mark.parametrize(
    ("text", "unit", "price"),
    [
        pytest.param("0.31", "EUR/kWh", 0.31, id="euro"),
        pytest.param("31.2", "ct/kWh", 0.312, id="cent"),
        pytest.param("31.2", "Cent/kWh", 0.312, id="cent in full"),
        pytest.param("31.2", "€ct / kWh", 0.312, id="sign and cent"),
        pytest.param("24.5", "p/kWh", 0.245, id="pence"),
        pytest.param("150", "öre/kWh", 1.5, id="ore"),
        pytest.param("92.4", "EUR/MWh", 0.0924, id="exchange"),
        pytest.param("0.0003", "USD/Wh", 0.3, id="per Wh"),
        pytest.param("0.31", "EUR per kWh", 0.31, id="in words"),
        pytest.param("0.31", "EUR", 0.31, id="without the energy"),
        pytest.param("31", "ct", 0.31, id="cents without the energy"),
        pytest.param("0.31", None, 0.31, id="helper without a unit"),
        pytest.param("-0.05", "EUR/kWh", -0.05, id="they pay you"),
        pytest.param("0.31", "EUR/m³", None, id="gas"),
        pytest.param("cheap", "EUR/kWh", None, id="words"),
        pytest.param("nan", "EUR/kWh", None, id="no number"),
        pytest.param("inf", None, None, id="no end"),
    ],
)
def test_a_price_becomes_currency_per_kwh(text: str, unit: str | None, price: float | None) -> None:
    assert price_per_kwh(text, unit) == (None if price is None else pytest.approx(price))
