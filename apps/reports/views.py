from itertools import groupby

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from apps.backoffice.admin import ListResponse
from apps.backoffice.exports import TooManyRows
from apps.reports.answers import TooSlow, answer
from apps.reports.downloads import download
from apps.reports.drawn import parts
from apps.reports.glance import glances
from apps.reports.listing import listed_for
from apps.reports.page import ReportPage
from apps.reports.question import Asked
from apps.reports.report import Report, readable_by, report_for

PLACE = "<!-- figures -->"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What this person may read, by its groups."""
    listed = listed_for(request.user)
    if not listed:
        raise PermissionDenied
    request.sidebar_page = "reports_all"
    drawn = glances(readable_by(request.user), width=88, height=24)
    seen = {one.report.slug: one for one in drawn}
    groups = groupby(listed, key=lambda one: one.group.title)
    shown = [(title, [(one, seen.get(one.slug)) for one in some]) for title, some in groups]
    context = {"groups": shown}
    return page(request, "reports/index.html", title="Reports", **context)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """One report; by POST its figures are read anew."""
    found = report_for(slug)
    if found is None:
        raise Http404
    if not found.is_for(request.user):
        raise PermissionDenied
    request.sidebar_page = f"reports_{slug}" if found.in_sidebar else "reports_all"
    asked = Asked(found, request.GET.dict())
    if not asked.is_valid:
        return shown(request, found, asked, status=400)
    if asked.format and not request.user.has_perm("reports.download_report"):
        raise PermissionDenied
    try:
        got = answer(
            found,
            asked.question,
            compare=asked.compares,
            person_id=request.user.pk,
            refresh=request.method == "POST",
        )
    except TooSlow:
        return shown(request, found, asked, status=503, is_too_slow=True)
    if request.method == "POST":
        return HttpResponseRedirect(request.get_full_path())
    if asked.format:
        try:
            return download(request, found, asked, got)
        except TooManyRows as refusal:
            asked.errors.append(str(refusal))
            return shown(request, found, asked, status=400)
    return shown(request, found, asked, got)


def shown(request, report: Report, asked: Asked, got=None, *, status=200, **context):
    drawn = ReportPage(request, report, asked, got)
    context["controls"], figures = parts(drawn)
    response = page(request, "reports/report.html", title=report.title, page=drawn, **context)
    response.figures, response.status_code = figures, status
    return response


class PageResponse(ListResponse):
    """`figures` is HTML that is put into its place when the template is done."""

    figures = b""

    @property
    def rendered_content(self) -> list[str | bytes]:
        before, _, after = super().rendered_content.partition(PLACE)
        return [before, self.figures, after]


def page(request: HttpRequest, template: str, **context) -> TemplateResponse:
    request.current_app = admin.site.name
    context = {**admin.site.each_context(request), **context}
    response = PageResponse(request, template, context)
    response.what = f"The report page {context['title']}"
    return response
