from django.core.management.base import BaseCommand, CommandError

from apps.users.demo import PASSWORD, STAFF, RefusedError, make_demo_staff


class Command(BaseCommand):
    help = "Make the demo's staff accounts, one for each role. In development only."

    def handle(self, **options):
        try:
            made = make_demo_staff()
        except RefusedError as reason:
            raise CommandError(str(reason)) from None
        if options["verbosity"]:
            self.stdout.write("Demo accounts made:" if made else "Demo accounts:")
            for email, (name, role) in STAFF.items():
                self.stdout.write(f"  {role:<10} {email:<24} {PASSWORD}   {name}")
