"""What is read of a film: times, shape, names, sound tracks."""

import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from grey_films import greys

from ta_v2a.errors import UserError
from ta_v2a.media.reading.frames import colour_frames, luma_pictures
from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.own_sound import own_sound
from ta_v2a.media.reading.probe import Clip, SoundTrack, packets, probe
from ta_v2a.media.writing.film import write_film


def test_a_clip_survives_json(tmp_path):
    path = write_film(tmp_path / "a.mp4", greys(10), Fraction(30000, 1001))
    clip = replace(
        probe(path),
        sound_tracks=(SoundTrack(1, "aac", True, 2, 48_000),),
        warnings=("one",),
        rebuilt_ticks=((0, -1),),
    )
    assert Clip.from_json(clip.as_json()) == clip


@pytest.mark.parametrize("muxer", ["h264", "hevc"])
def test_times_of_a_bare_stream_are_rebuilt(tmp_path, muxer):
    codec = {"h264": "libx264", "hevc": "libx265"}[muxer]
    options = (
        {"bf": "3", "g": "40"} if muxer == "h264" else {"x265-params": "log-level=none:pools=1:keyint=40"}
    )
    timed = write_film(tmp_path / "a.mp4", greys(200), 30, codec=codec, options=options)
    bare = write_film(tmp_path / f"a.{muxer}", greys(200), 30, codec=codec, options=options, muxer=muxer)
    clip, true = probe(bare), probe(timed)
    assert true.timed and not true.rebuilt_ticks
    assert not clip.timed and clip.fps == pytest.approx(30)
    with open_media(timed) as container:
        stream = container.streams.video[0]
        expected = [packet.pts * stream.time_base for packet in packets(container, stream)]
    assert [pts * clip.time_base for pts, _ in clip.rebuilt_ticks] == expected
    decoding = [dts for _, dts in clip.rebuilt_ticks]
    assert all(dts <= pts for pts, dts in clip.rebuilt_ticks) and len(set(np.diff(decoding))) == 1
    # Late times are not reached by a seek that leads nobody knows where.
    times = [0.1, 5.0, 6.5]
    assert np.abs(luma_pictures(clip, times).astype(int) - luma_pictures(true, times)).max() <= 2
    assert np.array_equal(luma_pictures(clip, [6.5]), luma_pictures(clip, times)[2:])


def test_pixel_aspect_is_the_containers(tmp_path):
    import av

    for name, codec in (("a.mov", "mpeg4"), ("a.mp4", "libx264"), ("a.mkv", "libx264")):
        path = tmp_path / name
        with av.open(str(path), "w") as target:
            stream = target.add_stream(codec, rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
            for picture in greys(5):
                target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
            target.mux(stream.encode(None))
        clip = probe(path)
        assert (clip.pixel_aspect, clip.width, clip.height) == (Fraction(4, 3), 85, 48)
        assert colour_frames(clip, [0.0], 48).shape == (1, 48, 85, 3)
    data = bytearray((tmp_path / "a.mp4").read_bytes())
    at = data.index(b"pasp") + 4
    assert struct.unpack(">II", data[at : at + 8]) == (4, 3)
    data[at : at + 8] = struct.pack(">II", 2, 1)  # now container and codec disagree
    (tmp_path / "b.mp4").write_bytes(data)
    assert probe(tmp_path / "b.mp4").pixel_aspect == 2


def test_animated_webp_is_called_by_its_name(tmp_path):
    frame = b"ANMF" + struct.pack("<I", 16) + bytes(16)
    body = (
        b"WEBP"
        + b"VP8X"
        + struct.pack("<I", 10)
        + b"\x02"
        + bytes(9)
        + b"ANIM"
        + struct.pack("<I", 6)
        + bytes(6)
        + frame
    )
    for name in ("a.webp", "a.mp4"):
        (tmp_path / name).write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
        with pytest.raises(UserError, match="is an animated WebP, which cannot be read"):
            probe(tmp_path / name)


def film_with_sound(
    path: Path, sounds: list[tuple[str, int, str]], codec: str = "pcm_s16le", tag: bytes | None = None
) -> Path:
    """A second of film; its sound track's packets are raw PCM written as they are."""
    import av

    with av.open(str(path), "w") as target:
        picture = target.add_stream("mpeg4", rate=25)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = target.add_stream(codec, rate=sounds[0][1], layout=sounds[0][2])
        for index, grey in enumerate(greys(25)):
            frame = av.VideoFrame.from_ndarray(grey, format="gray")
            frame.pts = index
            target.mux(picture.encode(frame))
        target.mux(picture.encode(None))
        for fmt, rate_hz, layout in sounds:
            channels = 1 if layout == "mono" else 2
            frame = av.AudioFrame.from_ndarray(
                np.full((1, rate_hz // 2 * channels), 8000, np.int16), format=fmt, layout=layout
            )
            frame.sample_rate = rate_hz
            target.mux(sound.encode(frame))
        target.mux(sound.encode(None))
    if tag is not None:
        data = path.read_bytes()
        assert data.count(tag) == 1
        path.write_bytes(data.replace(tag, b"zzzz"))
    return path


def test_sound_tracks_are_told_decodable_or_not(tmp_path):
    clip = probe(film_with_sound(tmp_path / "a.mov", [("s16", 48_000, "stereo")]))
    assert clip.sound_tracks == (SoundTrack(1, "pcm_s16le", True, 2, 48_000),)
    assert clip.has_sound and clip.own_sound_index == 1
    clip = probe(film_with_sound(tmp_path / "b.mov", [("s16", 48_000, "stereo")], tag=b"sowt"))
    assert [track.decodable for track in clip.sound_tracks] == [False]
    assert clip.has_sound and clip.own_sound_index is None
    with pytest.raises(UserError, match=r"its own sound cannot be decoded \(codec unknown\)"):
        own_sound(clip)


def test_sound_that_changes_its_form_midway_is_read(tmp_path):
    """MPEG-TS carries MP2 frames as they come: the rate and the channels may change."""
    import av

    path = tmp_path / "a.ts"
    with av.open(str(path), "w", format="mpegts") as target:
        picture = target.add_stream("mpeg2video", rate=25)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = target.add_stream("mp2", rate=48_000, layout="stereo")
        for grey in greys(50):
            target.mux(picture.encode(av.VideoFrame.from_ndarray(grey, format="gray")))
        target.mux(picture.encode(None))
        start = Fraction(0)
        for rate_hz, layout, level in ((48_000, "stereo", 8000), (32_000, "mono", -8000)):
            coder = av.CodecContext.create("mp2", "w")
            coder.sample_rate, coder.layout, coder.format, coder.time_base = (
                rate_hz,
                layout,
                "s16",
                Fraction(1, rate_hz),
            )
            wave = level * np.sign(
                np.sin(np.arange(rate_hz) * 2 * np.pi * (200 if level > 0 else 400) / rate_hz)
            )
            for at in range(0, rate_hz - 1151, 1152):
                block = np.repeat(wave[at : at + 1152], 2 if layout == "stereo" else 1).astype(np.int16)[None]
                frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
                frame.sample_rate, frame.pts, frame.time_base = rate_hz, at, Fraction(1, rate_hz)
                for coded in coder.encode(frame):
                    packet = av.Packet(bytes(coded))
                    packet.stream, packet.time_base = sound, Fraction(1, 90_000)
                    packet.pts = packet.dts = round((start + Fraction(at, rate_hz)) * 90_000)
                    target.mux(packet)
            start += 1
    for channels in (1, 2):
        heard = own_sound(probe(path), 48_000, channels)
        heard = heard if channels == 1 else heard[0]
        for second, pitch_hz in ((0, 200), (1, 400)):
            stretch = heard[second * 48_000 + 9600 :][:28_800]
            assert abs(np.fft.rfft(stretch)[1:]).argmax() + 1 == pytest.approx(
                pitch_hz * 28_800 / 48_000, abs=1
            )
