"""What one stage of the law wants for one charger, before the contactor has its say."""

from dataclasses import dataclass

from .model import Status
from .reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A wish: current, how to call it, and whether it may override the dwell times."""

    current_a: int
    """0 or a whole number of amps."""
    status: Status
    reason: Reason
    urgent: bool = False
    """A person's command or safety: minimum on and off times do not apply."""
