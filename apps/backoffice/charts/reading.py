"""What chart.js reads out: the labels and the values as texts, so that it formats nothing."""

from .dates import grain_words
from .series import Timeline


def timeline_reading(chart: Timeline) -> dict:
    """`at`: places across in per mille · `labels` of the places · `rows` of values' texts."""
    starts, grain = chart.drawn.starts, chart.drawn.grain
    exact = chart.unit.exact
    series = [*chart.solid, *chart.dashed]
    rows = chart.solid_values + chart.dashed_values
    labels = [grain_words(start, grain) for start in starts]
    for index in chart.unfinished:
        labels[index] += ", so far" if index == chart.now else f", part of the {grain}"
    return {
        "at": [round(1000 * place, 1) for place in chart.places()],
        "labels": labels,
        "names": [one.name for one in series],
        "rows": [["–" if value is None else exact(value) for value in row] for row in rows],
    }
