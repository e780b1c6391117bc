"""The fault matrix: every row, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator import (
    fault_broker,
    fault_car,
    fault_charger,
    fault_gx,
    fault_house,
    fault_limits,
    fault_others,
    fault_product,
)

if TYPE_CHECKING:
    from simulator.fault_row import Fault

CATALOGUE: Final[dict[str, Fault]] = {
    fault.name: fault
    for rows in (
        fault_gx.ROWS,
        fault_house.ROWS,
        fault_broker.ROWS,
        fault_charger.ROWS,
        fault_others.ROWS,
        fault_car.ROWS,
        fault_product.ROWS,
        fault_limits.ROWS,
    )
    for fault in rows
}
"""All rows."""
