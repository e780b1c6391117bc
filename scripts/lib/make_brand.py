"""Draws the brand images of the integration: a sun with a plug in it, and in the logo its car.

Own artwork, no vendor's. Colours are chosen to be seen on light and on dark backgrounds. Needs
Pillow, which Home Assistant brings:

    make_brand.py [FOLDER]      default: custom_components/victron_openevse/brand
"""

from collections.abc import Sequence
import math
import pathlib
import sys
from typing import Final

from PIL import Image, ImageDraw

FOLDER: Final = (
    pathlib.Path(__file__).parents[2] / "custom_components" / "victron_openevse" / "brand"
)

SUN: Final = "#f9a825"
PLUG: Final = "#0d3b66"
CABLE: Final = "#1e9e8f"
GLASS: Final = "#dff3f0"

# Everything is drawn on a square of this many units and this many times too large, then scaled
# down, which gives smooth edges.
UNITS: Final = 100
OVERSAMPLING: Final = 4

CENTRE: Final = 50.0
SUN_RADIUS: Final = 31.0
RAYS: Final = 12
RAY_FROM: Final = 37.0
RAY_TO: Final = 47.5
RAY_WIDTH: Final = 5.0
CABLE_WIDTH: Final = 6.0

ICON_SIZES: Final = {"icon.png": 256, "icon@2x.png": 512}
LOGO_SIZES: Final = {"logo.png": 256, "logo@2x.png": 512}
LOGO_WIDTH: Final = 2.0  # times its height

type Point = tuple[float, float]


class Canvas:
    """A transparent picture addressed in units, whatever its size in pixels."""

    def __init__(self, height_px: int, aspect: float) -> None:
        """Make a canvas of UNITS height and `aspect` times that width."""
        self._height_px = height_px
        self._aspect = aspect
        self._scale = height_px * OVERSAMPLING / UNITS
        size = (round(height_px * aspect * OVERSAMPLING), height_px * OVERSAMPLING)
        self._image = Image.new("RGBA", size)
        self._draw = ImageDraw.Draw(self._image)

    def _px(self, *points: Point) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def disc(self, centre: Point, radius: float, colour: str) -> None:
        """Draw a filled circle."""
        (x, y), r = centre, radius
        self._draw.ellipse(self._px((x - r, y - r), (x + r, y + r)), fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: str) -> None:
        """Draw a line with round ends and corners."""
        self._draw.line(self._px(*points), fill=colour, width=round(width * self._scale))
        for point in points:
            self.disc(point, width / 2, colour)

    def box(self, top_left: Point, bottom_right: Point, radius: float, colour: str) -> None:
        """Draw a filled box with round corners."""
        corners = self._px(top_left, bottom_right)
        self._draw.rounded_rectangle(corners, radius * self._scale, fill=colour)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """Draw a filled polygon."""
        self._draw.polygon(self._px(*points), fill=colour)

    def save(self, path: pathlib.Path) -> None:
        """Trim to what was drawn, scale to the wanted size and write a PNG file."""
        size = (round(self._height_px * self._aspect), self._height_px)
        trimmed = self._image.crop(self._image.getbbox())
        trimmed.resize(size, Image.Resampling.LANCZOS).save(path, optimize=True)


def draw_sun(canvas: Canvas, without: frozenset[int]) -> None:
    """Draw the disc and its rays, clockwise from the right, without those behind the cable."""
    canvas.disc((CENTRE, CENTRE), SUN_RADIUS, SUN)
    for ray in range(RAYS):
        angle = 2 * math.pi * ray / RAYS
        if ray in without:
            continue
        ends = [
            (CENTRE + radius * math.cos(angle), CENTRE + radius * math.sin(angle))
            for radius in (RAY_FROM, RAY_TO)
        ]
        canvas.line(ends, RAY_WIDTH, SUN)


def draw_plug(canvas: Canvas, cable: Sequence[Point]) -> None:
    """Draw a plug on the disc and the cable that leaves it downwards."""
    canvas.line([(CENTRE, 66), *cable], CABLE_WIDTH, CABLE)
    for x in (42.5, 57.5):
        canvas.line([(x, 32), (x, 44)], RAY_WIDTH, PLUG)
    canvas.box((33.5, 42), (66.5, 50), 2.5, PLUG)
    canvas.box((37, 44), (63, 62), 9, PLUG)
    canvas.box((45, 58), (55, 68), 2.5, PLUG)


def draw_car(canvas: Canvas) -> None:
    """Draw a car from the side, to the right of the sun."""
    roof = [(126, 60), (139, 38), (168, 38), (182, 60)]
    canvas.shape(roof, CABLE)
    canvas.line([*roof, roof[0]], CABLE_WIDTH, CABLE)
    canvas.shape([(132, 57), (141, 42), (151, 42), (151, 57)], GLASS)
    canvas.shape([(155, 57), (155, 42), (166, 42), (175, 57)], GLASS)
    canvas.box((113, 57), (197, 82), 8, CABLE)
    for x in (132.0, 178.0):
        canvas.disc((x, 82), 10, PLUG)
        canvas.disc((x, 82), 4.5, GLASS)


def curve(start: Point, end: Point, steps: int = 40) -> list[Point]:
    """Return points of an S that leaves downwards and arrives horizontally."""
    (x0, y0), (x1, y1) = start, end
    points = []
    for step in range(steps + 1):
        angle = math.pi / 2 * step / steps
        points.append((x0 + (x1 - x0) * (1 - math.cos(angle)), y0 + (y1 - y0) * math.sin(angle)))
    return points


def main() -> None:
    """Write all images into the folder."""
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, height_px in ICON_SIZES.items():
        icon = Canvas(height_px, 1.0)
        draw_sun(icon, without=frozenset({3}))
        draw_plug(icon, [(CENTRE, 97)])
        icon.save(folder / name)
    for name, height_px in LOGO_SIZES.items():
        logo = Canvas(height_px, LOGO_WIDTH)
        draw_sun(logo, without=frozenset({2, 3}))
        to_car = curve((118, 72), (103, 97))[::-1]
        draw_plug(logo, [*curve((CENTRE, 80), (76, 97)), *to_car])
        draw_car(logo)
        logo.save(folder / name)


if __name__ == "__main__":
    main()
