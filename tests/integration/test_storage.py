"""When the file is written: nothing that was shown is lost in a crash, and flash storage is spared."""

from dataclasses import dataclass, field, replace

from homeassistant.core import HomeAssistant
import pytest

from custom_components.victron_openevse.control.memory import (
    ChargerMemory,
    Energy,
    HouseMemory,
    Memory,
    Meter,
    Progress,
)
from custom_components.victron_openevse.control.model import Mode, Settings
from custom_components.victron_openevse.debts import Debt, Debts
from custom_components.victron_openevse.export import ExportMeter
from custom_components.victron_openevse.storage import SiteStore, Stored

from .conftest import Clock

START = ChargerMemory()
OWED = (Debt(charger_id="car", name="Garage", serial=None, address={"source": "mqtt"}),)
HOUSE = HouseMemory()


def stored(
    memory: ChargerMemory = START,
    exported_kwh: float = 0.0,
    house: HouseMemory = HOUSE,
    owed: Debts = (),
) -> Stored:
    """Give a site with one charger."""
    return Stored(
        settings=Settings(),
        memory=Memory(chargers={"car": memory}, house=house),
        export=ExportMeter(total_kwh=exported_kwh),
        owed=owed,
    )


def counted(**kwh: float) -> ChargerMemory:
    """Give the memory of a charger that has counted some energy."""
    return replace(START, meter=Meter(lifetime=Energy(**kwh)))


@dataclass
class Writes:
    """Decides each second whether to write, and keeps when that was."""

    clock: Clock
    store: SiteStore
    at_s: list[float] = field(default_factory=list)

    def live(self, seconds: int, what: Stored) -> None:
        """Nothing changes for some seconds."""
        for _ in range(seconds):
            self.clock.now_s += 1.0
            self.store.save_if_news(lambda: what)

    def note(self, _stored: object) -> None:
        """Take the place of `save_soon`."""
        self.at_s.append(self.clock.now_s)


@pytest.fixture
def writes(hass: HomeAssistant, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Writes:
    """Give a store that has just been loaded, and its next writes."""
    writes = Writes(clock, SiteStore(hass, "entry"))
    monkeypatch.setattr(writes.store, "save_soon", writes.note)
    writes.live(30, stored())
    return writes


@pytest.mark.parametrize(
    ("later", "count"),
    [
        pytest.param(stored(), 0, id="nothing happened"),
        pytest.param(stored(counted(solar_kwh=0.004)), 0, id="sun, too little to show"),
        pytest.param(stored(counted(solar_kwh=0.01)), 1, id="sun"),
        pytest.param(stored(counted(battery_kwh=0.01)), 1, id="battery"),
        pytest.param(stored(counted(grid_kwh=0.01)), 1, id="grid"),
        pytest.param(stored(exported_kwh=0.01), 1, id="export"),
        pytest.param(stored(replace(START, mode=Mode.FAST)), 1, id="mode"),
        pytest.param(stored(replace(START, offered_current_a=6)), 1, id="start"),
        pytest.param(stored(replace(START, progress=Progress(serial=1))), 1, id="a boost"),
        pytest.param(stored(replace(START, reached_pct=80.0)), 1, id="a target reached"),
        pytest.param(stored(replace(START, overridden=True)), 1, id="an override"),
        pytest.param(stored(owed=OWED), 1, id="something to give back"),
        pytest.param(stored(house=HouseMemory(night_kwh=2.0)), 0, id="a night goes on"),
        pytest.param(stored(house=HouseMemory(nights_kwh=(4.0,))), 1, id="a night was learned"),
    ],
)
def test_what_is_worth_a_write(writes: Writes, later: Stored, count: int) -> None:
    writes.live(60, later)
    assert len(writes.at_s) == count


def test_counters_are_written_every_ten_seconds_at_most(writes: Writes) -> None:
    for second in range(60):
        writes.live(1, stored(counted(solar_kwh=0.02 * second), exported_kwh=0.02 * second))
    gaps_s = [later - sooner for sooner, later in zip(writes.at_s, writes.at_s[1:], strict=False)]
    assert gaps_s == [10.0] * 5


def test_news_do_not_wait_for_the_counters(writes: Writes) -> None:
    writes.live(1, stored(counted(solar_kwh=0.02)))
    writes.live(1, stored(replace(counted(solar_kwh=0.02), mode=Mode.OFF)))
    assert len(writes.at_s) == 2
