"""Every rival at its best: which published settings suit an owner, found on the tuning half.

A family is a rival with the settings its users can choose; `tune` picks the one with the highest
score for one owner and kind of site. Whoever runs the benchmark keeps the answer; `best_of` makes the law that
uses it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from benchmark.contract import Facts, Law
from benchmark.rivals.evcc import Evcc, EvccSettings
from custom_components.victron_openevse.control.model import Priority

type Maker = Callable[[Facts], Law]
"""Makes a law for one day."""

LEVELS: Final = (
    # priority, buffer, buffer start (%; 0 = off, each at least the one before)
    (0, 0, 0),
    (30, 0, 0),
    (50, 0, 0),
    (70, 0, 0),
    (90, 0, 0),
    (90, 95, 0),
    (90, 95, 98),
    (80, 90, 95),
    (70, 90, 95),
    (70, 80, 90),
    (50, 80, 95),
    (50, 80, 90),
    (50, 70, 80),
    (30, 70, 90),
    (30, 70, 80),
    (30, 50, 80),
    (30, 40, 60),
    (0, 50, 95),
    (0, 50, 80),
    (0, 30, 70),
    (0, 20, 50),
    (0, 0, 90),
)
"""Battery levels an owner of evcc might try; the ones its documentation shows are among them."""
RESIDUALS_W: Final = (0, 100)
"""evcc's default and the example of its documentation."""


def _evcc_family() -> dict[str, Maker]:
    family: dict[str, Maker] = {}
    for first, buffer, start in LEVELS:
        for residual_w in RESIDUALS_W:
            settings = EvccSettings(
                residual_w=residual_w,
                priority_soc_pct=first,
                buffer_soc_pct=buffer,
                buffer_start_soc_pct=start,
            )
            name = f"priority {first} buffer {buffer} start {start} residual {residual_w}"
            family[name] = partial(Evcc, settings=settings)
    return family


EVCC: Final[Mapping[str, Maker]] = _evcc_family()
"""evcc's settings by name."""

type Kind = tuple[Priority, bool]
"""An owner, and whether the site may feed in: what the best settings may depend on."""

EVCC_BEST: Final[Mapping[Kind, str]] = {
    (Priority.HOUSE_FIRST, True): "priority 0 buffer 0 start 90 residual 0",
    (Priority.BALANCED, True): "priority 0 buffer 30 start 70 residual 0",
    (Priority.CAR_FIRST, True): "priority 0 buffer 20 start 50 residual 0",
    (Priority.HOUSE_FIRST, False): "priority 50 buffer 80 start 90 residual 0",
    (Priority.BALANCED, False): "priority 30 buffer 50 start 80 residual 0",
    (Priority.CAR_FIRST, False): "priority 0 buffer 20 start 50 residual 0",
}
"""What `tune` found on the tuning half of the standard set."""


def tune(family: Mapping[str, Maker], score: Callable[[Maker], float]) -> str:
    """Return the name of the member with the highest score; of equals, the first."""
    return max(family, key=lambda name: score(family[name]))


def best_of(family: Mapping[str, Maker], choice: Mapping[Kind, str]) -> Maker:
    """Return a maker that takes, on each kind of site, the member chosen for the owner's priority."""

    def make(facts: Facts) -> Law:
        return family[choice[facts.priority, facts.feed_in]](facts)

    return make
