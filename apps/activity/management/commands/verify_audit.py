"""`manage.py verify_audit`"""

from django.core.management.base import BaseCommand, CommandError

from apps.activity.models import AuditEntry
from apps.activity.recorded import all_recorded
from apps.activity.verification import Findings, verify
from apps.backoffice.progress import Report

SHOWN = 20


class Command(BaseCommand):
    help = "Prove that the audit entries add up among themselves and with the rows they are about."

    def handle(self, *args, verbosity, **options):
        with Report(self.stdout, quiet=verbosity < 1) as report:
            total = AuditEntry.objects.count()
            with (
                report.step("Entries", total) as entries,
                report.step("Rows without entries", len(all_recorded())) as rows,
            ):
                findings = verify(entries.advance, rows.advance)
        if verbosity:
            for line in summary(findings):
                self.stdout.write(line)
        if findings.breaks:
            raise CommandError("\n".join(told(findings)))
        if verbosity:
            self.stdout.write("History adds up.")


def summary(findings: Findings) -> list[str]:
    lines = [
        f"{findings.entries:,} entries of {findings.objects:,} objects.",
        f"Without a witness: {findings.unwitnessed_fields:,} fields that no entry has changed.",
        f"Without a witness: {findings.rows_without_entries:,} rows that no entry names.",
        f"{findings.begun_later:,} histories begin with a change: their rows came in bulk.",
    ]
    if findings.unknown_objects:
        lines.append(f"{findings.unknown_objects:,} objects are of a kind there is no more.")
    return lines


def told(findings: Findings) -> list[str]:
    count = len(findings.breaks)
    lines = [f"History does not add up: {count:,} break{'' if count == 1 else 's'}."]
    lines += [f"  {one}" for one in findings.breaks[:SHOWN]]
    return [*lines, f"  … and {count - SHOWN:,} more."] if count > SHOWN else lines
