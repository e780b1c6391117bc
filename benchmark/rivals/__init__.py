"""The other controllers, as honest models: what the law has to beat.

Each module says what it was written from, runs at its original's own rhythm and keeps its original's
numbers. All of them run their solar mode for as long as the car is connected.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from benchmark.contract import Facts, Law
from benchmark.rivals.automation import Automation
from benchmark.rivals.evcc import Evcc
from benchmark.rivals.openevse_eco import DEFAULT, NO_IMPORT, NO_WASTE, OpenevseEco
from benchmark.rivals.openwb import Openwb
from benchmark.rivals.original import Original
from benchmark.rivals.pi_loop import PiLoop
from benchmark.rivals.tuning import EVCC, EVCC_BEST, best_of

RIVALS: Final[dict[str, Callable[[Facts], Law]]] = {
    "original": Original,
    "evcc default": Evcc,
    "evcc best": best_of(EVCC, EVCC_BEST),
    "openevse eco default": partial(OpenevseEco, settings=DEFAULT),
    "openevse eco no import": partial(OpenevseEco, settings=NO_IMPORT),
    "openevse eco no waste": partial(OpenevseEco, settings=NO_WASTE),
    "openwb": Openwb,
    "pi loop": PiLoop,
    "automation": Automation,
}
"""Makers of the rivals by name."""
