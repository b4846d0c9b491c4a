"""Which of the two kinds of progress a command prints."""

from .progress import Progress


def progress_on(stream, verbosity: int) -> Progress:
    """For a command's `stdout`: with bars where somebody watches."""
    if stream.isatty():
        # Rich is not needed for a log.
        from .terminal import Bars

        return Bars(stream._out, verbosity)

    def write(text: str) -> None:
        stream.write(text, ending="")
        stream.flush()

    return Progress(write, verbosity)
