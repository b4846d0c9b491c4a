from django.contrib import admin
from django.db.models import BinaryField, Model, TextField
from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.views.decorators.http import require_POST

from apps.activity.recorded import recorded_as
from apps.backoffice.errors import drain, length_of
from apps.editing import presence
from apps.editing.heartbeat import Beat, answer, saved_since

LARGEST_BEAT_BYTES = 512


@require_POST
def heartbeat(request: HttpRequest) -> HttpResponse:
    """What an open page says every 15 s, answered with who else is there and what was saved."""
    if length_of(request) > LARGEST_BEAT_BYTES:
        drain(request)
        return refused(413)
    try:
        beat = Beat.read(request.body)
    except (ValueError, RawPostDataException):
        # The second: a form was sent, and the check of its token has read it.
        return refused(400)
    recorded = recorded_as(beat.type)
    if recorded is None or not recorded.is_versioned:
        return refused(404)
    tab = presence.Tab(beat.type, beat.id, request.user.pk, beat.tab)
    if beat.leaving:
        presence.leave(tab)
        return HttpResponse(status=204)
    return stay(request, recorded.model, beat, tab)


def stay(request: HttpRequest, model: type[Model], beat: Beat, tab: presence.Tab) -> HttpResponse:
    """The row by its key, one call of the cache, and an entry if there is a newer version."""
    model_admin = admin.site.get_model_admin(model)
    if not model_admin.has_view_or_change_permission(request):
        return refused(403)
    obj = light_row(model, beat.id)
    if obj is None:
        return refused(404)
    if not model_admin.has_view_or_change_permission(request, obj):
        return refused(403)
    # The page knows whether it has a form; nobody edits who may change nothing of this kind.
    state = beat.state if model_admin.has_change_permission(request) else presence.State.READING
    people = presence.beat(tab, str(request.user)[:100], state)
    saved = saved_since(obj, beat.version, request.user.pk)
    return JsonResponse(answer(people, request.user.pk, saved))


def light_row(model: type[Model], pk: int) -> Model | None:
    """Without its texts: of a post that is all but a few bytes."""
    fields = model._meta.concrete_fields
    large = [field.name for field in fields if isinstance(field, TextField | BinaryField)]
    return model._default_manager.defer(*large).filter(pk=pk).first()


def refused(status: int) -> JsonResponse:
    """As JSON: a 403 that is a page comes from the check of the form's token."""
    return JsonResponse({}, status=status)
