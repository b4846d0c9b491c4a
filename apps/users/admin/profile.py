from django.contrib import admin
from django.db.models import Q

from apps.users.forms import ProfileForm
from apps.users.models import Profile


class ProfileInline(admin.StackedInline):
    model = Profile
    form = ProfileForm
    fields = ["bio", "website", "upload"]
    can_delete = False
    verbose_name_plural = "Profile"

    def get_formset(self, request, obj=None, **kwargs):
        # A forged count of forms would have Django make a thousand of them.
        return super().get_formset(request, obj, absolute_max=1, **kwargs)

    def get_queryset(self, request):
        """Whether there is a picture, never the picture itself."""
        has_picture = Q(picture__isnull=False)
        return super().get_queryset(request).defer("picture").annotate(has_picture=has_picture)


def changed_profile(formset) -> dict:
    """The columns that the page's one profile form has changed."""
    form = formset.forms[0] if formset.forms else None
    return form.changed_columns if form is not None and form.has_changed() else {}
