"""Heat maps: hour by weekday, cohorts by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString

from .grid import FEW, Grid, Scale
from .markup import drawing, frame, legend, nothing
from .series import Number, Value
from .units import COUNT, Unit, drawable

ROW = 28


@dataclass(frozen=True)
class HeatMap:
    """`values` are rows of columns; None, or a row that is short, leaves cells blank."""

    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[Number | None]]
    unit: Unit = COUNT

    @cached_property
    def known(self) -> list[list[Value]]:
        count = len(self.columns)
        rows = [[drawable(value) for value in row][:count] for row in self.values]
        rows = rows[: len(self.rows)] + [[]] * (len(self.rows) - len(rows))
        return [row + [None] * (count - len(row)) for row in rows]

    @cached_property
    def cells(self) -> list[tuple[float, str]]:
        """(value, its place in words), row by row."""
        return [
            (value, f"{name}, {column}")
            for name, row in zip(self.rows, self.known, strict=True)
            for column, value in zip(self.columns, row, strict=True)
            if value is not None
        ]

    def svg(self) -> SafeString:
        if not self.cells:
            return nothing(self.title)
        scale = Scale.over(self.known, self.unit)
        grid = Grid(self.known, self.rows, self.columns, scale, ROW, len(self.columns))
        kind = "grid few" if len(self.columns) <= FEW else "grid"
        plot = drawing(kind, self.summary(), grid.drawn())
        return frame([plot, legend(scale.legend(), "plot-scale")], self.reading())

    def reading(self) -> dict:
        exact = self.unit.exact
        return {
            "height": ROW,
            "cells": [
                [
                    None if value is None else [f"{name}, {column}", exact(value)]
                    for column, value in zip(self.columns, row, strict=True)
                ]
                for name, row in zip(self.rows, self.known, strict=True)
            ],
        }

    def summary(self) -> str:
        exact = self.unit.exact
        high, low = max(self.cells, key=value_of), min(self.cells, key=value_of)
        total = f"{exact(sum(map(value_of, self.cells)))}; " if self.unit.adds_up else ""
        if high[0] == low[0]:
            return f"{self.title}: {exact(high[0])} everywhere."
        ends = f"highest {exact(high[0])} at {high[1]}; lowest {exact(low[0])} at {low[1]}"
        return f"{self.title}: {total}{ends}."


def value_of(cell: tuple[float, str]) -> float:
    return cell[0]
