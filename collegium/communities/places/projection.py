"""The Equal Earth projection (Šavrič, Patterson and Jenny, 2018): areas are true to each other, and the shapes are familiar."""

from math import asin, cos, radians, sin, sqrt

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = sqrt(3) / 2

# The drawing: units across, and the latitudes between which it is cut. Nobody of ours is further south.
WIDTH = 1000
NORTH, SOUTH = 84.0, -57.0


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees to units of the drawing, x to the right and y down."""
    x, y = _equal_earth(latitude, longitude)
    return (x + _HALF) * _SCALE, (_TOP - y) * _SCALE


def _equal_earth(latitude: float, longitude: float) -> tuple[float, float]:
    t = asin(_M * sin(radians(latitude)))
    t2 = t * t
    t6 = t2**3
    x = radians(longitude) * cos(t) / (_M * (_A1 + 3 * _A2 * t2 + t6 * (7 * _A3 + 9 * _A4 * t2)))
    return x, t * (_A1 + _A2 * t2 + t6 * (_A3 + _A4 * t2))


_HALF = _equal_earth(0, 180)[0]
_TOP = _equal_earth(NORTH, 0)[1]
_SCALE = WIDTH / (2 * _HALF)
HEIGHT = round((_TOP - _equal_earth(SOUTH, 0)[1]) * _SCALE)
