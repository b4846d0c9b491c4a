"""Charts drawn on the server as SVG, from plain data: docs/charts.md shows each kind.

LineChart("Published posts", [Series("Published", points)], period).svg()
"""

from .calendar import Calendar
from .dates import Period
from .heat import HeatMap
from .line import LineChart
from .ranked import RankedBars
from .series import Series
from .sparkline import Sparkline
from .stacked import StackedBars
from .units import AVERAGE, COUNT, DURATION, PERCENT, Unit

__all__ = [
    "AVERAGE",
    "COUNT",
    "DURATION",
    "PERCENT",
    "Calendar",
    "HeatMap",
    "LineChart",
    "Period",
    "RankedBars",
    "Series",
    "Sparkline",
    "StackedBars",
    "Unit",
]
