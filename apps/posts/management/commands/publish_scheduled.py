from django.core.management.base import BaseCommand

from apps.backoffice.counts import capped
from apps.posts.models import Post
from apps.posts.tasks import publish_scheduled
from apps.posts.wording import counted


class Command(BaseCommand):
    help = "Publish the posts whose time has come, as the worker does every minute."

    def handle(self, **options):
        outcomes = list(publish_scheduled())
        self.stdout.write(f"{outcomes[-1].text}." if outcomes else "Nothing was published.")
        if left := capped(Post.objects.due()):
            self.stdout.write(f"{counted(left, 'post')} left for the next run: somebody saves it.")
