from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django import forms
from django.core.validators import validate_slug
from django.db.models import Q
from django.forms.widgets import Script
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from apps.backoffice.fields import LinesField
from apps.database.planned import Given, PlannedQuery
from apps.posts.markdown import validate_content
from apps.posts.models import Comment, Post, Tag
from apps.posts.workflow import SCHEDULE, Step, pressed_step


class MarkdownWidget(forms.Textarea):
    """A text area with a tab that shows the server's rendering of it."""

    template_name = "posts/markdown_widget.html"

    class Media:
        js = [Script("js/preview.js", type="module")]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["preview_url"] = reverse("admin:posts_post_preview")
        return context


class MarkdownField(LinesField):
    widget = MarkdownWidget(attrs={"class": "vLargeTextField", "rows": 19})

    def __init__(self, **kwargs):
        super().__init__(**{"strip": False, "help_text": "Markdown.", **kwargs})

    def validate(self, value):
        super().validate(value)
        validate_content(value)


class PublishAtWidget(forms.SplitDateTimeWidget):
    """The browser's own date and time inputs; part of the form wherever on the page they stand."""

    def __init__(self):
        super().__init__(
            date_attrs={"type": "date", "aria-label": "Date", "form": "post_form"},
            time_attrs={"type": "time", "aria-label": "Time", "form": "post_form"},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        )


class PostForm(forms.ModelForm):
    """`user` is who saves; the pressed step's button is read beside the fields.

    The author is asked for only where the admin lists the field, and status is none: it
    changes by steps.
    """

    content = MarkdownField(required=False)
    publish_at = forms.SplitDateTimeField(
        required=False, widget=PublishAtWidget, label="Publish at"
    )

    class Meta:
        model = Post
        fields = ["title", "slug", "content", "category", "tags", "kind", "author"]

    def __init__(self, *args, user, **kwargs):
        post = kwargs.get("instance") if "tags" in self.base_fields else None
        with tags_at_hand(post):
            super().__init__(*args, **kwargs)
        self.user = user
        if moment := self.instance.publish_at:
            # As the inputs show it: seconds would make every save another time.
            self.fields["publish_at"].initial = moment.replace(second=0, microsecond=0)
        if "author" in self.fields:
            # Whoever wrote it stays, even from the trash; a new author is somebody who is here.
            authors = self.fields["author"].queryset
            current = Q(deleted_at__isnull=True) | Q(pk=self.instance.author_id)
            self.fields["author"].queryset = authors.filter(current)

    @property
    def step(self) -> Step | None:
        """The one whose button was pressed; another time for a scheduled post needs no button."""
        return pressed_step(self.data) or (SCHEDULE if self._has_new_time else None)

    @property
    def _has_new_time(self) -> bool:
        if "publish_at" not in self.changed_data or not SCHEDULE.is_allowed_to(self.user):
            return False
        return self.instance.status == Post.Status.SCHEDULED

    @property
    def changed_fields(self) -> list[str]:
        """The post's own columns that are to be written."""
        return [name for name in self.changed_data if name not in ("tags", "publish_at")]

    @property
    def scheduled_for(self):
        return self.cleaned_data.get("publish_at")

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if not slug or "slug" not in self.changed_data:
            return slug
        validate_slug(slug)
        taken = (
            Post.objects.filter(slug=slug)
            .exclude(pk=self.instance.pk)
            .only("title", "deleted_at")
            .first()
        )
        if taken:
            raise forms.ValidationError(slug_is_taken(taken), code="unique")
        return slug

    def clean(self):
        """`instance` is still as the database has it, and the admin has locked its row: nobody
        changes its state between this and the save.
        """
        super().clean()
        if self.step and not self.step.is_allowed_to(self.user, self.instance):
            raise forms.ValidationError(f"You may not have a post {self.step.done}.")
        if self.step and not self.step.is_possible_for(self.instance):
            raise forms.ValidationError(self.step.refusal(self.instance), code="step")
        if "publish_at" not in self.errors and SCHEDULE.is_allowed_to(self.user):
            self._check_publish_at()

    def _check_publish_at(self):
        if self.step is not SCHEDULE:
            if self.step is None and self.scheduled_for and "publish_at" in self.changed_data:
                self.add_error("publish_at", f"For this time, press “{SCHEDULE.label}”.")
        elif not self.scheduled_for:
            self.add_error("publish_at", "Give the date and the time to publish the post at.")
        elif self.scheduled_for <= timezone.now():
            self.add_error("publish_at", "Give a time in the future.")

    def _get_validation_exclusions(self):
        """What was not touched need not be validated again. The slug was, above; of the title the
        database's constraint asks what its field has checked, in a statement of its own.
        """
        return super()._get_validation_exclusions() | {"slug", "title"} | self._untouched()

    def _untouched(self) -> set[str]:
        if self.instance.pk is None:
            return set()
        return set(self.fields) - set(self.changed_data)


TAGS = PlannedQuery(lambda: Tag.objects.filter(posts=Given("post")))


@contextmanager
def tags_at_hand(post: Post | None) -> Iterator[None]:
    """The form reads the tags as `prefetch_related` leaves them, by a statement planned once."""
    if post is None or post.pk is None:
        yield
        return
    tags = Tag.objects.all()
    tags._result_cache = TAGS.rows(post=post.pk)
    post._prefetched_objects_cache = {"tags": tags}
    yield
    # Whoever has the post next reads them anew.
    del post._prefetched_objects_cache


def slug_is_taken(post: Post) -> str:
    """Says which post has the slug, with a link, also to the trash."""
    return format_html(
        'The post <a href="{}">{}</a>{} has this slug already.',
        reverse("admin:posts_post_change", args=[post.pk]),
        post.title,
        " in the trash" if post.deleted_at else "",
    )


class FirstPostForm(forms.Form):
    """A post for a user who is being added; without a title nothing is made."""

    title = forms.CharField(max_length=200, required=False)
    content = LinesField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        validators=[validate_content],
        help_text="Markdown. Saved as a draft together with the user, or not at all.",
    )

    def clean(self):
        super().clean()
        if self.cleaned_data.get("content") and not self.cleaned_data.get("title"):
            self.add_error("title", "Give the post a title.")


DECISIONS = {
    "_approve": Comment.Status.APPROVED,
    "_spam": Comment.Status.SPAM,
    "_remove": Comment.Status.REMOVED,
}


def pressed_decision(data: Mapping) -> Comment.Status | None:
    """What the moderator's button says, in a posted form."""
    return next((status for name, status in DECISIONS.items() if name in data), None)


class CommentForm(forms.ModelForm):
    """`user` is who saves; the moderator's decision is read from the pressed button."""

    class Meta:
        model = Comment
        fields = ["post", "body", "author_name", "author_email"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    @property
    def decision(self) -> Comment.Status | None:
        return pressed_decision(self.data)

    @property
    def new_status(self) -> Comment.Status | None:
        """What the decision makes of it; None if it is that already."""
        return self.decision if self.decision != self.instance.status else None

    def clean(self):
        super().clean()
        if self.decision and not self.user.has_perm("posts.moderate_comment"):
            raise forms.ValidationError("You may not moderate comments.")
        if self.new_status:
            self._refuse_to_overrule()

    def _refuse_to_overrule(self):
        """Not unseen: whoever knows what another decided meanwhile may decide otherwise."""
        if "status" in getattr(self.instance, "changed_meanwhile", ()):
            now = self.instance.get_status_display().lower()
            raise forms.ValidationError(
                f"Somebody decided meanwhile: the comment is {now}. Press again to overrule.",
                code="decided",
            )

    def clean_author_name(self):
        name = self.cleaned_data["author_name"].strip()
        if not name and not self.instance.author_id:
            raise forms.ValidationError("Give the visitor’s name.")
        return name
