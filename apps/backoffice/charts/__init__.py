"""Charts drawn on the server as SVG, from plain data: docs/charts.md shows each kind.

LineChart("Published posts", [Series("Published", points)], period).svg()
"""

from .dates import Period
from .line import LineChart
from .ranked import RankedBars
from .series import Series
from .sparkline import Sparkline
from .units import AVERAGE, COUNT, DURATION, PERCENT, Unit

__all__ = [
    "AVERAGE",
    "COUNT",
    "DURATION",
    "PERCENT",
    "LineChart",
    "Period",
    "RankedBars",
    "Series",
    "Sparkline",
    "Unit",
]
