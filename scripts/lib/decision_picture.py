"""Draws docs/pictures/how-it-decides.svg: one day, lived by the product's own law.

The day is the simulator's measured bright one with a dark cloud at noon, the car plugged in all day.
Above, what the sun could give and what the car is offered and gets; below, the house battery and the
level it keeps. The numbers in circles are explained beneath. Readable on a light and on a dark page.

    python -m scripts.lib.decision_picture
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from demo.past import DAY_S, HOUR_S, Past, PastDay, live
from simulator.scenario import SCENARIOS

TARGET: Final = Path(__file__).parents[2] / "docs" / "pictures" / "how-it-decides.svg"
PLUGGED_H: Final = 8.75
DAY: Final = PastDay(
    SCENARIOS["sunny"],
    away_s=(int(5 * HOUR_S), int(PLUGGED_H * HOUR_S)),
    cloud_s=(int(12.25 * HOUR_S), int(13 * HOUR_S)),
)
START_PCT: Final = 35.0

WIDTH: Final = 860
LEFT: Final = 52
RIGHT: Final = 834
POWER_TOP: Final = 34
POWER_BASE: Final = 238
POWER_MAX_W: Final = 5000.0
LEVEL_TOP: Final = 268
LEVEL_BASE: Final = 388
FROM_H: Final = 5
TO_H: Final = 22
POINT_S: Final = 120
"""Distance of two points of a curve."""
WORDS_TOP: Final = 436
LINE: Final = 21
RADIUS: Final = 9

STYLE: Final = """
  .paper { fill: #ffffff; stroke: #d0d7de; }
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .small { font-size: 11.5px; fill: #59636e; }
  .title { font-weight: 600; }
  .sun { fill: #f9a82533; stroke: #e08e00; }
  .car { fill: #2e9e4f55; stroke: #2e7d3e; stroke-width: 2; }
  .battery { fill: #26a69a33; stroke: #00897b; stroke-width: 2; }
  .kept { fill: none; stroke: #c6462a; stroke-width: 2; stroke-dasharray: 6 4; }
  .grid { stroke: #d0d7de; }
  .mark { fill: #1f2328; }
  .mark-text { fill: #ffffff; font-weight: 700; font-size: 12px; text-anchor: middle; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #151b23; stroke: #3d444d; }
    text { fill: #f0f6fc; }
    .small { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .mark { fill: #f0f6fc; }
    .mark-text { fill: #151b23; }
    .car { stroke: #56d364; }
    .battery { stroke: #4db6ac; }
    .kept { stroke: #ff7b5c; }
  }
"""

WORDS: Final = (
    "Until the car comes, the sun fills the battery.",
    "Plugged in: the sun carries 6 A, so charging starts. Weaker sun would do, with the battery's help.",
    "The car gets the surplus = charging + battery &#8722; grid, in whole amps up to 20; dips are a kettle.",
    "A cloud: the battery keeps the car at 6 A, so the contactor stays closed.",
    "The less sun is left, the more the battery keeps. Above that level it still helps the car.",
    "The battery is down to what it keeps: the car sleeps, and the house has its night.",
)


def _x(at_s: float) -> float:
    return LEFT + (at_s / HOUR_S - FROM_H) / (TO_H - FROM_H) * (RIGHT - LEFT)


def _power_y(power_w: float) -> float:
    return POWER_BASE - min(power_w, POWER_MAX_W) / POWER_MAX_W * (POWER_BASE - POWER_TOP)


def _level_y(level_pct: float) -> float:
    return LEVEL_BASE - level_pct / 100.0 * (LEVEL_BASE - LEVEL_TOP)


class _Curve:
    """What a role of the past showed at any time of the day."""

    def __init__(self, past: Past, role: str) -> None:
        self._rows = [(row.at_s, float(row.state)) for row in past.rows if row.role == role]

    def at(self, at_s: float) -> float:
        """Return the last number before a moment; 0 before the first."""
        return next((value for since_s, value in reversed(self._rows) if since_s <= at_s), 0.0)


def _points(values: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    moments = range(int(FROM_H * HOUR_S), int(TO_H * HOUR_S) + 1, POINT_S)
    return [f"{_x(at_s):.1f},{y(values(at_s)):.1f}" for at_s in moments]


def _area(kind: str, points: Sequence[str], base: int) -> str:
    return f'<path class="{kind}" d="M{LEFT},{base}L{"L".join(points)}L{RIGHT},{base}Z"/>'


def _line(kind: str, points: Sequence[str]) -> str:
    return f'<path class="{kind}" d="M{"L".join(points)}"/>'


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{words}</text>'


def _mark(x: float, y: float, number: int) -> str:
    circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" class="mark"/>'
    return circle + f'<text x="{x:.1f}" y="{y + 4:.1f}" class="mark-text">{number}</text>'


def _axes() -> Iterable[str]:
    for hour in range(FROM_H + 1, TO_H + 1, 2):
        x = _x(hour * HOUR_S)
        yield f'<path class="grid" d="M{x:.1f},{POWER_TOP}V{POWER_BASE}M{x:.1f},{LEVEL_TOP}V{LEVEL_BASE}"/>'
        yield _text(round(x), LEVEL_BASE + 16, f"{hour}:00", "small", "middle")
    for power_kw in (0, 2, 4):
        yield _text(LEFT - 6, _power_y(power_kw * 1000.0) + 4, f"{power_kw} kW", "small", "end")
    for level_pct in (0, 50, 100):
        yield _text(LEFT - 6, _level_y(level_pct) + 4, f"{level_pct} %", "small", "end")


def _first(past: Past, reasons: set[str], from_h: float) -> float:
    """Return when one of these reasons first held after an hour of the day, s."""
    return next(
        row.at_s
        for row in past.rows
        if row.role == "charger sensor.reason"
        and row.state in reasons
        and row.at_s > from_h * HOUR_S
    )


def _marks(past: Past, car: _Curve, level: _Curve) -> Iterable[str]:
    moments = {
        1: 7.6 * HOUR_S,
        2: PLUGGED_H * HOUR_S,
        3: 10.5 * HOUR_S,
        4: 12.6 * HOUR_S,
        5: 17.3 * HOUR_S,
        6: _first(past, {"reserve_reached"}, 17),
    }
    for number, at_s in moments.items():
        on_level = number in {1, 5, 6}
        y = _level_y(level.at(at_s)) if on_level else _power_y(car.at(at_s + POINT_S))
        yield _mark(_x(at_s), y - 2 * RADIUS, number)


def _words() -> Iterable[str]:
    for number, words in enumerate(WORDS, start=1):
        y = WORDS_TOP + (number - 1) * LINE
        yield _mark(LEFT - 20, y - 4, number)
        yield _text(LEFT, y, words)


def drawing() -> str:
    """Return the picture as SVG."""
    past = live((DAY,), DAY_S, "car", soc_pct=START_PCT)
    sun = DAY.sun()
    car, level = (
        _Curve(past, "charger sensor.charging_power"),
        _Curve(past, "site sensor.battery_soc"),
    )
    kept = _Curve(past, "site sensor.reserve")
    height = WORDS_TOP + len(WORDS) * LINE - 4
    parts = [
        f'<rect class="paper" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        *_axes(),
        _area("sun", _points(lambda at_s: sun.power_w(int(at_s)), _power_y), POWER_BASE),
        _area("car", _points(car.at, _power_y), POWER_BASE),
        _area("battery", _points(level.at, _level_y), LEVEL_BASE),
        _line("kept", _points(kept.at, _level_y)),
        _text(LEFT, 22, "Sun (yellow) and car (green), mode Solar, priority Car first", "title"),
        _text(
            LEFT,
            LEVEL_TOP - 9,
            "House battery (green), and what it keeps from the car (dashed)",
            "title",
        ),
        *_marks(past, car, level),
        *_words(),
    ]
    title = "One day of decisions: the car follows the sun, the battery bridges a cloud and keeps the night"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>{title}</title><style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(drawing())
