from datetime import date

from benchmarks.measure import Result
from benchmarks.report_pages import Addresses, Times, growth

DAY = date(2026, 1, 1)


def test_each_address_is_another_year_of_as_many_days():
    addresses = Addresses("people", DAY, [])
    assert addresses.next("week").endswith("start=2025-01-02&end=2026-01-01&granularity=week")
    assert addresses.next("week").endswith("start=2025-01-01&end=2025-12-31&granularity=week")
    assert addresses.next("day").endswith("start=2025-01-02&end=2026-01-01&granularity=day")


def test_what_takes_no_dates_is_asked_of_another_author_each_time():
    addresses = Addresses("author", DAY, [7, 8])
    assert [addresses.next(by)[-8:] for by in ("week", "day")] == ["author=7", "author=8"]


def test_growth_is_the_largest_size_beside_the_smallest():
    small, large = Times(), Times()
    for times, ms in ((small, 10), (large, 25)):
        for name in ("weeks", "days"):
            times.of[name] = Result([ms], processor_ms=ms * 2, processor_requests=1)
    assert list(growth({10: {"people": small}, 1000: {"people": large}}))[1].split() == [
        "people", "2.50", "(2.50)", "2.50", "(2.50)",
    ]  # fmt: skip
