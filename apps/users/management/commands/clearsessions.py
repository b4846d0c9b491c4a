"""Django's command. Its app is not installed: the session table is ours, it would make a second."""

from django.contrib.sessions.management.commands.clearsessions import Command

__all__ = ["Command"]
