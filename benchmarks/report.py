"""The bars, and the tables that compare the measured with them. As plain text and as JSON."""

from dataclasses import dataclass

from benchmarks.measure import Result

Results = dict[str, dict[str, Result]]
"""Item → peer → result."""


@dataclass(frozen=True)
class Bar:
    """What an item may cost at most.

    `times_limit` is in medians of the limit measured in the same rounds; a page that is not full
    is compared with the product's own first page instead, at most `short_page` times as much.
    `growth` is the cost at the largest size over that at the smallest.
    """

    times_limit: float | None = None
    short_page: float | None = None
    growth: float = 1.3


LIST = Bar(8, 1.0)
SEARCH_SHARE = Bar(8, 1.5, growth=2)
SEARCH_NUMBER = Bar(8, 1.5, growth=1.5)
BARS = {
    "first": LIST,
    "deep": LIST,
    "last": LIST,
    "status:review": LIST,
    "status:published": LIST,
    "status:scheduled": LIST,
    "kind:page": LIST,
    "category": LIST,
    "tag": LIST,
    "author:busy": LIST,
    "author:few": LIST,
    "both": LIST,
    "order:created_at": LIST,
    "order:title": LIST,
    "order:-title": LIST,
    "order:comment_count": LIST,
    "order:-comment_count": LIST,
    "search:50 %": SEARCH_SHARE,
    "search:10 %": SEARCH_SHARE,
    "search:1 %": SEARCH_SHARE,
    "search:two": SEARCH_SHARE,
    "search:0.1 %": SEARCH_SHARE,
    "search:rare": SEARCH_NUMBER,
    "search:missing": SEARCH_NUMBER,
    "open": Bar(10),
    "save": Bar(7),
    "delete": Bar(),
    "autocomplete": Bar(3),
}
ITEMS = list(BARS)
# Of `make bench-saving` alone; no bar was set for them.
BARS |= dict.fromkeys(["save:merge", "save:conflict", "save:again"], Bar())
FULL_PAGE = 100
IS_LIST = (
    "first",
    "deep",
    "last",
    "status",
    "kind",
    "category",
    "tag",
    "author",
    "both",
    "order",
    "search",
)


def is_list(item: str) -> bool:
    return item.partition(":")[0] in IS_LIST


def verdict(item: str, results: Results) -> tuple[float | None, str, str]:
    """(ratio to the limit, the bar in words, pass or MISS) of an item of the product."""
    product, limit = results[item].get("product"), results[item].get("limit")
    if not (product and product.times and limit and limit.times):
        return None, "", (product.error if product else "")[:60]
    bar, ratio = BARS[item], product.median / limit.median
    if is_list(item) and product.ids != limit.ids:
        return ratio, "", f"MISS: other rows than the limit's ({len(product.ids)})"
    first = results.get("first", {}).get("product")
    if is_list(item) and len(product.ids) < FULL_PAGE and first and first.times:
        allowed = bar.short_page * first.median
        text = f"<= {allowed:.1f} ms"
        return ratio, text, "pass" if product.median <= allowed else "MISS"
    if bar.times_limit is None:
        return ratio, "", ""
    return ratio, f"<= {bar.times_limit:g} x", "pass" if ratio <= bar.times_limit else "MISS"


def cell(result: Result | None) -> str:
    if result is None:
        return "-"
    if not result.times:
        return "error" if result.error else "-"
    return f"{result.median:,.1f} / {result.p95:,.1f}"


def times(result: Result | None, limit: Result | None) -> str:
    if not (result and result.times and limit and limit.times):
        return "-"
    return f"{result.median / limit.median:,.1f}"


def processor_times(result: Result | None, other: Result | None, digits: int = 1) -> str:
    """A ratio of processor times: what to read when the machine was busy."""
    if not (result and result.processor and other and other.processor):
        return "-"
    return f"{result.processor / other.processor:,.{digits}f}"


def table(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *rest = row
        cells = [text.rjust(width) for text, width in zip(rest, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def size_table(results: Results) -> str:
    rows = [
        [
            "item",
            "rows",
            "product ms",
            "limit ms",
            "stock ms",
            "x limit",
            "cpu x",
            "stock x",
            "bar",
            "",
        ]
    ]
    for item, by_peer in results.items():
        product, limit, stock = (by_peer.get(name) for name in ("product", "limit", "stock"))
        ratio, bar, passed = verdict(item, results)
        shown = product if product and product.times else limit
        rows.append(
            [
                item,
                str(len(shown.ids)) if shown and is_list(item) else "",
                cell(product),
                cell(limit),
                cell(stock),
                f"{ratio:.1f}" if ratio else "-",
                processor_times(product, limit),
                times(stock, limit),
                bar,
                passed,
            ]
        )
    return table(rows)


def growth_table(by_size: dict[int, Results]) -> str:
    """What each item costs at the largest size over the smallest, product and limit."""
    small, large = min(by_size), max(by_size)
    rows = [["item", f"{small:,}", f"{large:,}", "growth", "bar", "", "cpu", "limit's", "stock's"]]
    for item in by_size[large]:
        pairs = [
            (by_size[small].get(item, {}).get(name), by_size[large][item].get(name))
            for name in ("product", "limit", "stock")
        ]
        found = [b.median / a.median if a and b and a.times and b.times else None for a, b in pairs]
        if found[0] is None:
            continue
        product, bar = pairs[0], BARS[item].growth
        rows.append(
            [
                item,
                f"{product[0].median:.1f} ms",
                f"{product[1].median:.1f} ms",
                f"{found[0]:.2f}",
                f"<= {bar:g}",
                "pass" if found[0] <= bar else "MISS",
                processor_times(product[1], product[0], digits=2),
                *(f"{ratio:,.2f}" if ratio else "-" for ratio in found[1:]),
            ]
        )
    return table(rows)


def as_json(by_size: dict[int, Results]) -> dict:
    return {
        str(size): {
            item: {
                name: {
                    "median_ms": result.median,
                    "p95_ms": result.p95,
                    "processor_ms": result.processor,
                    "requests": len(result.times),
                    "rows": len(result.ids),
                    "bytes": result.size,
                    "error": result.error,
                }
                for name, result in by_peer.items()
            }
            | {"verdict": verdict(item, results)[2]}
            for item, by_peer in results.items()
        }
        for size, results in by_size.items()
    }
