from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate


class UsersConfig(AppConfig):
    name = "apps.users"
    label = "users"
    verbose_name = "People"
    sidebar_position = 20
    sidebar_models = ["user", "auth.group"]

    def ready(self):
        from django.contrib import admin

        from apps.users import history, tasks  # noqa: F401  Importing registers them.
        from apps.users.forms import LoginForm, OwnPasswordForm
        from apps.users.rights import forget_names
        from apps.users.roles import write_roles
        from apps.users.sessions import note_login

        admin.site.login_form = LoginForm
        admin.site.password_change_form = OwnPasswordForm
        post_migrate.connect(forget_names, dispatch_uid="users.names")
        post_migrate.connect(write_roles, sender=self, dispatch_uid="users.roles")
        user_logged_in.connect(note_login, dispatch_uid="users.last_seen")
