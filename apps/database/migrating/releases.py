"""Processes of older releases that are still at work, by the names of their connections."""

from dataclasses import dataclass

from django.conf import settings

from apps.database.fetching import fetch_all

# `copydesk web 2026-11-20.1`: the site, what the process is, its release (config/settings).
SERVING = ("web", "worker")


@dataclass(frozen=True)
class OlderProcess:
    """Connections of one release from one address. `release` is empty where none was named."""

    role: str
    release: str
    address: str
    connections: int

    def __str__(self):
        release = self.release or "without a RELEASE"
        connections = "1 connection" if self.connections == 1 else f"{self.connections} connections"
        return f"{self.role} {release} at {self.address} ({connections})"


def own_release() -> str:
    return getattr(settings, "RELEASE", "")


def older_processes(connection) -> list[OlderProcess]:
    """Who serves from another release than this one. Nobody where there are no connections to
    look at, or where this process has no RELEASE to compare with.
    """
    if connection.vendor != "postgresql" or not own_release():
        return []
    site = connection.settings_dict["OPTIONS"].get("application_name", "").split(" ")[0]
    found = fetch_all(connection, SERVING_NOW, [site, list(SERVING), own_release()])
    return [OlderProcess(*row) for row in found]


SERVING_NOW = """
SELECT role, release, address, count(*)
FROM (
    SELECT split_part(application_name, ' ', 1) AS site,
        split_part(application_name, ' ', 2) AS role,
        split_part(application_name, ' ', 3) AS release,
        coalesce(host(client_addr), 'an address not shown') AS address
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
) AS processes
WHERE site = %s AND role = ANY(%s) AND release <> %s
GROUP BY role, release, address
ORDER BY role, release, address
"""
