"""Writes `docs/faults.md` from the rows of the fault matrix.

Every cell but the notes is written from what the row checks.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from simulator.fault_catalogue import CATALOGUE
from simulator.fault_row import CIRCUIT_A, GOES_ON, SOLAR_MAX_A, Part

if TYPE_CHECKING:
    from simulator.fault_row import Fault

PAGE: Final = Path(__file__).parent.parent / "docs" / "faults.md"
MINUTE_S: Final = 60

HEAD: Final = """\
# What happens when something breaks

<!-- Written by scripts/faults --page from the rows in simulator/fault_*.py. Do not edit by hand. -->

Each row is a scenario that `scripts/faults` lets happen, closed loop: an emulated house with GX, charger and
car, the real adapters and the real law, on simulated time. A row passes only if the car does what is written
here within the time written here, if the user sees what is written here, if no offer ever leaves its limits
(here a circuit of {circuit_a} A and {solar_max_a} A in the solar modes), if no energy counter goes back, and
if the contactor closes no more often than written. Unless said otherwise the car charges with 11 A in mode
solar when it happens, and the charger stops by itself when nobody speaks to it any more.

*Taken* is the energy that the car may take, until all is well again, beyond what the sun would have given.

"""
TAIL: Final = """
## Only with a real Home Assistant

These cannot be shown without it; the tests named here run them.

| what | test |
|---|---|
| A store that is damaged, or of a newer version | `tests/integration/test_init.py` |
| Reload, restart and crash: claim, settings and energy stay | `tests/integration/test_init.py` |
| Charger and GX are handed back on removal | `tests/integration/test_init.py` |
| A charger that is away then is handed back when it returns; one that never does is named in the log | `tests/integration/test_hand_back.py` |
| The decision itself fails: the offer stands for a minute, then no car charges, and a repair says so | `tests/integration/test_law_watch.py` |
| Repairs for a silent GX, a charger that is gone, quarrels and wrong signs | `tests/integration/test_issues.py` |
| A real broker, a real Home Assistant, a car that charges | `tests/e2e/test_demo.py`, `tests/e2e/test_live.py` |
| Killed, flooded, without a broker, with a full disk: live | `tests/e2e/test_endure.py`, [endurance](endurance.md) |

Rows of the table kill the product on simulated time; `scripts/endure` kills the real one.

## At random

`scripts/campaign` lives days of houses that nobody thought of: sites, settings, cars and faults are drawn by
seed, a part of the days with the law alone, a part with adapters and emulators, and `--soak-days` one house
for a month. It counts what must never be: an offer beyond what mode, circuit and charger allow, a limit of
the site broken for longer than the law may need, something sent in shadow mode, more closings than the
budget, an energy counter that goes back, an exception. After each day all faults are healed, there is sun and
charge enough, and every car must be charging within half an hour. What is wrong is said with its seed, and
`--only` repeats that day.

The last full run, `--days 2000 --adapter-days 100 --seed full`, drew 46,176 faults and made 11.8 million
decisions; a month of one house (`--soak-days 30`) drew 1431 more. Nothing of the above was found.
"""


def duration(seconds: int) -> str:
    """Write a time as a person says it."""
    if seconds < 2 * MINUTE_S or (seconds % MINUTE_S and seconds < 5 * MINUTE_S):
        return f"{seconds} s"
    return f"{-(-seconds // MINUTE_S)} min"


def _seen(fault: Fault) -> str:
    words = "" if fault.status is None else fault.status.value.replace("_", " ")
    if fault.reason is not None:
        words += f" ({fault.reason.value.replace('_', ' ')})"
    sign = "" if fault.sign is None else fault.sign.words
    return "; ".join(part for part in (words, sign) if part) or "nothing"


def _does(fault: Fault) -> str:
    words = fault.effect.words
    if fault.within_s > 1 and fault.effect is not GOES_ON:
        words += f" within {duration(fault.within_s)}"
    if fault.closings:
        words += f"; {fault.closings} closing{'s' if fault.closings > 1 else ''} at most"
    return words + (f". {fault.note}" if fault.note else "")


def _after(fault: Fault) -> str:
    words = fault.after.words
    return words + (f" within {duration(fault.recovers_s)}" if fault.recovers_s else " at once")


def _row(fault: Fault) -> str:
    begin = f" ({fault.begin.words})" if fault.begin.words else ""
    cells = (
        f"`{fault.name}`",
        fault.what + begin,
        _seen(fault),
        _does(fault),
        _after(fault),
        f"{fault.wrong_wh:.0f} Wh",
    )
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """Give the whole page."""
    text = HEAD.format(circuit_a=CIRCUIT_A, solar_max_a=SOLAR_MAX_A)
    for part in Part:
        rows = [_row(fault) for fault in CATALOGUE.values() if fault.part is part]
        text += f"## {part.value}\n\n"
        text += "| row | what happens | what you see | the car | afterwards it | taken |\n"
        text += "|---|---|---|---|---|---|\n" + "\n".join(rows) + "\n\n"
    return text.rstrip("\n") + "\n" + TAIL
