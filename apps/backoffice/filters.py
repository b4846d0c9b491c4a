"""Filters of a list. Their values live in the address, so a link is a saved view.

A filter reads its own parameters and nothing else of the address: no lookup can be written into
it by hand. Which of them an index serves, and in which orders, the list's `orders` declare.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone


class InvalidFilter(ValueError):
    """A value that the filter does not know, with the sentence to show."""


class Filter:
    """One filter: its `name` is its parameter and its part in the keys of `orders`.

    `served`: whether an index can serve it at all; a filter that is not is always walked.
    """

    kind = "choices"

    def __init__(self, name: str, title: str = ""):
        self.name = name
        self.title = title or name.replace("_", " ")

    @property
    def parameters(self) -> Sequence[str]:
        return (self.name,)

    def read(self, params: dict[str, str], model_admin) -> object | None:
        """The value asked for; None where the filter is not set. Raises InvalidFilter."""
        raise NotImplementedError

    def apply(self, queryset: QuerySet, value: object) -> QuerySet:
        return queryset.filter(**{self.name: value})

    def order_key(self, value: object) -> str:
        """How `orders` names this very value, beside the filter's name: `status=published`."""
        return f"{self.name}={value}"

    def in_words(self, value: object, model) -> str:
        return str(value)

    def options(self, value: object | None) -> list[tuple[str, str, bool]]:
        """(parameter value, label, chosen) per choice; the first one clears the filter."""
        return []


class ChoiceFilter(Filter):
    """One of a field's choices."""

    def __init__(self, name: str, choices: Iterable, title: str = ""):
        super().__init__(name, title)
        pairs = choices.choices if hasattr(choices, "choices") else choices
        self.labels = {str(value): str(label) for value, label in pairs}

    def read(self, params, model_admin):
        value = params.get(self.name)
        if value is None or value in self.labels:
            return value
        raise InvalidFilter(f"There is no {self.title} “{value[:40]}”.")

    def in_words(self, value, model):
        return self.labels[value]

    def options(self, value):
        choices = [(key, label, key == value) for key, label in self.labels.items()]
        return [("", "All", value is None), *choices]


class ConditionFilter(ChoiceFilter):
    """A choice between conditions; `condition` gives the Q of a value."""

    def __init__(
        self,
        name: str,
        choices: Iterable[tuple[str, str]],
        condition: Callable[[str], Q],
        title: str = "",
    ):
        super().__init__(name, choices, title)
        self.condition = condition

    def apply(self, queryset, value):
        return queryset.filter(self.condition(value))


class BooleanFilter(ChoiceFilter):
    """Yes or no."""

    def __init__(self, name: str, title: str = ""):
        super().__init__(name, [("yes", "Yes"), ("no", "No")], title)

    def apply(self, queryset, value):
        return queryset.filter(**{self.name: value == "yes"})


class RelatedFilter(Filter):
    """One object of another table, found by typing; the table is never listed."""

    kind = "related"

    def __init__(
        self,
        name: str,
        title: str = "",
        placeholder: str = "Start typing",
        shown_by: str = "name",
    ):
        super().__init__(name, title)
        self.placeholder = placeholder
        self.shown_by = shown_by

    def read(self, params, model_admin):
        value = params.get(self.name)
        if value is None:
            return None
        if value.isascii() and value.isdigit() and len(value) < 19:
            return int(value)
        return self._typed(value, model_admin)

    def _typed(self, value: str, model_admin) -> int:
        """The one object that a typed word means, for browsers without scripts."""
        related = model_admin.opts.get_field(self.name).related_model
        related_admin = model_admin.admin_site.get_model_admin(related)
        found = related_admin.complete(related._default_manager.all(), value, 2)
        if len(found) != 1:
            many = "More than one" if found else "No"
            raise InvalidFilter(
                f"{many} {self.title} is found by “{value[:40]}”. Type more, or choose one."
            )
        return found[0].pk

    def in_words(self, value, model):
        related = model._meta.get_field(self.name).related_model
        found = related._base_manager.filter(pk=value).values_list(self.shown_by, flat=True)[:1]
        return next(iter(found), f"number {value}")


class MemberFilter(ChoiceFilter):
    """Members of a small group (a role), by the table between; the groups are few and listed."""

    def __init__(self, name: str, title: str = ""):
        super().__init__(name, [], title)

    def read(self, params, model_admin):
        related = model_admin.opts.get_field(self.name).related_model
        groups = related._base_manager.order_by("name").values_list("pk", "name")
        self.labels = {str(pk): name for pk, name in groups}
        return super().read(params, model_admin)

    def apply(self, queryset, value):
        through = getattr(queryset.model, self.name).through
        ours = f"{queryset.model._meta.model_name}_id"
        theirs = f"{queryset.model._meta.get_field(self.name).related_model._meta.model_name}_id"
        members = through._base_manager.filter(**{theirs: value}).values(ours)
        return queryset.filter(pk__in=members)


class DateRangeFilter(Filter):
    """From one day to another, both included, in the site's time zone."""

    kind = "range"

    @property
    def parameters(self):
        return (f"{self.name}_from", f"{self.name}_to")

    def read(self, params, model_admin):
        days = tuple(self._day(params.get(parameter)) for parameter in self.parameters)
        if not any(days):
            return None
        if all(days) and days[0] > days[1]:
            raise InvalidFilter(f"{self.title.capitalize()}: the first day comes after the last.")
        return days

    def _day(self, value: str | None) -> date | None:
        if not value:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        # Room for a day's step and for every time zone.
        if day is None or not 2 <= day.year <= 9998:
            raise InvalidFilter(f"{self.title.capitalize()}: write a day as 2026-11-18.")
        return day

    def apply(self, queryset, value):
        first, last = value
        if first:
            queryset = queryset.filter(**{f"{self.name}__gte": start_of(first)})
        if last:
            queryset = queryset.filter(**{f"{self.name}__lt": start_of(last + timedelta(days=1))})
        return queryset

    def in_words(self, value, model):
        first, last = (day and f"{day.day} {day:%b %Y}" for day in value)
        if first and last:
            return f"{first} – {last}" if first != last else first
        return f"from {first}" if first else f"to {last}"


def start_of(day: date) -> datetime:
    """The first moment of a day in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
