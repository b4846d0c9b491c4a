"""What the admins of categories and tags share: what is in use stays."""

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.text import slugify

from apps.backoffice.keyset import Order
from apps.backoffice.search import PrefixSearch
from apps.database.expressions import Bytewise
from apps.editing.admin import VersionedAdmin
from apps.posts import actions
from apps.posts.wording import users_of


class TopicAdmin(VersionedAdmin):
    search = PrefixSearch(Order("name", Bytewise(Lower("name"))))
    prepopulated_fields = {"slug": ["name"]}
    keeps_form_class = True

    def posts_of(self, obj):
        """Every post that has it, those in the trash too."""
        raise NotImplementedError

    def kept_by(self, obj):
        """“100+ posts use it”, counted no further."""
        return users_of(self.posts_of(obj))

    def move_to_trash(self, request, obj):
        """There is no trash for these: what is not in use is deleted for good."""
        delete = {"category": actions.delete_category, "tag": actions.delete_tag}
        delete[self.opts.model_name](obj, by=request.user)

    def delete_view(self, request, object_id, extra_context=None):
        """The page asked whether it is in use; somebody may have used it since."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except actions.InUseError as error:
            self.message_user(request, str(error), messages.ERROR)
            page = reverse(f"admin:posts_{self.opts.model_name}_change", args=[object_id])
            return HttpResponseRedirect(page)

    def save_model(self, request, obj, form, change):
        obj.slug = obj.slug or slugify(obj.name)
        if change:
            actions.save_topic(obj, by=request.user, fields=form.changed_data)
        else:
            actions.create_topic(obj, by=request.user)
