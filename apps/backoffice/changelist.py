"""A list of any size, as its template shows it.

What the address asks for is list_address.py, the rows that answer it list_page.py; beneath them
keyset pages (keyset.py), filters (filters.py), search (search.py), capped counts (counts.py) and
the rows' HTML (rows.py). No OFFSET, no count of a whole table, no lookup written by hand.
"""

from collections.abc import Iterable
from functools import cached_property

from django.http import HttpRequest

from apps.backoffice import counts, keyset
from apps.backoffice.keyset import Position
from apps.backoffice.list_page import ListPage
from apps.backoffice.rows import render_rows, shown_value
from apps.backoffice.widgets import is_key


def selected_keys(request: HttpRequest) -> set[int]:
    """Of the rows whose boxes are checked."""
    return {int(key) for key in request.POST.getlist("_selected_action") if is_key(key)}


def versions_shown(rows: Iterable[tuple[int, int]]) -> str:
    """“12:3 13:1”: keys and versions, for the form that acts on what its page has shown."""
    return " ".join(f"{key}:{version}" for key, version in rows)


class ChangeList(ListPage):
    """One request's list; templates read it by these names, and find everything read already."""

    @property
    def has_rows(self) -> bool:
        return bool(self.page.rows)

    @property
    def result_count(self) -> int:
        return len(self.page.rows)

    @cached_property
    def rows(self):
        """The table's `<tr>`s."""
        return render_rows(
            self.columns,
            [(row[0], *row[2:]) for row in self.page.rows],
            address=self.model_admin.row_address(self),
            selectable=self.selectable,
            selected=getattr(self.request, "still_selected", ()),
        )

    @property
    def versions(self) -> str:
        """Of the rows, where they have versions; an action is of these."""
        if not self.selectable or "version" not in self.model_admin.also_read:
            return ""
        return versions_shown((row[0], row[-1]) for row in self.page.rows)

    @cached_property
    def selectable(self) -> bool:
        return bool(self.model_admin.get_actions(self.request))

    @property
    def headers(self) -> list[dict]:
        """label, css, link (None where not sortable), sorted: ascending, descending or None."""
        by_column = {}
        if not (self.query and self.model_admin.search):
            for key, order in self.orders.items():
                by_column.setdefault(order.column, []).append(key)
        return [self._header(column, by_column.get(column.name, [])) for column in self.columns]

    def _header(self, column, keys: list[str]) -> dict:
        is_sorted = column.name == self.order.column
        if is_sorted:
            # The other direction, where there is one.
            keys = [key for key in keys if key != self.order.key] or [self.order.key]
        return {
            "name": column.name,
            "label": column.heading(self.model),
            "css": f"column-{column.name} {column.css}".rstrip(),
            "link": self.link(o=keys[0]) if keys else None,
            "sorted": ("descending" if self.order.descending else "ascending")
            if is_sorted
            else None,
        }

    @property
    def filter_blocks(self) -> list[dict]:
        """Per filter: name, title, kind (choices, related, range), value, and its options.

        Options of choices are (link, label, chosen); related ones have `text`, the name of the
        object chosen, and `source`, what the autocomplete asks for; ranges have `first`, `last`.
        """
        blocks = [self._filter_block(filter_) for filter_ in self.model_admin.filters]
        if self.model_admin.has_trash and self.model_admin.has_delete_permission(self.request):
            options = [("?", "No", not self.in_trash), ("?trash=1", "Yes", self.in_trash)]
            trash = {"name": "trash", "title": "trash", "kind": "choices", "options": options}
            blocks.append({**trash, "value": self.in_trash or None})
        return blocks

    def _filter_block(self, filter_) -> dict:
        value = self.values.get(filter_.name)
        block = {
            "name": filter_.name,
            "title": filter_.title,
            "kind": filter_.kind,
            "value": value,
            "parameters": filter_.parameters,
        }
        if filter_.kind == "choices":
            block["options"] = [
                (self.link(**{filter_.name: key or None}), label, chosen)
                for key, label, chosen in filter_.options(value)
            ]
        elif filter_.kind == "related":
            field = self.opts.get_field(filter_.name)
            block["placeholder"] = filter_.placeholder
            block["text"] = self._words[filter_.name] if value is not None else ""
            block["source"] = {
                "app_label": self.opts.app_label,
                "model_name": self.opts.model_name,
                "field_name": field.name,
            }
        else:
            block["first"], block["last"] = (
                (day.isoformat() if day else "") for day in value or (None, None)
            )
        return block

    @cached_property
    def typed_parameters(self) -> set[str]:
        """Of the filters that are typed, not clicked; their form sends them itself."""
        typed = (one for one in self.model_admin.filters if one.kind != "choices")
        return {parameter for filter_ in typed for parameter in filter_.parameters}

    @property
    def has_filters(self) -> bool:
        return bool(self.model_admin.filters) or self.model_admin.has_trash

    @property
    def has_related_filters(self) -> bool:
        return any(one.kind == "related" for one in self.model_admin.filters)

    @cached_property
    def _words(self) -> dict[str, str]:
        """Filter name → its value as people read it; one query for each related object."""
        return {
            name: self.filters[name].in_words(value, self.model)
            for name, value in self.values.items()
        }

    @cached_property
    def chips(self) -> list[dict]:
        """The filters set: label, value, and the link that removes each."""
        chips = []
        for name, words in self._words.items():
            filter_ = self.filters[name]
            without = self.link(**dict.fromkeys(filter_.parameters))
            chips.append({"label": filter_.title.capitalize(), "value": words, "remove": without})
        if self.query:
            chips.append({"label": "Search", "value": self.query, "remove": self.link(q=None)})
        if self.in_trash:
            chips.append({"label": "Trash", "value": "yes", "remove": self.link(trash=None)})
        return chips

    @property
    def clear_link(self) -> str:
        return "?"

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """What the search, jump and filter forms carry along."""
        return list(self.address_params.items())

    @property
    def pages(self) -> dict[str, str | None]:
        """first, previous, next, last: links, or None where there is nothing further."""
        page, extra = self.page, {"prefix": "1"} if self.prefix else {}
        return {
            "first": self.link() if page.previous else None,
            "previous": self._place(page.previous, extra),
            "next": self._place(page.next, extra),
            "last": self.link(at="end", **extra) if page.next else None,
        }

    def _place(self, position: Position | None, extra: dict) -> str | None:
        if position is None:
            return None
        name = "before" if position.backwards else "after"
        return self.link(**{name: keyset.encode(position.value, position.pk)}, **extra)

    @property
    def range_text(self) -> str:
        """What the page spans, in the list's own order: 18 Nov, 16:41 – 18 Nov, 07:31."""
        if not self.page.rows:
            return ""
        first, last = shown_value(self.page.rows[0][1]), shown_value(self.page.rows[-1][1])
        if self.order.is_by_date(self.model):
            way = "newest first" if self.order.descending else "oldest first"
        else:
            way = f"by {self._label(self.order)}" + (", reversed" if self.order.descending else "")
        return f"{first} – {last}, {way}" if first != last else f"{first}, {way}"

    @property
    def jump(self) -> str | None:
        """The day jumped to; None where the list is not by date."""
        if not self.order.is_by_date(self.model):
            return None
        return self.params.get("jump", "")

    @cached_property
    def count_text(self) -> str:
        """How many match, of how many; see counts.py for what is exact."""
        total = self._total_text
        noun = self.opts.verbose_name if total == "1" else self.opts.verbose_name_plural
        total = f"{total} {noun}"
        if not (self.values or self.query):
            return total
        return f"{self._match_text} match, of {total}"

    @property
    def _match_text(self) -> str:
        if self.complete:
            return f"{len(self.page.rows):,}"
        unserved = set(self.values) - set(self.served)
        if self.query or any(not self.ranges_over_order(name) for name in unserved):
            return self._seen_text
        queryset = self._filtered(self.values).order_by(*self.order.order_by())
        key = (self.model, self.in_trash, *sorted((k, str(v)) for k, v in self.values.items()))
        return _capped_text(counts.kept(key, lambda: counts.capped(queryset)))

    @property
    def _seen_text(self) -> str:
        """Of what is found by looking, only what was looked at is known."""
        if not self.page.rows:
            return "None so far"
        return f"More than {len(self.page.rows):,}" if self.page.next else "Some"

    @cached_property
    def _total_text(self) -> str:
        """The live rows of the table; the trash has no part in it but in the estimate."""
        declared = self.model_admin.orders_by_filters
        whole = next(iter(declared[("trash",) if self.in_trash else ()].values()))
        queryset = self.root.order_by(*whole.order_by())
        rows = counts.kept((self.model, self.in_trash), lambda: counts.capped(queryset))
        if rows > counts.EXACT and not self.in_trash:
            estimate = counts.kept((self.model, "about"), lambda: counts.about(queryset) or 0)
            if estimate > counts.EXACT:
                return counts.in_words(estimate)
        return _capped_text(rows)


def _capped_text(rows: int) -> str:
    return f"{rows:,}" if rows <= counts.EXACT else f"more than {counts.EXACT:,}"
