"""How many examples a property is tried with: all of them, or a third in the inner loop.

`scripts/test` asks for the profile `thorough`; `scripts/test --quick` and a bare pytest do not. Each
run draws other examples, so many quick runs see as much as a thorough one.
"""

from typing import Final

from hypothesis import HealthCheck, settings

THOROUGH: Final = "thorough"
"""The profile that `--hypothesis-profile` chooses; `tests/conftest.py` tells Hypothesis of it."""
QUICK_SHARE: Final = 3
"""The inner loop tries one in so many."""


def examples(thorough: int) -> settings:
    """Give the settings of a property that a thorough run tries with `thorough` examples."""
    everything = settings.get_current_profile_name() == THOROUGH
    return settings(
        max_examples=thorough if everything else thorough // QUICK_SHARE,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
