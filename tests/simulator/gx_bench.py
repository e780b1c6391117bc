"""An emulated GX on a test bench: a plant, a broker driven by whole seconds, and a listener."""

from __future__ import annotations

import json
from typing import Any

from simulator.broker import Message, SimBroker
from simulator.ess import EssSettings
from simulator.gx import GxConfig, GxEmulator
from simulator.plant import PlantConfig
from tests.simulator.houses import plant

PORTAL = "c0619ab12345"


class GxBench:
    """A GX in front of a small site, and everything that was heard on N/#."""

    def __init__(
        self,
        pv_w: float = 2000.0,
        soc_pct: float = 60.0,
        *,
        site: PlantConfig | None = None,
        ess: EssSettings | None = None,
        config: GxConfig | None = None,
    ) -> None:
        self.now_s = 0.0
        self.broker = SimBroker(lambda: self.now_s)
        self.plant = plant(pv_w, soc_pct, config=site, ess=ess)
        self.user = self.broker.client()
        self.heard: list[Message] = []
        self.user.subscribe("N/#", self.heard.append)
        self.gx_client = self.broker.client()
        self.gx = GxEmulator(self.plant, self.gx_client, PORTAL, config)
        self.broker.run()

    def run(self, seconds: int, car_w: float = 0.0) -> None:
        """Let time pass."""
        for _ in range(seconds):
            self.now_s += 1.0
            self.plant.step(car_w)
            self.gx.step(self.now_s)
            self.broker.run()

    def keepalive(self, payload: str = "") -> None:
        """Ask for a full publish, or what the payload says."""
        self.send("R", "keepalive", payload)

    def wake(self) -> None:
        """Arm the GX and forget what that published."""
        self.run(1)
        self.keepalive()
        self.heard.clear()

    def read(self, path: str) -> None:
        """Ask for an item or a branch."""
        self.send("R", path, "")

    def write(self, path: str, value: object) -> None:
        """Write an item."""
        self.send("W", path, json.dumps({"value": value}))

    def send(self, kind: str, path: str, payload: str) -> None:
        """Send a raw request."""
        self.user.publish(f"{kind}/{PORTAL}/{path}", payload)
        self.broker.run()

    def payloads(self, path: str) -> list[str]:
        """Return what was heard at a path."""
        return [m.payload for m in self.heard if m.topic == f"N/{PORTAL}/{path}"]

    def values(self, path: str) -> list[Any]:
        """Return the values heard at a path."""
        return [json.loads(payload)["value"] for payload in self.payloads(path)]

    def paths(self) -> set[str]:
        """Return the paths heard."""
        return {m.topic.split("/", 2)[2] for m in self.heard}
