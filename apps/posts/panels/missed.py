"""Posts that should have been published by now, and those that were late: for who can see to it."""

from datetime import timedelta

from django.utils import timezone

from apps.backoffice import panels
from apps.backoffice.rows import short_time
from apps.operations.models import Schedule
from apps.operations.wording import absence, duration
from apps.posts.actions.schedule import LATE_AFTER
from apps.posts.models import Post
from apps.posts.panels.parts import changelist, render
from apps.posts.tasks import PUBLISH_SCHEDULED
from apps.posts.wording import capped_count

SHOWN = 6
NOTICE_STAYS = timedelta(days=1)


@panels.home(order=5)
def missed_schedules(request):
    """Nothing while all is well. Two statements, and one more to count what is not shown."""
    publishes = request.user.has_perm("posts.publish_post")
    operates = request.user.has_perm("operations.view_schedule")
    if not (publishes or operates):
        return None
    now = timezone.now()
    waiting = Post.objects.due(LATE_AFTER)
    posts = list(waiting.values("pk", "title", "publish_at")[:SHOWN])
    schedules = list(Schedule.objects.all())
    job = next((one for one in schedules if one.name == PUBLISH_SCHEDULED), None)
    missing = absence(schedules, now)
    context = {
        "posts": [seen(post, now) for post in posts],
        "count": str(len(posts)) if len(posts) < SHOWN else capped_count(waiting),
        "why": why(missing, job),
        # Operators have a panel of their own for this.
        "absence": missing if not operates else "",
        "notice": notice_of(job, now),
        "may_open": request.user.has_perm("posts.view_post"),
        "published": changelist("post", status="published"),
    }
    if not (posts or context["absence"] or context["notice"]):
        return None
    return panels.Panel(
        key="missed-schedules", title="Needs attention", body=render("missed", **context)
    )


def seen(post: dict, now) -> dict:
    due, late = short_time(post["publish_at"]), duration(now - post["publish_at"])
    return {**post, "says": f"due {due}, {late} ago"}


def why(missing: str, job: Schedule | None) -> str:
    if missing:
        return f"{missing} Start manage.py worker."
    if job is not None and job.error:
        return f"The job that publishes them fails: {job.error}"
    return "Somebody is saving them, or the worker has much to do."


def notice_of(job: Schedule | None, now) -> dict | None:
    """What was published late within a day."""
    if job is None or not job.notice or now - job.notice_at > NOTICE_STAYS:
        return None
    return {"text": job.notice, "at": short_time(job.notice_at)}
