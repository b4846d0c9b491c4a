import pytest

from benchmarks.measure import Result
from benchmarks.report import growth_table, verdict

FULL = list(range(100))


def measured(product, limit, ids=FULL, limits_ids=None):
    return {
        "product": Result([product], ids=ids),
        "limit": Result([limit], ids=ids if limits_ids is None else limits_ids),
    }


@pytest.mark.parametrize(("product", "said"), [(7.9, "pass"), (8.1, "MISS")])
def test_a_full_page_is_compared_with_the_limit(product, said):
    assert verdict("deep", {"deep": measured(product, 1.0)})[1:] == ("<= 8 x", said)


@pytest.mark.parametrize(("product", "said"), [(8.9, "pass"), (9.1, "MISS")])
def test_a_search_that_does_not_fill_its_page_is_compared_with_the_first_page(product, said):
    results = {"first": measured(6.0, 1.0), "search:rare": measured(product, 0.5, ids=[3, 1])}
    assert verdict("search:rare", results)[1:] == ("<= 9.0 ms", said)


def test_other_rows_than_the_limits_are_a_miss_however_fast():
    results = {"last": measured(1.0, 1.0, limits_ids=FULL[::-1])}
    assert verdict("last", results)[2].startswith("MISS: other rows")


def test_what_failed_is_no_pass():
    results = {"first": {"product": Result(error="HTTP 500"), "limit": Result([1.0], ids=FULL)}}
    assert verdict("first", results) == (None, "", "HTTP 500")


@pytest.mark.parametrize(("large", "said"), [(7.7, "pass"), (7.9, "MISS")])
def test_growth_is_the_largest_size_over_the_smallest(large, said):
    sizes = (10_000, 6.0), (1_000_000, 9.9), (10_000_000, large)
    table = growth_table({size: {"first": measured(ms, 1.0)} for size, ms in sizes})
    assert table.splitlines()[-1].split()[0] == "first"
    assert said in table
