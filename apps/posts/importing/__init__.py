"""Imports from elsewhere: posts, their authors, categories, tags and comments."""

from apps.posts.importing.wordpress import import_wordpress

__all__ = ["import_wordpress"]
