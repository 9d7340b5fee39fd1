"""When a clip begins by its own word: timecode and date."""

from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.probe import Clip


def told_start(clip: Clip) -> tuple[str | None, str | None]:
    """(timecode of the first picture, such as "01:00:00:00"; when it was made, such as
    "2026-11-28T09:30:00Z") as the film's tags say; None where they do not."""
    with open_media(clip.path) as container:
        own = container.streams[clip.stream_index]
        tags = [own.metadata, *(each.metadata for each in container.streams), container.metadata]
        timecode, made = (
            next((each[name] for each in tags if each.get(name)), None)
            for name in ("timecode", "creation_time")
        )
        return timecode, made
