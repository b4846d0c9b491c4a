"""The page of migrations: what runs, how far the backfills are, and what was."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.database.models import Backfill
from apps.monitoring import actions
from apps.monitoring.migrating import backfills, now, past, server
from apps.reports.report import DATABASE
from apps.reports.views import page

REASON_LENGTH = 200


@require_safe
def migrations(request: HttpRequest) -> HttpResponse:
    request.sidebar_page = "database_migrations"
    return page(request, "monitoring/migrations.html", title="Migrations", **shown(request))


@require_safe
def migrations_now(request: HttpRequest) -> HttpResponse:
    """The part of the page that moves, which a script puts in the place of the old."""
    return TemplateResponse(request, "monitoring/_migrations.html", shown(request))


def shown(request: HttpRequest) -> dict:
    if not request.user.has_perm(DATABASE.permission):
        raise PermissionDenied
    at = timezone.now()
    before = request.GET.get("before", "")
    before = int(before) if before.isdecimal() and len(before) < 19 else None
    lines, older = past.runs(before, at)
    run, fills, stood = now.running(at), backfills.lines(), server.server(connection)
    return {
        "at": at,
        "run": run,
        "server": stood,
        "backfills": fills,
        "may_pause": request.user.has_perm(actions.RIGHT),
        "can_pause_all": any(fill.can_pause for fill in fills),
        "runs": lines,
        "older": older,
        "before": before,
        # Whoever reads what is long over waits for nothing.
        "moves": run is not None
        or any(fill.can_pause for fill in fills)
        or bool(stood and (stood.builds or stood.waits)),
    }


@require_POST
def hold_backfills(request: HttpRequest) -> HttpResponse:
    """Pause one or all, or resume one: by the button that was pressed."""
    if not request.user.has_perm(DATABASE.permission):
        raise PermissionDenied
    reason = request.POST.get("reason", "").strip()[:REASON_LENGTH]
    rows = Backfill.objects.all()
    if "resume" in request.POST:
        count = actions.resume_backfills(chosen(rows, request.POST["resume"]), by=request.user)
        done = "resumed"
    else:
        if "pause_all" not in request.POST:
            rows = chosen(rows, request.POST.get("pause", ""))
        count = actions.pause_backfills(rows, reason=reason, by=request.user)
        done = "paused: after the batch it is at" if count == 1 else "paused"
    backfill = "1 backfill was" if count == 1 else f"{count} backfills were"
    text = (
        f"{backfill} {done}." if count else "Nothing was to be done: it stands differently by now."
    )
    messages.add_message(request, messages.SUCCESS if count else messages.WARNING, text)
    return HttpResponseRedirect(reverse("monitoring:migrations"))


def chosen(rows, key: str):
    return rows.filter(pk=int(key)) if key.isdecimal() and len(key) < 19 else rows.none()
