"""What the home page and the pages of posts, comments and users show of the content.

Each panel is a fixed number of cheap statements over an index, whatever the size of the tables.
Importing them registers them.
"""

from apps.posts.panels import backlog, comment, home, missed, post, user

__all__ = ["backlog", "comment", "home", "missed", "post", "user"]
