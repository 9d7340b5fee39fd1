"""Broadcast Waves and the sound of films as asked: read back by libsndfile and by FFmpeg."""

from fractions import Fraction

import av
import numpy as np
import pytest
import soundfile

from ta_v2a.errors import UserError
from ta_v2a.media.loudness import peak_limited, read_loudness
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.writing.broadcast import (
    FULL_SCALE,
    Broadcast,
    Marker,
    exact_samples,
    wave_head,
    whole_numbers,
)
from ta_v2a.media.writing.containers import FilmSound, container_for
from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.marks import mark_in
from ta_v2a.media.writing.mux import fitting, mux, rehearse
from ta_v2a.media.writing.wav import write_wav

NOISE = np.random.default_rng(0).uniform(-0.9, 0.9, 48_000).astype(np.float32)
TOLD = Broadcast(
    start_s=3600.5,
    description="a knock, then rain",
    date="2026-11-28",
    time="09:30:00",
    loudness_lufs=-23.0,
    true_peak_dbtp=-1.5,
    markers=(Marker(0.25, "door slam"), Marker(0.5, "Regen, müde", 0.25)),
)


def film(path, seconds=1.0, **more):
    rng = np.random.default_rng(1)
    pictures = (rng.integers(0, 255, (48, 64), dtype=np.uint8) for _ in range(round(25 * seconds)))
    return write_film(path, pictures, 25, **more)


def numbers(path):
    return soundfile.read(path, dtype="int32", always_2d=True)[0] >> 8


def test_every_24_bit_number_comes_back_from_its_sample():
    every = np.arange(-FULL_SCALE, FULL_SCALE, 37, dtype=np.int32)
    assert (whole_numbers(exact_samples(every)) == every).all()
    assert whole_numbers(np.array([1.5, -1.5, 0.0])).tolist() == [FULL_SCALE - 1, -FULL_SCALE, 0]


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_broadcast_wave_has_the_samples_of_a_plain_one(tmp_path, rate_hz, channels):
    sound = NOISE.reshape(channels, -1)
    plain = write_wav(tmp_path / "plain.wav", sound, 48_000, rate_hz=rate_hz)
    told = write_wav(tmp_path / "told.wav", sound, 48_000, mark="ta-v2a: x", told=TOLD, rate_hz=rate_hz)
    info = soundfile.info(told)
    assert (info.samplerate, info.channels, info.subtype) == (rate_hz, channels, "PCM_24")
    assert info.frames == round(rate_hz / channels) and (numbers(plain) == numbers(told)).all()
    assert mark_in(told) == "ta-v2a: x"


def test_timecode_and_markers_are_read_back_by_libsndfile_and_ffmpeg(tmp_path):
    path = write_wav(tmp_path / "a.wav", NOISE, 48_000, told=TOLD)
    with soundfile.SoundFile(path) as file:
        said = " ".join(file.extra_info.split())
    assert "bext : 638" in said and "Count : 2" in said and "Pos : 12000" in said
    assert "labl : 1 : door slam" in said and "labl : 2 : Regen, müde" in said
    with av.open(str(path)) as container:
        tags = container.metadata
        assert tags["time_reference"] == str(round(3600.5 * 48_000))
        assert tags["comment"] == "a knock, then rain" and tags["encoded_by"] == "ta-v2a"
        assert (tags["date"], tags["creation_time"]) == ("2026-11-28", "09:30:00")
        decoded = np.concatenate([each.to_ndarray().reshape(-1) for each in container.decode(audio=0)])
    assert (decoded >> 8 == numbers(path)[:, 0]).all()
    data = path.read_bytes()
    assert data.count(b"cue ") == 1 and "Regen, müde".encode() in data and data.count(b"ltxt") == 1


def test_a_sound_beyond_four_gigabytes_gets_64_bit_sizes():
    short, long = wave_head(48_000, 2, 48_000), wave_head(96_000, 2, 96_000 * 9000, told=TOLD)
    assert short[:4] == b"RIFF" and long[:4] == b"RF64" and long[12:16] == b"ds64"
    held = int.from_bytes(long[28:36], "little")
    assert held == 96_000 * 9000 * 6 and int.from_bytes(long[20:28], "little") == held + len(long) - 8


@pytest.mark.parametrize(
    ("ending", "asked", "codec"),
    [
        (".mp4", FilmSound("flac"), "flac"),
        (".mp4", FilmSound("aac", 256, 44_100), "aac"),
        (".mp4", FilmSound(rate_hz=96_000), "aac"),
        (".mov", FilmSound("pcm", rate_hz=96_000), "pcm_s24le"),
        (".mkv", FilmSound("pcm"), "pcm_s24le"),
        (".mkv", FilmSound("aac", 96), "aac"),
        (".mkv", FilmSound("opus", 64), "opus"),
        (".mkv", FilmSound(rate_hz=44_100), "flac"),
        (".avi", FilmSound("pcm", rate_hz=44_100), "pcm_s24le"),
    ],
)
def test_films_hold_the_sound_that_was_asked_for(tmp_path, ending, asked, codec):
    source = film(tmp_path / f"in{ending}")
    clip = probe(source)
    made = mux(clip, NOISE, 48_000, tmp_path / f"out{ending}", asked=asked)
    assert made.sound_codec == codec
    with av.open(str(made.path)) as container:
        track = container.streams.audio[0]
        found = track.codec_context.codec.canonical_name
        assert found == codec and track.rate == asked.rate_hz
        frames = list(container.decode(track))
    if codec in ("flac", "pcm_s24le"):
        decoded = np.concatenate([each.to_ndarray().reshape(-1) for each in frames])
        wav = write_wav(tmp_path / "same.wav", NOISE, 48_000, clip.duration_s, rate_hz=asked.rate_hz)
        wanted = numbers(wav)[:, 0]  # an AVI's sound begins with the file, before its first picture
        np.testing.assert_allclose(decoded[-len(wanted) :] >> 8, wanted, atol=1)
    else:
        lasts_s = sum(each.samples for each in frames) / track.rate
        assert lasts_s == pytest.approx(clip.duration_s, abs=0.03)
    assert probe(made.path).duration_s == pytest.approx(clip.duration_s, abs=0.002)


def test_own_sound_is_mixed_at_any_rate(tmp_path):
    source = film(tmp_path / "in.mp4")
    own = mux(source, NOISE, 48_000, tmp_path / "own.mp4").path
    made = mux(own, 0.1 * NOISE, 48_000, tmp_path / "out.mkv", "mix", asked=FilmSound("pcm", rate_hz=96_000))
    with av.open(str(made.path)) as container:
        samples = sum(each.samples for each in container.decode(audio=0))
    assert samples == 96_000


@pytest.mark.parametrize(
    ("name", "asked", "words"),
    [
        ("x.mp4", FilmSound("pcm"), "holds no pcm that players expect there; use .mov or .mkv or .avi"),
        ("x.mkv", FilmSound(kbit=200), "flac is lossless and has no bit rate"),
        ("x.mp4", FilmSound(kbit=5000), "a bit rate is 16 to 512 kbit a second, not 5000"),
        ("x.webm", FilmSound(rate_hz=96_000), "opus knows 48 kHz only"),
    ],
)
def test_sound_that_no_such_film_holds_is_refused_in_one_line(tmp_path, name, asked, words):
    with pytest.raises(UserError, match=words):
        container_for(name, asked)
    with pytest.raises(UserError, match=words):
        rehearse(probe(film(tmp_path / "in.mp4")), tmp_path / name, asked=asked)
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]


def test_without_a_name_the_film_is_one_that_holds_the_sound(tmp_path):
    clip = probe(film(tmp_path / "in.mp4"))
    assert fitting(clip, tmp_path / "x", asked=FilmSound("pcm"))[0].path.suffix == ".mov"
    assert fitting(clip, tmp_path / "x", asked=FilmSound("flac"))[0].path.suffix == ".mp4"
    assert fitting(clip, tmp_path / "x", encode=True, asked=FilmSound("pcm"))[0].path.suffix == ".mov"


def test_loudness_by_name_and_with_a_peak():
    assert read_loudness("ebu") == (-23, -1) and read_loudness("ATSC") == (-24, -2)
    assert read_loudness("-20/-3") == (-20, -3) and read_loudness("none") == (None, -1)
    for text, words in {"loud": "ebu, atsc", "-20/4": "true peak", "-20/x": "true peak"}.items():
        with pytest.raises(UserError, match=words):
            read_loudness(text)


def test_parts_get_the_gain_of_their_sum():
    parts = np.stack([NOISE, 0.7 * np.roll(NOISE, 5), -0.2 * NOISE], axis=1).astype(np.float32)
    mix = parts.sum(axis=1, keepdims=True)
    alone = np.concatenate(list(peak_limited([mix])))
    together = np.concatenate(list(peak_limited([np.hstack([mix, parts])], deciding=1)))
    assert np.abs(alone).max() < 0.9 < np.abs(mix).max()
    assert (together[:, :1] == alone).all()
    np.testing.assert_allclose(together[:, 1:].sum(axis=1), alone[:, 0], atol=1e-6)


def test_a_marker_at_the_very_end_stays_inside():
    head = wave_head(48_000, 1, 100, told=Broadcast(markers=(Marker(5.0, "late", 1.0),)))
    place = int.from_bytes(head[head.index(b"cue ") + 16 : head.index(b"cue ") + 20], "little")
    assert place == 99 and Fraction(place, 48_000) < 5
