"""Categories and tags of an export: found by their slug, or made."""

from collections.abc import Iterable

from apps.posts.importing.entries import record_import
from apps.posts.importing.keys import digest, distinct_slug
from apps.posts.importing.report import Report
from apps.posts.models import Category, Tag
from apps.posts.wordpress.records import Term

MAX_LENGTH = 100


class Terms:
    """The rows of one model, Category or Tag; `resolve` first, then `id_of`."""

    def __init__(self, model: type[Category] | type[Tag]):
        self._model = model
        self._what = model._meta.verbose_name
        self._ids: dict[str, int] = {}

    def id_of(self, term: Term) -> int:
        return self._ids[self._slug(term)]

    def forget(self) -> None:
        """Trust the database again: a transaction that made some was rolled back."""
        self._ids.clear()

    def resolve(self, terms: Iterable[Term], report: Report) -> None:
        """Know the id of each, in at most three statements."""
        missing: dict[str, Term] = {}
        for term in terms:
            if self._slug(term) not in self._ids:
                missing.setdefault(self._slug(term), term)
        if not missing:
            return
        known = dict(self._model.objects.filter(slug__in=missing).values_list("slug", "pk"))
        self._ids.update(known)
        plural = self._model._meta.verbose_name_plural
        report.existing[plural] += len(known)
        self._make({slug: term for slug, term in missing.items() if slug not in known}, report)

    def _make(self, missing: dict[str, Term], report: Report) -> None:
        if not missing:
            return
        names = {term.name[:MAX_LENGTH] for term in missing.values()}
        taken = set(self._model.objects.filter(name__in=names).values_list("name", flat=True))
        rows = []
        for slug, term in missing.items():
            name = self._free_name(term, slug, taken, report)
            taken.add(name)
            rows.append(self._model(name=name, slug=slug))
            if slug != term.slug:
                report.change(f"address of a {self._what} in other characters", term.slug)
        self._model.objects.bulk_create(rows, batch_size=500)
        record_import(rows)
        self._ids.update((row.slug, row.pk) for row in rows)
        report.created[self._model._meta.verbose_name_plural] += len(rows)

    def _free_name(self, term: Term, slug: str, taken: set[str], report: Report) -> str:
        """Two categories may share a name in WordPress, not here."""
        name = term.name[:MAX_LENGTH].strip()
        if name != term.name:
            report.change(f"name of a {self._what} cut at {MAX_LENGTH} characters", name)
        if name not in taken:
            return name
        suffix = f" ({slug[:60]})"
        name = name[: MAX_LENGTH - len(suffix)] + suffix
        if name in taken:
            suffix = f" ({digest(slug)[:12]})"
            name = name[: MAX_LENGTH - len(suffix)] + suffix
        report.change(f"name of a {self._what} taken: its address added", name)
        return name

    def _slug(self, term: Term) -> str:
        return distinct_slug(term.slug, self._what, MAX_LENGTH)
