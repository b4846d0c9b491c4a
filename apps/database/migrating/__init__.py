"""What `manage.py migrate` does around Django's own: lint, plan, lock, clean up, run, verify."""
