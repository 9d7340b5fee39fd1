"""WAV files for editors."""

import os
from itertools import chain
from pathlib import Path
from typing import NoReturn

import numpy as np

from ta_v2a.media.sound import DELIVERY_HZ, Sound, picture_samples, resampled
from ta_v2a.media.writing.atomic import output_file, whole_file
from ta_v2a.media.writing.broadcast import Broadcast, wave_head, whole_numbers, write_numbers


def write_wav(
    out_path: str | os.PathLike,
    sound: Sound,
    sample_rate_hz: int,
    duration_s: int | float | None = None,
    *,
    mark: str | None = None,
    replace: bool = True,
    rate_hz: int = DELIVERY_HZ,
    told: Broadcast | None = None,
) -> Path:
    """Write 24-bit PCM, exactly `duration_s` long; a long sound may come as an iterable of pieces.

    Args:
        out_path: the WAV file.
        sound: (samples,) or (channels, samples) float, or an iterable of such pieces (then `duration_s` is
            needed); what lies outside [-1, 1] is clipped.
        sample_rate_hz: of `sound`.
        duration_s: length of the file; default the sound's own.
        mark: the file's comment.
        replace: whether a file of that name may be replaced.
        rate_hz: of the file.
        told: timecode, loudness and markers: the file becomes a Broadcast Wave.

    Returns:
        The file written.

    Raises:
        UserError: the file cannot be written.
        NameTaken: there is a file of that name, and `replace` is off.
        ValueError: the sound is malformed, or an iterable without `duration_s`.
    """
    import soundfile

    if duration_s is None:
        if not isinstance(sound, np.ndarray):
            raise ValueError("pieces of sound need a duration_s")
        duration_s = sound.shape[-1] / sample_rate_hz
    out = output_file(out_path)
    samples = picture_samples(duration_s, rate_hz)
    blocks = resampled(sound, sample_rate_hz, rate_hz, samples)
    first = next(blocks)
    if told is not None:
        head = wave_head(rate_hz, first.shape[1], samples, mark, told)
        with whole_file(out, replace) as temporary:
            write_numbers(temporary, map(whole_numbers, chain([first], blocks)), head)
        return out
    # A WAV's sizes are 32-bit; beyond 4 GiB the RF64 form of EBU Tech 3306 takes over.
    form = "RF64" if samples * first.shape[1] * 3 >= (1 << 32) - 4096 else "WAV"
    with whole_file(out, replace) as temporary:
        try:
            with soundfile.SoundFile(
                temporary, "w", rate_hz, first.shape[1], subtype="PCM_24", format=form
            ) as file:
                if mark is not None:
                    file.comment = mark
                for block in chain([first], blocks):
                    file.write(block.clip(-1.0, 1.0))
        except soundfile.SoundFileError:
            _fail(temporary)
        # libsndfile reports a full disk only sometimes: the file's size does not lie.
        if os.stat(temporary).st_size < samples * first.shape[1] * 3:
            _fail(temporary)
    return out


def _fail(path: str) -> NoReturn:
    """libsndfile does not say why it failed: the same file is asked for more room.

    Raises:
        OSError: always.
    """
    import errno

    with open(path, "ab", buffering=0) as file:
        file.write(bytes(1 << 16))
        os.fsync(file.fileno())
    raise OSError(errno.ENOSPC, "the disk is full")
