import os
import secrets
from pathlib import Path


def kept_in(file: Path) -> str:
    """The key in the file, made at the first call; sessions outlive a restart by it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            # Of two processes starting at once the second finds the first's key.
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text().strip()
