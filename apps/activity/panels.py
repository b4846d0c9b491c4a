from itertools import groupby, islice
from typing import Any

from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from apps.activity.models import AuditEntry
from apps.activity.recorded import recorded_as
from apps.activity.wording import done
from apps.backoffice import panels
from apps.backoffice.rows import short_time

SHOWN = 6
# One set action may leave as many entries as a list has rows on a page.
LOOKED_AT = 200
COLUMNS = ["action", "object_type", "object_id", "object_label", "version", "at", "request_id"]


@panels.home(order=90)
def recent_actions(request):
    """What this person did last; a set action is one line."""
    entries = AuditEntry.objects.by_actor(request.user.pk).newest_first()
    made = groupby(entries.values(*COLUMNS)[:LOOKED_AT], key=same_action)
    lines = [line(request, list(some)) for _, some in islice(made, SHOWN)]
    return panels.Panel(
        key="recent-actions-module",
        title="Recent actions",
        body=render_to_string("activity/_recent_actions.html", {"lines": lines}) if lines else "",
        empty="What you save, publish or move stands here.",
        aside=True,
    )


def same_action(entry: dict[str, Any]) -> tuple:
    """Entries of one request and action are one line; outside of a request each is its own."""
    one = entry["request_id"] or (entry["object_id"], entry["at"])
    return one, entry["action"], entry["object_type"]


def line(request, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """`what` was done, to an object by its `label`, or to how many; `kind` and `when` are quiet."""
    first, count = entries[0], len(entries)
    recorded = recorded_as(first["object_type"])
    options = recorded.model._meta if recorded else None
    kind = options.verbose_name if options else first["object_type"]
    when = short_time(first["at"])
    if count > 1:
        plural = options.verbose_name_plural if options else first["object_type"]
        return {"what": f"{done(first['action'])} {count:,}", "label": plural, "when": when}
    is_gone = first["action"] in ("delete", "purge")
    return {
        "what": done(first["action"]),
        "label": first["object_label"],
        "link": "" if is_gone else page_of(request, options, first, "change"),
        "kind": kind.capitalize(),
        "version": first["version"],
        "difference": difference_of(request, options, first),
        "when": when,
    }


def difference_of(request, options, entry: dict[str, Any]) -> str:
    """Where it is shown what the version changed; the first one changed nothing."""
    history = page_of(request, options, entry, "history")
    return f"{history}?to={entry['version']}" if history and (entry["version"] or 0) > 1 else ""


def page_of(request, options, entry: dict[str, Any], page: str) -> str:
    """Empty for what has no such page, or may not be seen."""
    if options is None:
        return ""
    if not request.user.has_perm(f"{options.app_label}.view_{options.model_name}"):
        return ""
    try:
        name = f"admin:{options.app_label}_{options.model_name}_{page}"
        return reverse(name, args=[entry["object_id"]])
    except NoReverseMatch:
        return ""
