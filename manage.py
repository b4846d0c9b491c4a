#!/usr/bin/env python
"""Django's command line, on the development settings unless told otherwise."""

import os
import sys

SERVERS = {"runserver": "web", "runserver_plus": "web", "worker": "worker"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    # A command may run for hours, a request may not: the database's timeouts follow the role.
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ.setdefault("DB_ROLE", SERVERS.get(command, "command"))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
