from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from apps.backoffice.fields import LinesField, ManyField
from apps.users.actions import set_password
from apps.users.models import Profile, User
from apps.users.pictures import read_picture
from apps.users.roles import is_role


class LoginForm(AdminAuthenticationForm):
    """Says why an account is refused, to whoever knows its password."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": "Please enter the correct e-mail address and password of a staff "
        "account. The password is case-sensitive.",
    }

    def get_invalid_login_error(self):
        account = getattr(self.request, "refused_account", None)
        if account is not None:
            return ValidationError(why_refused(account), code="refused")
        return super().get_invalid_login_error()


def why_refused(account: User) -> str:
    if account.deleted_at:
        return "This account has been deleted."
    if not account.is_active:
        return "This account is switched off."
    until = timezone.localtime(account.suspended_until)
    reason = f": {account.suspension_reason}" if account.suspension_reason else ""
    return f"This account is suspended until {until:%-d %B %Y, %H:%M %Z}{reason}."


class OwnPasswordForm(AdminPasswordChangeForm):
    """Django's would save every column of the account as it was when the page was asked for."""

    def save(self, commit=True):
        set_password(self.user, self.cleaned_data["new_password1"], by=self.user)
        return self.user


class AddressField(forms.EmailField):
    """In lower case, as it is stored, also where what was typed is compared with that."""

    def to_python(self, value):
        return super().to_python(value).lower()


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = [
            "name", "email", "email_verified", "phone", "region",
            "is_active", "is_staff", "is_superuser", "groups",
        ]  # fmt: skip
        field_classes = {"email": AddressField}

    def clean_email(self):
        """Unique over the trash too, so that whoever is there can come back."""
        email = self.cleaned_data["email"]
        if email == self.instance.email:
            return email
        taken = User.objects.by_email(email).exclude(pk=self.instance.pk).first()
        if taken is not None:
            raise ValidationError(address_taken(taken), code="unique")
        return email

    def _get_validation_exclusions(self):
        # The address is looked up above, and its error names who has it.
        return super()._get_validation_exclusions() | {"email"}


def address_taken(user: User) -> str:
    address = reverse("admin:users_user_change", args=[user.pk])
    where = "is in the trash and has" if user.deleted_at else "has"
    return format_html('<a href="{}">{}</a> {} this e-mail address.', address, user.name, where)


class NewUserForm(BaseUserCreationForm, UserForm):
    Meta = UserForm.Meta

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Django's puts the cursor there, into the second field.
        del self.fields["email"].widget.attrs["autofocus"]

    def save(self, commit=True):
        """The account without its password, which the action sets: hashing is slow on purpose."""
        return forms.ModelForm.save(self, commit=False)


class PictureInput(forms.ClearableFileInput):
    template_name = "users/picture_input.html"


class ProfileForm(forms.ModelForm):
    """`upload` and not the model's `picture`, which no form loads."""

    bio = LinesField(required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 4}))
    upload = forms.FileField(
        label="Picture",
        required=False,
        widget=PictureInput,
        help_text="PNG, JPEG, WebP or GIF, at most 256 kB.",
    )

    website = forms.URLField(required=False, max_length=200, assume_scheme="https")
    # Fields that are not named like the column they write.
    columns = {"upload": "picture"}

    class Meta:
        model = Profile
        fields = ["bio", "website"]

    def __init__(self, *args, instance=None, **kwargs):
        super().__init__(*args, instance=instance, **kwargs)
        if getattr(instance, "has_picture", False):
            self.initial["upload"] = StoredPicture(
                url=reverse("admin:users_user_picture", args=[instance.pk])
            )

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        return read_picture(upload) if isinstance(upload, UploadedFile) else upload

    @property
    def changed_columns(self) -> dict:
        """What is to be written, by column; a picture that was taken away is None."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        if "upload" in changed:
            changed["picture"] = changed.pop("upload") or None
        return changed


class StoredPicture(SimpleNamespace):
    """What Django's file field shows of a file that is there."""

    def __str__(self):
        return "picture"


class SuspendForm(forms.Form):
    until = forms.DateTimeField(
        label="Suspended until",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        initial=lambda: timezone.localtime() + timedelta(days=7),
    )
    reason = forms.CharField(
        max_length=200,
        help_text="Shown to the person who tries to log in.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def clean_until(self):
        until, now = self.cleaned_data["until"], timezone.now()
        if not now < until < now + timedelta(days=3660):
            raise ValidationError("Choose a time within the next ten years.", code="out_of_range")
        return until


class PermissionsField(ManyField):
    """`Can add post`; Django's label asks for the model of each by itself."""

    def label_from_instance(self, permission):
        return permission.name


class GroupForm(forms.ModelForm):
    class Meta:
        model = Group
        fields = ["name", "permissions"]

    def clean_name(self):
        name = self.cleaned_data["name"]
        if is_role(name) and name != self.instance.name:
            raise ValidationError(f"{name} is a role of Copydesk’s own.", code="reserved")
        return name
