"""What a field offers while somebody types: twenty objects, without OFFSET and without a count."""

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse

OFFERED = 20


class AutocompleteView(AutocompleteJsonView):
    """Django's view with its checks of rights; answers `{"results": [{"id", "text"}], …}`.

    `pagination.more` says that more begin like this: type on. There are no further pages.
    """

    def get(self, request, *args, **kwargs):
        self.term, self.model_admin, self.source_field, to_field = self.process_request(request)
        if not self.has_perm(request):
            raise PermissionDenied
        queryset = self.model_admin.get_queryset(request)
        queryset = queryset.complex_filter(self.source_field.get_limit_choices_to())
        found = self.model_admin.complete(queryset, self.term, OFFERED + 1)
        results = [self.serialize_result(obj, to_field) for obj in found[:OFFERED]]
        return JsonResponse({"results": results, "pagination": {"more": len(found) > OFFERED}})
