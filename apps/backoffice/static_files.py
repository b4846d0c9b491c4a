from functools import cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Works out each file's address once: the manifest is read when the process starts, and a page
    asks for fifteen addresses.
    """

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.url = cache(super().url)
