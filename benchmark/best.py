"""The optimum of a site-day, from the cache where it has been computed before."""

from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from benchmark import cache, optimum, optimum_model, prices
from benchmark.days import START_S
from benchmark.sites import MIN_A, Case
from custom_components.victron_openevse.control.model import Priority

SOURCE: Final = cache.source_digest(
    Path(str(module.__file__)) for module in (optimum, optimum_model, prices)
)


def best_eur(case: Case, priority: Priority) -> float | None:
    """Return what perfect foresight makes of a site-day, euro; None where the car fills.

    The optimum knows no appetite, so days on which the car gets full are compared between laws only.
    """
    if case.appetite_kwh is not None:
        return None

    def make() -> dict[str, cache.Floats]:
        return {"value": np.array([optimum.played(policy_for(case, priority)).value])}

    return float(cache.arrays(f"best-{digest(case, priority)}", make)["value"][0])


def digest(case: Case, priority: Priority) -> str:
    """Return the name of what the optimum of a site-day decides."""
    sun_and_house = (case.pv_w().tobytes(), case.house_w().tobytes())
    return cache.digest(SOURCE, _facts_of(case), prices.PRICES[priority], *sun_and_house)


@lru_cache(maxsize=1)  # its values fill 30 MB, and it is wanted twice at most
def policy_for(case: Case, priority: Priority) -> optimum.Policy:
    """Compute the optimum's policy for a site-day, in a second or two."""
    money = prices.PRICES[priority]
    return optimum.best_policy(case.pv_w(), case.house_w(), _site(case), money)


def _facts_of(case: Case) -> tuple[object, ...]:
    """Return what the optimum of a case depends on besides sun, house and prices."""
    site, window = case.site, case.window
    return (
        site.battery_kwh, site.start_soc_pct, site.min_soc_pct, site.max_charge_w,
        site.inverter_w, site.feed_in, site.feed_in_cap_w, site.ac_share, site.volts, site.car_phases,
        site.max_a, site.car_limit_a, window.from_s, window.to_s,
    )  # fmt: skip


def _site(case: Case) -> optimum_model.OptimumSite:
    site = case.site
    second = np.arange(len(case.pv_w())) + START_S
    return optimum_model.OptimumSite(
        battery_kwh=site.battery_kwh,
        max_charge_w=site.max_charge_w,
        min_soc_pct=site.min_soc_pct,
        start_soc_pct=site.start_soc_pct,
        inverter_w=site.inverter_w,
        ac_share=site.ac_share,
        feed_in=site.feed_in,
        feed_in_cap_w=site.feed_in_cap_w,
        volts=site.volts,
        phases=site.car_phases,
        min_a=MIN_A,
        max_a=min(site.max_a, int(site.car_limit_a)),
        connected=(second >= case.window.from_s) & (second < case.window.to_s),
    )
