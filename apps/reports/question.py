"""What the address of a report asks for: a period, how it is shown, and the report's own filters.

The address is the whole state of a page. What it does not know, or what cannot be, is an error
with a sentence for the reader, never something left out in silence.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from django import forms
from django.utils import timezone

from apps.reports.periods import DEFAULT_DAYS, LONGEST_DAYS, Granularity, Period
from apps.reports.rollups.reading import Freshness, Stretch, freshness
from apps.reports.rollups.state import Reach, reach

# They choose what is given of an answer, not what is asked.
GIVEN_AS = ("format", "table")
FORMATS = ("csv", "xlsx", "json")
Read = TypeVar("Read")


@dataclass(frozen=True)
class Question:
    """What a rows function is asked; it reads from the database `using`."""

    period: Period
    granularity: str = Granularity.DAY
    filters: Mapping[str, Any] = field(default_factory=dict)
    using: str = "default"
    # How far the kept totals reach in a database: asked once, also for other periods.
    reaches: dict[str, Reach] = field(default_factory=dict, compare=False, repr=False)
    # Days that are read as they were kept, and are behind; of other periods too.
    late: set[date] = field(default_factory=set, compare=False, repr=False)

    @cached_property
    def buckets(self) -> list[Period]:
        return self.period.buckets(self.granularity)

    @property
    def reach(self) -> Reach:
        if self.using not in self.reaches:
            self.reaches[self.using] = reach(self.using)
        return self.reaches[self.using]

    @cached_property
    def freshness(self) -> Freshness:
        """Which of its days are read from the tables, and which are behind."""
        found = freshness(self.period.start, self.period.end, self.reach)
        self.late.update(found.late)
        return found

    @cached_property
    def stretch(self) -> Stretch:
        """Its days, for what reads totals."""
        return Stretch(self.period.start, self.period.end, self.freshness, self.using)

    @cached_property
    def _was_read(self) -> dict[Hashable, Any]:
        return {}

    def once(self, key: Hashable, read: Callable[[], Read]) -> Read:
        """What `read` gives, asked the first time: several tables of a report show the same."""
        if key not in self._was_read:
            self._was_read[key] = read()
        return self._was_read[key]

    def before(self) -> "Question":
        """The same of the previous period."""
        return replace(self, period=self.period.previous(self.granularity))


class PeriodForm(forms.Form):
    """`start` and `end` are the first and the last day shown."""

    default_days = DEFAULT_DAYS
    start = forms.DateField(required=False, label="From")
    end = forms.DateField(required=False, label="to")
    granularity = forms.ChoiceField(required=False, label="By", choices=Granularity.choices)
    compare = forms.ChoiceField(required=False, choices=[("1", "yes"), ("0", "no")])

    def clean(self):
        if self.errors:
            return self.cleaned_data
        today = timezone.localdate()
        last = self.cleaned_data.get("end") or today
        start = self.cleaned_data.get("start")
        if last > today:
            raise forms.ValidationError(f"The last day, {last}, has not come yet.")
        if start and start > today:
            raise forms.ValidationError(f"The first day, {start}, has not come yet.")
        if start and start > last:
            raise forms.ValidationError("The first day comes after the last.")
        if start and (last - start).days >= LONGEST_DAYS:
            raise forms.ValidationError("Choose at most ten years.")
        if last.year < EARLIEST_YEAR:
            raise forms.ValidationError(f"There is nothing before {EARLIEST_YEAR}.")
        default = Period.ending(last, self.default_days)
        period = Period(start, default.end) if start else default
        self.cleaned_data["period"] = period
        return self.cleaned_data


# Room for the compared period, and for every time zone.
EARLIEST_YEAR = 1970


class Asked:
    """An address that was read: `form` with its errors, and `question` where there is none."""

    def __init__(self, report, params: Mapping[str, str]):
        self.report = report
        self.params = {name: value for name, value in params.items() if value != ""}
        self.form = report.form(params)
        self.errors = [*self._unknown(), *self._form_errors()]

    @property
    def is_valid(self) -> bool:
        return not self.errors

    @cached_property
    def question(self) -> Question:
        data = self.form.cleaned_data
        if not self.report.takes_dates:
            return Question(Period.ending(timezone.localdate(), DEFAULT_DAYS), filters=self.filters)
        period = data["period"]
        granularity = data["granularity"] or Granularity.for_length(period.length)
        return Question(period, Granularity(granularity), self.filters)

    @property
    def filters(self) -> dict[str, Any]:
        """The report's own, those that are set."""
        names = self.report.filters.base_fields if self.report.filters else ()
        data = self.form.cleaned_data
        return {name: data[name] for name in names if data.get(name) not in (None, "")}

    @property
    def compares(self) -> bool:
        return self.form.cleaned_data.get("compare") == "1"

    @property
    def format(self) -> str:
        return self.params.get("format", "")

    @property
    def table(self):
        """The one that is downloaded: the first, unless another is named."""
        return self.report.table(self.params.get("table", ""))

    def _unknown(self) -> list[str]:
        known = {*self.form.fields, *GIVEN_AS}
        errors = [f"There is no filter “{name[:40]}”." for name in self.params if name not in known]
        if self.format and self.format not in FORMATS:
            errors.append(f"There is no format “{self.format[:40]}”.")
        if self.table is None:
            errors.append("There is no such table in this report.")
        return errors

    def _form_errors(self) -> list[str]:
        """Sentences, each with the field it is about."""
        said = []
        for name, errors in self.form.errors.items():
            label = "" if name == "__all__" else f"{self.form.fields[name].label or name}: "
            said += [f"{label}{error}" for error in errors]
        return said


def form_class(report) -> type[forms.Form]:
    """The report's filters, and the period where it takes one."""
    parts = [report.filters] if report.filters else []
    if report.takes_dates:
        parts.append(PeriodForm)
    own: dict[str, Any] = {"default_days": report.default_days}
    if not report.is_compared:
        own["compare"] = None
    return type("QuestionForm", (*parts, forms.Form) if not parts else tuple(parts), own)


def as_address(period: Period, granularity: str = "", *, compare: bool = False, **others) -> dict:
    """Parameters of an address, in one order."""
    params: dict[str, Any] = {"start": period.start.isoformat(), "end": period.last.isoformat()}
    if granularity:
        params["granularity"] = str(granularity)
    if compare:
        params["compare"] = "1"
    return params | others
