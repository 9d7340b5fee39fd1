"""Sound beside an untouched picture: the picture's packets are copied, never decoded and encoded
again unless that is asked for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import open_media, shown_name
from ta_v2a.media.reading.probe import Clip, probe
from ta_v2a.media.sound import Sound
from ta_v2a.media.writing.atomic import output_file, scratch_file, whole_file
from ta_v2a.media.writing.containers import (
    CONTAINERS,
    USUAL_SOUND,
    FilmSound,
    NoSuchSound,
    container_for,
)
from ta_v2a.media.writing.one_film import FilmToWrite, write_opened, write_order
from ta_v2a.media.writing.sound_track import check_mixable, sound_for
from ta_v2a.media.writing.tracks import (
    NOTHING_FURTHER,
    Further,
    NoPlace,
    OwnSound,
    further_tracks,
)
from ta_v2a.media.writing.written import Unfaithful

Original = Literal["replace", "mix", "keep"]
ORIGINALS: tuple[Original, ...] = ("replace", "mix", "keep")
_HOLDS_H264 = (".mp4", ".m4v", ".mov", ".mkv")
# Pictures of web pages: films in these codecs play hardly anywhere, whatever container they are in.
_PLAYS_NOWHERE = {"gif", "apng", "webp"}


@dataclass(frozen=True)
class Muxed:
    """What was written.

    Attributes:
        path: the file.
        sound_codec: FFmpeg's name of the new sound's codec.
        original: what became of the clip's own sound ("none" if it had none).
        picture: "copied", or the codec that it was encoded with anew.
        left_out: what the clip has and the film has not, in words.
        further: the clip's other tracks, those that go along and those that do not.
    """

    path: Path
    sound_codec: str
    original: str
    picture: str = "copied"
    left_out: tuple[str, ...] = ()
    further: Further = NOTHING_FURTHER


def _rehearsed(order: FilmToWrite, out: Path) -> tuple[Further, tuple[str, ...]]:
    """(further tracks that go along, all that is left out), from writing the film without
    its sound to the disk of `out`.

    The clip is opened once: opening alone may take long.

    Raises:
        UserError: this container cannot hold this clip, or the disk is full.
    """
    with open_media(order.clip.path) as source:
        further = further_tracks(source, order.clip, order.kept, order.keep_sound)
        if order.encode:
            return further, further.left_out
        try:
            with scratch_file(out) as path:
                return further, write_opened(source, order, path, further, None)
        except (Unfaithful, NoPlace):
            if not further.indices:
                raise
    further = further.sound_only()
    with scratch_file(out) as path:
        return further, write_order(order, path, further, None)


def _film(order: FilmToWrite, out: Path, original: Original) -> Muxed:
    """What the film will be, by rehearsal.

    Raises:
        UserError: as `_rehearsed`, or the clip's own sound cannot be mixed in.
    """
    if original == "mix" and order.clip.has_sound:
        check_mixable(order.clip)
    further, missing = _rehearsed(order, out)
    return _muxed(order, out, original, missing, further)


def _order(
    clip: Clip, out_path: str | os.PathLike, original: Original, encode: bool, asked: FilmSound
) -> FilmToWrite:
    kept = container_for(out_path, asked)
    return FilmToWrite(clip, out_path, kept, original == "keep" and clip.has_sound, encode)


def _advice(order: FilmToWrite, out: Path) -> str:
    """What else the user can do: the endings whose containers hold the clip, found by trying."""
    fits: list[str] = []
    tried: dict[str, bool] = {order.kept.muxer: False}
    for ending, kept in CONTAINERS.items():
        if kept.muxer not in tried:
            try:
                _rehearsed(
                    FilmToWrite(order.clip, out.with_suffix(ending), kept, order.keep_sound, False), out
                )
                tried[kept.muxer] = True
            except (Unfaithful, NoPlace, OwnSound):
                tried[kept.muxer] = False
        fits += [ending] * tried[kept.muxer]
    use = f"use {' or '.join(fits)}, or encode it anew" if fits else "encode it anew"
    return f"{use} (--encode h264, into {' '.join(_HOLDS_H264)})"


@contextmanager
def _advising(order: FilmToWrite, out: Path) -> Iterator[None]:
    """What a container refuses becomes one line that says what else can be done."""
    try:
        yield
    except (Unfaithful, NoPlace) as error:
        raise UserError(f"{shown_name(order.name)}: {order.ending} {error}; {_advice(order, out)}") from None
    except OwnSound as error:
        raise UserError(f"{shown_name(order.name)}: {order.ending} {error}") from None


def rehearse(
    clip: Clip,
    out_path: str | os.PathLike,
    original: Original = "replace",
    encode: bool = False,
    asked: FilmSound = USUAL_SOUND,
) -> Muxed:
    """What `mux` would write, found by writing it without its sound and reading it
    again; call it before long work.

    Raises:
        UserError: as `output_file`; the ending names no container, or one that cannot hold
            this clip; or the disk is full.
    """
    order = _order(clip, out_path, original, encode, asked)
    out = output_file(out_path, clip.path)
    if encode and order.ending not in _HOLDS_H264:
        raise UserError(
            f"{shown_name(out_path)}: pictures encoded anew go into {' '.join(_HOLDS_H264)}, not "
            f"{order.ending}"
        )
    with _advising(order, out):
        return _film(order, out, original)


def _muxed(
    order: FilmToWrite, out: Path, original: Original, missing: tuple[str, ...], further: Further
) -> Muxed:
    codec = order.kept.encoder.removeprefix("lib")
    done = original if order.clip.has_sound else "none"
    return Muxed(out, codec, done, "h264" if order.encode else "copied", missing, further)


def fitting(
    clip: Clip,
    stem: Path,
    original: Original = "replace",
    encode: bool = False,
    asked: FilmSound = USUAL_SOUND,
) -> tuple[Muxed, str]:
    """(a film beside `stem` that holds the clip, why its picture is encoded anew without having been asked).

    The clip's own container where that works, else the first of `CONTAINERS` that takes the picture as it
    is. H.264 in .mp4 where none does, and for pictures that hardly any player shows. "Why" is empty where
    nothing speaks against a copy.

    Raises:
        UserError: the disk is full, or refuses the file; or the clip's own sound cannot go along.
    """
    own, why = clip.path.suffix.lower(), ""
    if not encode and clip.codec in _PLAYS_NOWHERE:
        why = f"hardly any player shows a film in {clip.codec}"
    elif not encode:
        for ending in dict.fromkeys([own] * (own in CONTAINERS) + [*CONTAINERS]):
            out = stem.with_name(stem.name + ending)
            try:
                return _film(_order(clip, out, original, False, asked), out, original), ""
            except (Unfaithful, NoPlace, OwnSound, NoSuchSound):
                continue
        why = "no container holds this picture unchanged"
    endings = [own] * (encode and own in _HOLDS_H264) + [".mp4", ".mov", ".mkv"]
    out = stem.with_name(stem.name + next((each for each in endings if _holds(each, asked)), ".mp4"))
    order = _order(clip, out, original, True, asked)
    with _advising(order, out):
        return _film(order, out, original), why


def _holds(ending: str, asked: FilmSound) -> bool:
    try:
        container_for(f"film{ending}", asked)
    except NoSuchSound:
        return False
    return True


def mux(
    video_path: Clip | str | os.PathLike,
    sound: Sound,
    sample_rate_hz: int,
    out_path: str | os.PathLike,
    original: Original = "replace",
    *,
    encode: bool = False,
    replace: bool = True,
    further: Further | None = None,
    asked: FilmSound = USUAL_SOUND,
) -> Muxed:
    """Write a film: the clip's picture, packet for packet, and `sound`, which starts with
    the picture and lasts as long.

    Args:
        video_path: the clip, or what `probe` said of it.
        sound: (samples,) or (channels, samples) float, one or two channels, or an iterable of such pieces;
            what lies outside [-1, 1] is clipped.
        sample_rate_hz: of `sound`; the file gets `asked.rate_hz`.
        out_path: its ending names the container (see `CONTAINERS`). Appears whole or not at all, and only if
            it can be read again and shows the clip's pictures when the clip does.
        original: the clip's own sound is dropped ("replace"), added to the new sound at equal weight ("mix"),
            or copied as further tracks behind the new one ("keep").
        encode: encode the picture anew, as H.264.
        replace: whether a file of that name may be replaced.
        further: what `rehearse` or `fitting` found of the clip's other tracks; None finds it out.
        asked: codec, bit rate and sample rate of the film's sound.

    Returns:
        What was written.

    Raises:
        UserError: the clip or the output is unusable, the container cannot hold
            the tracks, or the disk is full.
        NameTaken: there is a file of that name, and `replace` is off.
        ValueError: a malformed sound or an unknown `original`.
    """
    if original not in ORIGINALS:
        raise ValueError(f"original is one of {', '.join(ORIGINALS)}, not {original!r}")
    clip = video_path if isinstance(video_path, Clip) else probe(video_path)
    order = _order(clip, out_path, original, encode, asked)
    out = output_file(out_path, clip.path)
    mix = original == "mix" and clip.has_sound
    channels, blocks = sound_for(clip, sound, sample_rate_hz, mix, asked.rate_hz)
    with _advising(order, out):
        if further is None:
            further, _ = _rehearsed(order, out)
        with whole_file(out, replace) as temporary:
            missing = write_order(order, temporary, further, (channels, blocks))
    return _muxed(order, out, original, missing, further)
