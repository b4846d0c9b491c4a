"""One page with every kind of chart, in its usual and its odd forms; tests and eyes look at it."""

from datetime import date, timedelta
from random import Random

from apps.backoffice.charts import (
    AVERAGE,
    COUNT,
    DURATION,
    PERCENT,
    Calendar,
    HeatMap,
    LineChart,
    Period,
    RankedBars,
    Series,
    Sparkline,
    StackedBars,
)

TODAY = date(2026, 11, 20)
EVIL = '</svg><script>alert("x")</script>\'&'


def walk(seed: int, first: date, days: int, base: float, spread: float = 0.2) -> list:
    """Plausible figures: quieter at weekends, the last day not over."""
    random = Random(seed)
    points = []
    for number in range(days):
        day = first + timedelta(days=number)
        quiet = 0.7 if day.weekday() >= 5 else 1
        points.append((day, round(base * quiet * random.uniform(1 - spread, 1 + spread))))
    return points


def four_weeks() -> LineChart:
    first = TODAY - timedelta(days=27)
    names = {"Published": 2600, "Submitted": 2900, "Drafted": 3300, "Archived": 320}
    series = [
        Series(name, [*walk(seed, first, 27, base), (TODAY, base // 2)])
        for seed, (name, base) in enumerate(names.items())
    ]
    before = Series(
        "Published, 28 days before",
        walk(9, first - timedelta(days=28), 28, 2400),
        dashed=True,
    )
    return LineChart("Posts", [*series, before], Period(first, TODAY), today=TODAY)


def year(count: int = 5) -> LineChart:
    first = TODAY - timedelta(days=363)
    series = [Series(f"Series {n}", walk(n, first, 364, 1000 * (n + 1))) for n in range(count)]
    return LineChart("A year of days", series, Period(first, TODAY))


def lines() -> dict[str, LineChart]:
    first = date(2026, 11, 1)
    gaps = [(date(2026, 11, day), day * 3) for day in (1, 2, 3, 7, 12, 13, 14, 28)]
    period = Period(first, date(2026, 11, 28))
    hours = [(day, 3600 * value / 50) for day, value in walk(3, first, 28, 2500)]
    shares = [(day, value / 5000) for day, value in walk(4, first, 28, 2500)]
    swing = [(day, value - 100) for day, value in walk(5, first, 28, 100, 0.6)]
    months = [(date(2025 + n // 12, n % 12 + 1, 1), 1000 + 37 * n * (n % 5)) for n in range(23)]
    close = [Series(f"Region {n}", [(first, 5), (period.last, 100 + n)]) for n in range(8)]
    return {
        "Four weeks and the four before": four_weeks(),
        "A year of days": year(),
        "Ten years of days": LineChart(
            "Comments", [Series("Comments", walk(1, date(2016, 11, 21), 3652, 500))]
        ),
        "Months": LineChart(
            "Sign-ups", [Series("Sign-ups", months)], Period(date(2025, 1, 1), TODAY, "month")
        ),
        "Gaps": LineChart("Gaps", [Series("Posts", gaps)], period),
        "The same as zeros": LineChart("Zeros", [Series("Posts", gaps)], period, missing="zero"),
        "Durations": LineChart("Draft to publish", [Series("Median", hours)], period, DURATION),
        "Shares": LineChart("Approved", [Series("Share", shares)], period, PERCENT),
        "Below zero": LineChart("Balance", [Series("Balance", swing)], period, AVERAGE),
        "One day": LineChart("One day", [Series("a", [(first, 3)]), Series("b", [(first, 4)])]),
        "All zeros": LineChart("Zeros", [Series("Posts", [])], period, missing="zero"),
        "Empty": LineChart("Empty", [Series("Posts", [])], period),
        "Very large": LineChart("Large", [Series("Views", [(first, 1), (period.last, 7e17)])]),
        "Ends close together": LineChart("Regions", close, period),
        "Names from people": LineChart(
            EVIL, [Series(EVIL, gaps), Series("名前はとても長いので短くなる", gaps)], period
        ),
    }


def bars() -> dict[str, StackedBars]:
    first = TODAY - timedelta(days=27)
    period = Period(first, TODAY)
    parts = {"Approved": 900, "Pending": 220, "Spam": 140}
    series = [
        Series(name, [*walk(seed, first, 27, base), (TODAY, base // 3)])
        for seed, (name, base) in enumerate(parts.items())
    ]
    before = Series("28 days before", walk(8, first - timedelta(days=28), 28, 1100), dashed=True)
    start = TODAY - timedelta(days=363)
    long = [Series(name, walk(n, start, 364, base)) for n, (name, base) in enumerate(parts.items())]
    swing = [
        Series("Issued", walk(1, first, 28, 100)),
        Series("Spent", [(day, -value) for day, value in walk(2, first, 28, 60)]),
    ]
    weeks = Period(start, TODAY, "week")
    return {
        "Stacked": StackedBars("Comments", [*series, before], period, today=TODAY),
        "Stacked, a year of days": StackedBars("Comments", long, Period(start, TODAY)),
        "Stacked, weeks": StackedBars("Comments", long, weeks, today=TODAY),
        "Stacked, below zero": StackedBars("Points", swing, period),
        "Stacked, one day": StackedBars("Comments", [Series("a", [(TODAY, 3)])]),
        "Stacked, names from people": StackedBars(EVIL, [Series(EVIL, walk(1, first, 28, 9))]),
    }


WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def heats() -> dict[str, HeatMap]:
    random = Random(5)
    hours = [f"{hour:02}" for hour in range(24)]
    waves = [2 + min(hour, 23 - hour) for hour in range(24)]
    busy = [[round(random.uniform(0, 9) * wave) for wave in waves] for _ in WEEKDAYS]
    months = [f"{month} 2026" for month in ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul")]
    since = [str(number) for number in range(7)]
    stays = [[round(0.9 ** (3 * n), 2) for n in range(7 - row)] for row in range(7)]
    odd = [[-5, 0], [3]]
    return {
        "Heat map": HeatMap("Comments by hour", WEEKDAYS, hours, busy),
        "Heat map, cohorts": HeatMap("Who came back", months, since, stays, PERCENT),
        "Heat map, below zero": HeatMap(EVIL, [EVIL, "名前"], ["a", EVIL], odd, AVERAGE),
        "Heat map, all zeros": HeatMap("Comments", WEEKDAYS, hours, [[0] * 24] * 7),
    }


def calendars() -> dict[str, Calendar]:
    start = date(2026, 1, 1)
    days = [(day, value // 40) for day, value in walk(6, start, 320, 300, 0.9) if day.day % 9]
    published = [Series("Published", days)]
    year = Period(start, date(2026, 12, 31))
    quarter = Period(date(2026, 7, 1), date(2026, 9, 30))
    missed = {date(2026, 11, 5): "2 missed", date(2026, 3, 2): EVIL}
    dots = {"marks": missed, "marked": "Missed schedule"}
    return {
        "Calendar of a year": Calendar(
            "Published", published, year, COUNT, "zero", today=TODAY, **dots
        ),
        "Calendar of a quarter": Calendar("Published", published, quarter),
        "Calendar of four weeks": Calendar("Posts", [Series("Posts", days[-24:])]),
    }


def others() -> dict[str, object]:
    people = ["Ida Falk", "Tomasz Wolski", "Grace Adeyemi", "Hanna Berg", EVIL, "Word " * 30]
    ranks = [(name, 1000 - 151 * number) for number, name in enumerate(people)]
    return {
        "Ranked": RankedBars("Top authors", ranks),
        "Ranked, below zero": RankedBars("Change", [("North", 40), ("South", 0), ("West", -25)]),
        "Sparkline": Sparkline([3, 5, None, 4, 8, 7, 9], "Published per day"),
        "Sparkline, flat": Sparkline([3, 3, 3], "Published per day"),
    }


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Charts</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/static/img/favicon.svg">
<link rel="stylesheet" href="/static/css/base.css">
<link rel="stylesheet" href="/static/css/charts.css">
<script type="module" src="/static/js/chart.js"></script></head>
<body><main class="content"><h1>Charts</h1>{cards}</main></body></html>"""
CARD = '<section class="card"><div class="card-head"><h2>{title}</h2></div>{chart}</section>'


def page() -> str:
    charts = {**lines(), **bars(), **heats(), **calendars(), **others()}
    cards = (CARD.format(title=title, chart=chart.svg()) for title, chart in charts.items())
    return PAGE.format(cards="".join(cards))
