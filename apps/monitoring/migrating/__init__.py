"""What the page of migrations shows, in plain rows; `apps.database` knows the facts."""
