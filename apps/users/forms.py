from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.users.models import User


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
    reason = f": {account.suspended_reason}" if account.suspended_reason else ""
    return f"This account is suspended until {until:%-d %B %Y, %H:%M %Z}{reason}."
