from django.contrib.auth.backends import ModelBackend

from apps.users.models import User
from apps.users.rights import rights_of


def may_log_in(user: User) -> bool:
    return user.is_active and user.deleted_at is None and not user.is_suspended


class AccountBackend(ModelBackend):
    """Log in with the e-mail address in any case; what one may do costs one statement.

    After a right password that is refused all the same, `request.refused_account`
    is the account, for the form to say why: only its owner gets to know.
    """

    def authenticate(self, request, username=None, password=None, **kwargs):
        if username is None or password is None:
            return None
        try:
            user = User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            # As slow as for an account there is, so time does not tell which there are.
            User().set_password(password)
            return None
        if not user.check_password(password):
            return None
        if may_log_in(user):
            return user
        if request is not None:
            request.refused_account = user
        return None

    def user_can_authenticate(self, user):
        return may_log_in(user)

    def get_all_permissions(self, user_obj, obj=None):
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = rights_of(user_obj)
        return user_obj._perm_cache
