"""Django's asks the same, and saves without a version, an entry or an end of the sessions."""

from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from apps.activity.actions import Source
from apps.activity.origin import origin
from apps.users.actions import set_password
from apps.users.models import User

TRIES = 3


class Command(BaseCommand):
    help = "Sets the password of an account and ends its sessions."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *args, email: str, **options):
        user = User.objects.by_email(email.lower()).first()
        if user is None:
            raise CommandError(f"There is no user {email}.")
        password = self.ask(user)
        with origin(source=Source.COMMAND):
            set_password(user, password, by=None)
        self.stdout.write(f"The password of {email} was changed, and all its sessions ended.")

    def ask(self, user: User) -> str:
        for _ in range(TRIES):
            password = getpass(f"New password of {user}: ")
            try:
                validate_password(password, user)
            except ValidationError as error:
                self.stderr.write("\n".join(error.messages))
                continue
            if getpass("Once more: ") == password:
                return password
            self.stderr.write("The two are not the same.")
        raise CommandError(f"Nothing was changed after {TRIES} attempts.")
