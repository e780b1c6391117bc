"""What charging cost, and what it saved compared with buying everything from the grid.

The grid's part costs the import price. Sun and battery cost what the grid would have paid for them:
the battery's energy is yesterday's sun. Prices are those of the moment the energy was booked; what was
booked while no price was known costs nothing and saves nothing.
"""

from math import isfinite

from .change import replace
from .memory import ChargerMemory, Meter, Money
from .model import Prices


def book_money(before: Meter, memory: ChargerMemory, prices: Prices | None) -> ChargerMemory:
    """Book what `memory.meter` has counted since `before`."""
    counted, meter = before.lifetime, memory.meter.lifetime
    if prices is None or meter is counted or not isfinite(prices.import_per_kwh):
        return memory
    bought_kwh = meter.grid_kwh - counted.grid_kwh
    own_kwh = meter.solar_kwh + meter.battery_kwh - counted.solar_kwh - counted.battery_kwh
    sold = prices.export_per_kwh or 0.0
    if not isfinite(sold):
        return memory
    money = Money(
        cost=memory.money.cost + bought_kwh * prices.import_per_kwh + own_kwh * sold,
        savings=memory.money.savings + own_kwh * (prices.import_per_kwh - sold),
    )
    return replace(memory, money=money)
