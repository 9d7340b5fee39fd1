"""What a server was started with."""

from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20


@dataclass(frozen=True)
class ServerSettings:
    """Where a server keeps things, and what it allows.

    Attributes:
        folder: of clips, jobs and their sounds; one server at a time.
        preset: what makes the sound, for all jobs.
        library: a folder of recordings, or its index, that jobs may ask for; None: there is none.
        workers: processes, each with the preset's weights and one job at a time.
        token: what every request shows; None only where the server listens to this machine alone.
        page: folder of the page shown at `/`; None: there is none.
        most_bytes, longest_s, most_pixels: of one clip; pixels of one picture.
        most_waiting: jobs in the queue; more are refused until some are done.
        most_takes: of one job.
        keep_free_bytes: of the disk; uploads that would leave less are refused.
        idle_s: silence after which an upload is given up.
        tries: of a job whose worker dies on it.
    """

    folder: Path
    preset: str = "mini"
    library: str | None = None
    workers: int = 1
    token: str | None = None
    page: Path | None = None
    most_bytes: int = 2048 * MIB
    longest_s: float = 600.0
    most_pixels: int = 1 << 25
    most_waiting: int = 1000
    most_takes: int = 16
    keep_free_bytes: int = 512 * MIB
    idle_s: float = 30.0
    tries: int = 3
