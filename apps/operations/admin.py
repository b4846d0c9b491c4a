from html import escape

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django_tasks_db import admin as tasks

from apps.backoffice.admin import ModelAdmin
from apps.backoffice.keyset import Order
from apps.backoffice.rows import NOTHING, Column, when
from apps.editing.history.admin import WithHistory
from apps.operations import actions
from apps.operations.models import Schedule
from apps.operations.wording import absence, duration, interval, state

# Importing it has registered a list with OFFSET. A task is a step of something that has a page.
admin.site.unregister(tasks.DBTaskResult)
RESULT_CHARACTERS = 80


def badge(*standing) -> str:
    label, css = state(timezone.now(), *standing)
    return f'<span class="badge {css}">{label}</span>'


def took(started_at, finished_at) -> str:
    if started_at is None or finished_at is None or finished_at < started_at:
        return NOTHING
    return duration(finished_at - started_at)


def said(result: str, error: str) -> str:
    words = error or result
    if not words:
        return NOTHING
    cut = words if len(words) <= RESULT_CHARACTERS else words[: RESULT_CHARACTERS - 1] + "…"
    return escape(cut)


@admin.register(Schedule)
class ScheduleAdmin(WithHistory, ModelAdmin):
    """Looked at, and started by hand; the jobs themselves are code."""

    columns = [
        Column("name", link=True),
        Column("every", interval),
        Column("state", badge, fields=["next_run", "leased_until", "error"], label="State"),
        Column("next_run", when),
        Column("started_at", when),
        Column("took", took, fields=["started_at", "finished_at"], label="Took", css="num"),
        Column("result", said, fields=["result", "error"], label="Last result or error"),
    ]
    orders = {"": [Order("name", index="uniq_schedule_name")]}
    actions = ["run_now"]
    fields = [
        "description", "how_often", "standing", "next_run", "started_at", "how_long",
        "result", "done_at", "error", "worker",
    ]  # fmt: skip
    readonly_fields = fields
    change_form_template = "operations/schedule.html"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_run_permission(self, request):
        return request.user.has_perm("operations.run_schedule")

    # The page of a job

    @admin.display(description="What it does")
    def description(self, schedule):
        return schedule.job.description if schedule.job else "A job of another release."

    @admin.display(description="Runs")
    def how_often(self, schedule):
        return interval(schedule.every)

    @admin.display(description="State")
    def standing(self, schedule):
        label, css = state(timezone.now(), schedule.next_run, schedule.leased_until, schedule.error)
        return format_html('<span class="badge {}">{}</span>', css, label)

    @admin.display(description="Took")
    def how_long(self, schedule):
        if schedule.started_at is None or schedule.finished_at is None:
            return None
        return duration(max(schedule.finished_at - schedule.started_at, type(schedule.every)()))

    @admin.display(description="That was at")
    def done_at(self, schedule):
        return schedule.result_at

    @admin.display(description="Worker")
    def worker(self, schedule):
        """The machine and the process."""
        return schedule.holder.rpartition(":")[0] or None

    def render_change_form(self, request, context, **kwargs):
        context["may_run"] = self.has_run_permission(request)
        return super().render_change_form(request, context, **kwargs)

    # Starting by hand

    def get_urls(self):
        run = path(
            "<path:object_id>/run/",
            self.admin_site.admin_view(self.run_view),
            name="operations_schedule_run",
        )
        return [run, *super().get_urls()]

    @admin.action(description="Run now", permissions=["run"])
    def run_now(self, request, queryset):
        self.start(request, queryset)

    def run_view(self, request, object_id):
        """Make one job due, by POST alone."""
        schedule = self.get_object(request, unquote(object_id))
        if schedule is None:
            raise Http404
        if not self.has_run_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self.start(request, Schedule.objects.filter(pk=schedule.pk))
        page = reverse("admin:operations_schedule_change", args=[schedule.pk])
        return HttpResponseRedirect(page)

    def start(self, request, queryset):
        started = actions.run_jobs_now(queryset, by=request.user)
        if not started:
            self.message_user(request, "It is running already.", messages.WARNING)
            return
        jobs = "The job is" if started == 1 else f"{started} jobs are"
        problem = absence(Schedule.objects.all(), timezone.now())
        text = f"{jobs} due; a worker takes {'it' if started == 1 else 'them'} up within seconds."
        if problem:
            text = f"{jobs} due. {problem} Start manage.py worker."
        self.message_user(request, text, messages.WARNING if problem else messages.SUCCESS)
