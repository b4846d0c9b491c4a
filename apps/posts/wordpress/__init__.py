"""Reading a WordPress export (WXR): the file, its records, and its HTML as Markdown.

Nothing here knows a model: `apps.posts.importing` writes what this reads.
"""
