"""Faults of the emulated GX: which services are on D-Bus, under which instance, with which values.

The `FaultBoard` stands between what the GX measures (keys without instance, `battery/Soc`) and what
it shows (full paths, `battery/512/Soc`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.faults import ABSURD_VALUE, NEEDS_TARGET, GxFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.gx_items import Value

FOREVER_S: Final = float("inf")
NULLS_S: Final = 5.0
"""At the start of a reboot, values are invalid for this long before their services leave."""
RETURN_AFTER_S: Final[dict[str, float]] = {
    "platform": 60.0,
    "settings": 60.0,
    "system": 70.0,
    "grid": 90.0,
    "battery": 110.0,
    "vebus": 130.0,
    "hub4": 140.0,
    "solarcharger": 150.0,
    "pvinverter": 160.0,
}
"""When each service is back on D-Bus after a reboot began: one to three minutes."""
BROKER_DOWN_S: Final = (10.0, 55.0)
"""While the GX boots its broker is away too: nothing is sent or heard."""


class _Fault(NamedTuple):
    kind: GxFault
    target: str
    since_s: float
    until_s: float


class FaultBoard:
    """Which faults are on, and what they do to the values shown."""

    def __init__(self, instances: Mapping[str, int], leave: Callable[[str], None]) -> None:
        """Start healthy; `leave` is called with the full path of each item that leaves D-Bus."""
        self._instances = dict(instances)
        self._leave = leave
        self._faults: list[_Fault] = []
        self._now_s = 0.0
        self._last: dict[str, Value] = {}
        self._paths: list[str] = []
        self._last_shown: dict[str, Value] = {}
        self._held: dict[str, Value] = {}

    def inject(
        self, kind: GxFault, target: str | None, now_s: float, duration_s: float | None
    ) -> None:
        """Switch a fault on; raise ValueError when it needs a target and has none."""
        if kind in NEEDS_TARGET and not target:
            msg = f"the fault {kind} needs a target"
            raise ValueError(msg)
        target = target or ""
        if kind is GxFault.INSTANCE_CHANGE:
            self._instances[target] = self._instances.get(target, 0) + 1
            self._paths = []
            return
        if kind is GxFault.REBOOT:
            duration_s = max(RETURN_AFTER_S.values())
        until_s = FOREVER_S if duration_s is None else now_s + duration_s
        if kind is GxFault.FROZEN:
            self._held[target] = self._last.get(self.key(target))
        self._faults.append(_Fault(kind, target, now_s, until_s))

    def clear(self, kind: GxFault) -> None:
        """Switch all faults of a kind off."""
        self._faults = [fault for fault in self._faults if fault.kind is not kind]

    def advance(self, now_s: float) -> None:
        """Let time pass; faults end when their time is over."""
        self._now_s = now_s
        self._faults = [fault for fault in self._faults if fault.until_s > now_s]

    @property
    def silent(self) -> bool:
        """Whether nothing passes between the GX and the broker."""
        return self.booting or any(fault.kind is GxFault.SILENT for fault in self._faults)

    @property
    def booting(self) -> bool:
        """Whether the GX itself is down at this moment."""
        down_s, up_s = BROKER_DOWN_S
        return any(
            fault.kind is GxFault.REBOOT and down_s <= self._now_s - fault.since_s < up_s
            for fault in self._faults
        )

    def key(self, path: str) -> str:
        """Return the key of a full path: without the instance."""
        service, _, rest = path.partition("/")
        return f"{service}/{rest.partition('/')[2]}"

    def path(self, key: str) -> str:
        """Return the full path of a key: with the instance that the service has now."""
        service, _, rest = key.partition("/")
        return f"{service}/{self._instances.get(service, 0)}/{rest}"

    def apply(self, values: dict[str, Value]) -> dict[str, Value]:
        """Return what is shown of the values, by full path; tell what left.

        The keys and their order must be the same at every call.
        """
        self._last = values
        self._paths = self._paths or [self.path(key) for key in values]
        shown = dict(zip(self._paths, values.values(), strict=True))
        for fault in self._faults:
            shown = self._changed(shown, fault)
        if self._last_shown.keys() != shown.keys():
            for path in [path for path in self._last_shown if path not in shown]:
                self._leave(path)
        self._last_shown = shown
        return shown

    def _changed(self, shown: dict[str, Value], fault: _Fault) -> dict[str, Value]:
        """Return the values as one fault leaves them."""
        if fault.kind is GxFault.REBOOT:
            return self._rebooting(shown, self._now_s - fault.since_s)
        if fault.kind is GxFault.SERVICE_GONE:
            return {p: v for p, v in shown.items() if p.partition("/")[0] != fault.target}
        replacement = {
            GxFault.NULL: None,
            GxFault.ABSURD: ABSURD_VALUE,
            GxFault.FROZEN: self._held.get(fault.target),
        }
        if fault.kind in replacement and fault.target in shown:
            return {**shown, fault.target: replacement[fault.kind]}
        return shown

    @staticmethod
    def _rebooting(shown: dict[str, Value], since_s: float) -> dict[str, Value]:
        """Return nulls first, then only the services that are back."""
        if since_s < NULLS_S:
            return dict.fromkeys(shown)
        return {
            path: value
            for path, value in shown.items()
            if since_s >= RETURN_AFTER_S[path.partition("/")[0]]
        }
