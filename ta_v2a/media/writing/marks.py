"""How this program knows the files it made: a WAV's comment, or the name of a film's first sound track, says of which clip."""

import os
from pathlib import Path

from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import open_media, shown_name
from ta_v2a.media.reading.probe import Clip

_MAKER = "ta-v2a: "


def mark_of(clip: Clip) -> str:
    """The mark of files made of a clip."""
    return _MAKER + shown_name(clip.path.name)


def mark_in(path: str | os.PathLike) -> str | None:
    """The mark in a WAV or a film; None for every other file."""
    import soundfile

    try:
        if Path(path).suffix.lower() == ".wav":
            with soundfile.SoundFile(path) as file:
                said = [file.comment]
        else:
            with open_media(path) as container:
                tags = {key.lower(): value for track in container.streams.audio[:1] for key, value in track.metadata.items()}
                said = [tags.get("title", ""), tags.get("handler_name", "")]
    except (soundfile.SoundFileError, UserError, OSError):
        return None
    return next((text for text in said if text.startswith(_MAKER)), None)
