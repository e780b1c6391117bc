"""What the grid gives and takes on average, and how much the battery may therefore add.

The battery adds to a car's surplus only what the inverter can carry: import that lasts shows that the
car already takes more, whatever the reason (rating, battery limit, settings nobody told us).
"""

from typing import Final

from .freshness import known
from .means import fade
from .memory import Exchange
from .model import SiteReading

IMPORT_MEAN_S: Final = 10.0
"""Time constant of the import's mean: the ESS corrects a step within 10..15 s."""

EXPORT_MEAN_S: Final = 450.0
"""Of the export's mean: it starts a car, so it must last as the surplus must."""

TOLERATED_W: Final = 100.0
"""Import that counts as none: the usual grid setpoint is 50 W."""

STEP_PER_S: Final = 0.1
"""Part of the import by which the battery's addition falls each second; it rises by 10 W/s."""

CAP_MAX_W: Final = 5000.0
"""Where the addition ends in any case: the usual inverter beside a house battery."""


def update_exchange(exchange: Exchange, site: SiteReading, dt_s: float) -> Exchange:
    """Advance the means by `dt_s`; without a reading they wait."""
    grid_w = known(site.grid_power_w)
    if grid_w is None or dt_s <= 0.0:
        return exchange
    import_w = fade(exchange.import_w, max(grid_w, 0.0), dt_s, IMPORT_MEAN_S)
    cap_w = exchange.lift_cap_w + STEP_PER_S * (TOLERATED_W - import_w) * dt_s
    return Exchange(
        import_w=import_w,
        export_w=fade(exchange.export_w, max(-grid_w, 0.0), dt_s, EXPORT_MEAN_S),
        lift_cap_w=min(max(cap_w, 0.0), CAP_MAX_W),
    )
