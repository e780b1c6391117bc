"""Small sites whose numbers can be worked out by hand."""

from __future__ import annotations

from simulator.ess import EssSettings
from simulator.house import House, HouseConfig
from simulator.plant import Plant, PlantConfig
from simulator.weather import Day

HOUSE_W = 300.0


def quiet_house(base_w: float = HOUSE_W) -> House:
    """Return a house whose load never changes."""
    return House(HouseConfig(base_w=base_w, noise_w=0.0, fridge_w=0.0, kettles=0, ovens=0))


def plant(
    pv_w: float,
    soc_pct: float = 50.0,
    *,
    config: PlantConfig | None = None,
    ess: EssSettings | None = None,
) -> Plant:
    """Return a site under a sun that stands still."""
    return Plant(
        config or PlantConfig(),
        Day.constant(pv_w),
        house=quiet_house(),
        ess=ess or EssSettings(),
        soc_pct=soc_pct,
    )


def run(site: Plant, seconds: int, car_w: float = 0.0) -> None:
    """Let a site run with a constant car."""
    for _ in range(seconds):
        site.step(car_w)
