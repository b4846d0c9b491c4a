from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from apps.posts.markdown import render, validate_content
from apps.posts.rights import may_change_post


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The HTML of the posted `content`, for who may write; 422 with the reasons if refused."""
    if not (request.user.has_perm("posts.add_post") or may_change_post(request.user)):
        raise PermissionDenied
    text = request.POST.get("content", "").replace("\r\n", "\n")
    try:
        validate_content(text)
    except ValidationError as error:
        refusal = render_to_string("posts/_preview_refused.html", {"reasons": error.messages})
        return HttpResponse(refusal, status=422)
    return HttpResponse(render(text))
