"""What the search box of a list does: the beginning of a name, or words in a text."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import connections
from django.db.models import Model, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from apps.backoffice.keyset import Order, Page, Position
from apps.backoffice.matches import Found, Matches, SearchStopped, words_of

LAST_CHARACTER = "\U0010ffff"
FEW = 20
"""A word found oftener than this was meant whole: its search is not repeated with a prefix."""


class PrefixSearch:
    """The beginning of a name, or of an e-mail address where there is an `@` in what was typed.

    Walks the index of the order given for each, `lower(name) COLLATE "C"` for names, in which the
    rows come.
    """

    help = "Beginning of the name"

    def __init__(self, name: Order, email: Order | None = None):
        self.name, self.email = name, email
        if email:
            self.help = "Beginning of the name or e-mail"

    def narrow(self, queryset: QuerySet, query: str) -> tuple[QuerySet, Order]:
        """The matching rows and the order they are walked in."""
        if self.email and ("@" in query or query.lower().startswith("email:")):
            start = query.lower().removeprefix("email:").strip()
            order = self.email
            first, last = Value(start), Value(start + LAST_CHARACTER)
        else:
            order = self.name
            first, last = Lower(Value(query)), Lower(Value(query + LAST_CHARACTER))
        queryset = queryset.alias(_start=order.by)
        return queryset.filter(_start__gte=first, _start__lt=last), order

    def complete(self, queryset: QuerySet, term: str, limit: int) -> list[Model]:
        """The first objects in name order that a field offers for what was typed."""
        queryset, order = self.narrow(queryset, term)
        return list(queryset.order_by(*order.order_by()).only(self.name.column)[:limit])


class TextSearch:
    """Words in a text, newest first; `help` goes into the search box.

    `document` is the model beside the text's own, with its key, created_at and the document;
    `fields` are what SQLite searches instead; `lexemes` names the filters whose value the
    documents hold too, so that a word of every second post is narrow for one author.
    """

    def __init__(
        self,
        document: type[Model],
        fields: Sequence[str],
        lexemes: dict[str, str] | None = None,
        help: str = "",  # noqa: A002
    ):
        self.document, self.fields, self.lexemes = document, fields, lexemes or {}
        self.help = help or "Words, or id:123"

    def contains(self, queryset: QuerySet, query: str) -> QuerySet:
        """Rows that contain each word somewhere: for SQLite, which has no index for it."""
        for word in query.replace('"', " ").split():
            found = Q()
            for name in self.fields:
                found |= Q(**{f"{name}__icontains": word})
            queryset = queryset.filter(found)
        return queryset

    def matching(self, queryset: QuerySet, query: str, *, prefix: bool = False) -> QuerySet:
        """Every row that matches, in no order; as long as that takes."""
        if connections[queryset.db].vendor != "postgresql":
            return self.contains(queryset, query)
        whole, beginning = words_of(query)
        words = beginning if prefix and beginning else whole
        options = self.document._meta
        # Names of the models' own, and words as parameters.
        sql = f"SELECT {options.pk.column} FROM {options.db_table} WHERE document @@ {words.sql}"  # noqa: S608  # nosec B608
        return queryset.filter(pk__in=RawSQL(sql, words.params))  # noqa: S611  # nosec B611

    def complete(self, queryset: QuerySet, term: str, limit: int) -> list[Model]:
        """The newest objects whose text has the words typed so far."""
        if connections[queryset.db].vendor != "postgresql":
            found = self.contains(queryset, term).order_by("-created_at", "-pk")
            return list(found.only(self.fields[0])[:limit])
        found = self.page(queryset, term, Position(), limit)
        objects = queryset.only(self.fields[0]).in_bulk([row[0] for row in found.page.rows])
        return [objects[row[0]] for row in found.page.rows if row[0] in objects]

    def page(
        self,
        queryset: QuerySet,
        query: str,
        position: Position,
        limit: int,
        *,
        filters: dict[str, object] | None = None,
        between: tuple[datetime | None, datetime | None] = (None, None),
        prefix: bool = False,
    ) -> Found:
        """A page of the filtered rows that match, newest first; PostgreSQL only.

        `filters` are the values set, by name; `between` is what they leave of created_at,
        half-open.
        """
        if not re.search(r"\w", query):
            return Found(Page(), complete=True, notices=["Type a word to search for."])
        search = Matches(self, queryset, filters or {}, between, position, limit)
        exact, beginning = words_of(query)
        found = None
        try:
            with search.time_budget():
                if not prefix:
                    found = search.run(exact)
                is_first = position.is_end and not position.backwards
                if prefix or (beginning and is_first and _is_short(found, limit)):
                    begun = search.run(beginning or exact)
                    begun.prefix = True
                    return begun
        except SearchStopped:
            if found is None:
                return search.stopped()
            last = query.rsplit(maxsplit=1)[-1]
            notice = f"Too many words begin with “{last}”: only the whole word was searched."
            found.notices.append(notice)
        return found


def _is_short(found: Found, limit: int) -> bool:
    """All there is, and so little that the last word may have been only begun."""
    return found.complete and len(found.page.rows) < min(limit, FEW)
