from django.core.management.base import BaseCommand

from apps.backoffice.counts import capped
from apps.operations.running import give_way
from apps.posts.models import Post
from apps.posts.tasks import publish_scheduled
from apps.posts.wording import counted


class Command(BaseCommand):
    help = "Publish the posts whose time has come, as the worker does every minute."

    def handle(self, **options):
        said = "Nothing was published"
        for outcome in publish_scheduled():
            said = outcome.text
            give_way()
        self.stdout.write(f"{said}.")
        if left := capped(Post.objects.due()):
            self.stdout.write(f"{counted(left, 'post')} left for the next run: somebody saves it.")
