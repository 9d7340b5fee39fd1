"""Films whose picture stays untouched and whose sound starts and ends with it."""

import hashlib
import os
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.own_sound import own_sound
from ta_v2a.media.reading.probe import packets, probe
from ta_v2a.media.sound import mixed, resampled
from ta_v2a.media.writing.containers import CONTAINERS
from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.mux import Muxed, mux
from ta_v2a.media.writing.wav import write_wav

RATE = 16_000
ROOT = Path(__file__).resolve().parents[2]


def noisy(count: int, height: int = 48, width: int = 64):
    rng = np.random.default_rng(0)
    return (rng.integers(0, 255, (height, width), dtype=np.uint8) for _ in range(count))


def film(path: Path, count: int = 30, fps: float | Fraction = Fraction(30000, 1001), **more) -> Path:
    return write_film(path, noisy(count), fps, **more)


def packet_list(path: Path) -> list[tuple]:
    """(pts in s, dts in s, key, hidden, payload hash) of every packet of the picture, in file order."""
    with open_media(path) as container:
        stream = container.streams.video[0]

        def seconds(tick: int | None) -> Fraction | None:
            return None if tick is None else tick * stream.time_base

        return [
            (
                seconds(p.pts),
                seconds(p.dts),
                p.is_keyframe,
                p.is_discard,
                hashlib.sha256(bytes(p)).hexdigest(),
            )
            for p in packets(container, stream)
        ]


def clicks(duration_s: float, times_s: list[float]) -> np.ndarray:
    sound = np.zeros(round(duration_s * RATE), np.float32)
    for time_s in times_s:
        at = round(time_s * RATE)
        sound[at - 8 : at + 8] = 0.9 * np.hanning(16)
    return sound


def found_s(sound: np.ndarray, near_s: float, rate_hz: int = 48_000) -> float:
    low = max(0, round((near_s - 0.06) * rate_hz))
    return (low + np.abs(sound[low : low + round(0.12 * rate_hz)]).argmax()) / rate_hz


SAME_FAMILY = [
    (".mp4", "libx264", {}),
    (".m4v", "libx264", {}),
    (".mov", "libx264", {}),
    (".mkv", "libx264", {}),
    (".webm", "libvpx-vp9", {}),
    (".avi", "mpeg4", {}),
]


@pytest.mark.parametrize(("ending", "codec", "more"), SAME_FAMILY)
def test_picture_is_identical_and_sound_is_in_time(tmp_path, ending, codec, more):
    source = film(tmp_path / f"in{ending}", codec=codec, **more)
    clip = probe(source)
    times = [0.05, 0.5, clip.duration_s - 0.05]
    made = mux(source, clicks(clip.duration_s, times), RATE, tmp_path / f"out{ending}")
    assert made.original == "none"
    assert packet_list(made.path) == packet_list(source)
    result = probe(made.path)
    assert result.has_sound and not result.warnings
    assert result.duration_s == pytest.approx(clip.duration_s, abs=0.002)
    heard = own_sound(result)
    for time_s in times:
        assert found_s(heard, time_s) == pytest.approx(time_s, abs=0.002)
    with open_media(made.path) as container:
        stream = container.streams.audio[0]
        frames = list(container.decode(stream))
        frame_s = 1024 / 48000
        assert stream.rate == 48_000
        begins = frames[0].time - result.start_s
        ends = frames[-1].time + frames[-1].samples / 48_000 - result.start_s
        assert -frame_s <= begins <= 0.001
        assert clip.duration_s - 0.002 <= ends <= clip.duration_s + frame_s


@pytest.mark.parametrize(("ending", "start_s"), [(".mp4", 0.5), (".mkv", 0.5), (".mp4", -0.2)])
def test_start_offset_and_edit_list_survive(tmp_path, ending, start_s):
    source = film(tmp_path / "in.mp4", 40, 20, times_s=start_s + np.arange(40) / 20, options={"bf": "2"})
    clip = probe(source)
    made = mux(clip, clicks(clip.duration_s, [0.3, 1.0]), RATE, tmp_path / f"out{ending}")
    result = probe(made.path)
    if ending == ".mp4":
        assert packet_list(made.path) == packet_list(source)
        assert result.start_s == clip.start_s
        assert result.duration_s == clip.duration_s
    heard = own_sound(result)
    for time_s in (0.3, 1.0):
        assert found_s(heard, time_s) == pytest.approx(time_s, abs=0.003)


def test_variable_frame_rate_and_rotation_survive(tmp_path):
    import struct

    source = film(tmp_path / "in.mp4", 5, 25, times_s=[0.0, 0.1, 0.5, 0.55, 1.2])
    data = bytearray(source.read_bytes())
    at = data.index(b"tkhd") + 44
    data[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    source.write_bytes(data)
    clip = probe(source)
    assert clip.rotation == 90
    for ending in (".mp4", ".mov", ".mkv"):
        made = mux(source, np.zeros(1000, np.float32), RATE, tmp_path / f"out{ending}")
        assert probe(made.path).rotation == 90
        assert [p[4] for p in packet_list(made.path)] == [p[4] for p in packet_list(source)]
    assert packet_list(tmp_path / "out.mov") == packet_list(source)


def test_broadcast_streams_start_at_zero(tmp_path):
    source = film(tmp_path / "in.ts", muxer="mpegts", options={"bf": "0"})
    clip = probe(source)
    made = mux(clip, clicks(clip.duration_s, [0.5]), RATE, tmp_path / "out.mp4")
    assert probe(made.path).start_s == pytest.approx(0.0, abs=0.001)
    assert found_s(own_sound(made.path), 0.5) == pytest.approx(0.5, abs=0.003)


def with_sound(tmp_path: Path, ending: str = ".mp4") -> tuple[Path, np.ndarray]:
    source = film(tmp_path / "silent.mp4", 60, 30)
    sound = np.stack([clicks(2.0, [0.5]), clicks(2.0, [1.0])])
    return mux(source, sound, RATE, tmp_path / f"own{ending}").path, sound


def test_replace_mix_keep(tmp_path):
    source, _ = with_sound(tmp_path)
    new = clicks(2.0, [1.5])

    replaced = mux(source, new, RATE, tmp_path / "replace.mp4", original="replace")
    assert replaced == Muxed(tmp_path / "replace.mp4", "aac", "replace")
    heard = own_sound(replaced.path)
    assert np.abs(heard[:60_000]).max() < 0.02 and np.abs(heard).max() > 0.5

    heard = own_sound(mux(source, new, RATE, tmp_path / "mix.mp4", original="mix").path, channels=2)
    assert heard.shape == (2, 96_000)
    assert [
        np.abs(heard[side, round(s * 48e3) - 500 :][:1000]).max() > 0.4
        for side in (0, 1)
        for s in (0.5, 1.0, 1.5)
    ] == [
        True,
        False,
        True,
        False,
        True,
        True,
    ]
    assert found_s(heard[0], 0.5) == pytest.approx(0.5, abs=0.003)

    kept = mux(source, new, RATE, tmp_path / "keep.mp4", original="keep").path
    with open_media(kept) as container, open_media(source) as before:
        assert [stream.codec_context.channels for stream in container.streams.audio] == [1, 2]
        own = [bytes(p) for p in packets(container, container.streams.audio[1])]
        assert own == [bytes(p) for p in packets(before, before.streams.audio[0])]
    assert packet_list(kept) == packet_list(source)


def test_a_mix_holds_its_peaks_and_leaves_the_rest_alone():
    seconds = np.arange(96_000, dtype=np.float32) / 48_000
    new = 0.9 * np.sin(2 * np.pi * 440 * seconds) * (seconds > 1)
    own = np.stack([0.9 * np.sin(2 * np.pi * 440 * seconds), 0.1 * np.sin(2 * np.pi * 300 * seconds)], axis=1)
    out = np.concatenate(
        list(mixed(iter([new[:50_000, None]]), iter([own[:1], own[1:70_000], own[70_000:]])))
    )
    assert out.shape == own.shape
    plain = np.float32(np.sqrt(0.5)) * (own + np.pad(new[:50_000], (0, 46_000))[:, None])
    assert np.abs(plain).max() > 1.2 and np.abs(out).max() <= 10 ** (-1 / 20)
    for stretch in (slice(0, 47_000), slice(51_000, None)):
        np.testing.assert_array_equal(out[stretch], plain[stretch])


def test_what_resampling_takes_past_full_scale_is_clipped_by_the_writers_alone(tmp_path):
    square = np.sign(np.sin(2 * np.pi * 997 * np.arange(RATE) / RATE)).astype(np.float32)
    free = np.concatenate(list(resampled(square, RATE, 48_000, 48_000)))[:, 0]
    assert np.abs(free).max() > 1.1
    np.testing.assert_allclose(
        np.concatenate(list(resampled(3 * square, RATE, 48_000, 48_000)))[:, 0], 3 * free, atol=1e-5
    )
    written = soundfile.read(write_wav(tmp_path / "a.wav", square, RATE))[0]
    np.testing.assert_allclose(written, free.clip(-1, 1), atol=2e-7)
    source = film(tmp_path / "in.mp4")
    heard = own_sound(mux(source, square, RATE, tmp_path / "out.mkv").path)[
        :48_000
    ]  # 24 bits there, which would wrap around
    np.testing.assert_allclose(heard, free.clip(-1, 1)[: len(heard)], atol=2e-7)


def test_same_sound_gives_the_same_bytes_and_pieces_leave_no_trace(tmp_path):
    source = film(tmp_path / "in.mp4")
    rng = np.random.default_rng(1)
    sound = (0.1 * rng.standard_normal((2, 17_000))).astype(np.float32)
    for ending in (".mp4", ".mkv"):
        one = mux(source, sound, RATE, tmp_path / f"one{ending}").path.read_bytes()
        pieces = (sound[:, start : start + 777] for start in range(0, 17_000, 777))
        assert mux(source, pieces, RATE, tmp_path / f"two{ending}").path.read_bytes() == one


@pytest.mark.parametrize("length", [1, 100, 15_999, 16_000, 40_000])
def test_resampling_is_exactly_as_long_as_asked(length):
    sound = np.ones(length, np.float32) * 0.5
    out = np.concatenate(list(resampled(sound, RATE, 48_000, 48_000)))
    assert out.shape == (48_000, 1) and np.abs(out).max() <= 1.0


def test_resampling_keeps_a_sine():
    t = np.arange(RATE) / RATE
    out = np.concatenate(
        list(resampled(np.sin(2 * np.pi * 440 * t).astype(np.float32), RATE, 48_000, 48_000))
    )[:, 0]
    expected = np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)
    assert np.abs(out - expected)[500:-500].max() < 1e-3


def test_wav_is_48_khz_24_bit_and_exact(tmp_path):
    sound = np.stack([clicks(1.0, [0.25]), clicks(1.0, [0.75])])
    path = write_wav(tmp_path / "a.wav", sound, RATE, 1.234)
    info = soundfile.info(path)
    assert (info.samplerate, info.subtype, info.channels, info.frames) == (
        48_000,
        "PCM_24",
        2,
        round(1.234 * 48_000),
    )
    heard = soundfile.read(path)[0]
    assert found_s(heard[:, 1], 0.75) == pytest.approx(0.75, abs=1e-3)
    pieces = write_wav(tmp_path / "b.wav", (sound[:, s : s + 999] for s in range(0, RATE, 999)), RATE, 1.234)
    assert pieces.read_bytes() == path.read_bytes()


def test_malformed_sounds_are_refused(tmp_path):
    source = film(tmp_path / "in.mp4")
    for sound in (
        np.zeros((2, 3, 4), np.float32),
        np.array([0.0, np.nan], np.float32),
        np.zeros((5, 10), np.float32),
    ):
        with pytest.raises(ValueError):
            mux(source, sound, RATE, tmp_path / "out.mp4")
    with pytest.raises(ValueError):
        write_wav(tmp_path / "a.wav", iter([np.zeros(5, np.float32)]), RATE)
    assert sorted(os.listdir(tmp_path)) == ["in.mp4"]


def test_a_gif_is_copied_where_that_is_asked_for(tmp_path):
    source = film(tmp_path / "in.gif", 10, 10, codec="gif", pixel_format="gray", muxer="gif")
    clip = probe(source)
    with pytest.raises(
        UserError, match=r"\.mp4 cannot hold a gif picture unchanged; use \.mov or .*--encode h264"
    ):
        mux(clip, np.zeros(10, np.float32), RATE, tmp_path / "out.mp4")
    made = mux(clip, np.zeros(10, np.float32), RATE, tmp_path / "out.mov")
    assert probe(made.path).duration_s == pytest.approx(clip.duration_s, abs=0.02)


def test_an_old_output_survives_every_failure(tmp_path):
    source = film(tmp_path / "in.mp4")
    out = tmp_path / "out.mp4"
    out.write_bytes(b"old")

    def breaks():
        yield np.zeros(4000, np.float32)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mux(source, breaks(), RATE, out)
    with pytest.raises(KeyboardInterrupt):
        write_wav(out, breaks(), RATE, 1.0)
    assert out.read_bytes() == b"old" and sorted(os.listdir(tmp_path)) == ["in.mp4", "out.mp4"]
    mux(source, np.zeros(10, np.float32), RATE, out)
    assert probe(out).has_sound
    assert os.stat(out).st_mode & 0o777 == os.stat(source).st_mode & 0o777


@pytest.mark.parametrize("named", [False, True])
def test_a_replaced_file_keeps_its_rights_and_its_owner(tmp_path, monkeypatch, named):
    import ta_v2a.media.writing.atomic as atomic

    if named:  # systems without nameless files
        monkeypatch.setattr(atomic, "_nameless", lambda folder: None)
    for name, write in {
        "a.wav": lambda out: write_wav(out, np.zeros(10, np.float32), RATE),
        "a.mp4": lambda out: mux(film(tmp_path / "in.mp4"), np.zeros(10, np.float32), RATE, out),
    }.items():
        out = tmp_path / name
        out.write_bytes(b"old")
        out.chmod(0o600)
        if os.getuid() == 0:
            os.chown(out, 12345, 54321)
        before = os.stat(out)
        write(out)
        after = os.stat(out)
        assert after.st_size > 3 and (after.st_mode, after.st_uid, after.st_gid) == (
            before.st_mode,
            before.st_uid,
            before.st_gid,
        )


def test_a_link_in_a_circle_is_refused(tmp_path):
    for name, target in {"self.mp4": "self.mp4", "a.mp4": "b.mp4", "b.mp4": "a.mp4"}.items():
        (tmp_path / name).symlink_to(tmp_path / target)
    source = film(tmp_path / "in.mp4")
    for name in ("self.mp4", "a.mp4", "b.mp4"):
        with pytest.raises(UserError, match="symbolic link that leads back to itself"):
            mux(source, np.zeros(10, np.float32), RATE, tmp_path / name)
        assert (tmp_path / name).is_symlink()
    (tmp_path / "dangling.mp4").symlink_to(tmp_path / "new.mp4")
    mux(source, np.zeros(10, np.float32), RATE, tmp_path / "dangling.mp4")
    assert (tmp_path / "dangling.mp4").is_symlink() and probe(tmp_path / "new.mp4").has_sound


SCRIPT = """
import resource, signal, sys, os
import numpy as np
from ta_v2a.errors import UserError
from ta_v2a.media.writing.mux import mux
from ta_v2a.media.writing.wav import write_wav
import ta_v2a.media.writing.atomic as atomic
what, source, out, named = sys.argv[1:5]
if named == "named":
    atomic._nameless = lambda folder: None
if what.startswith("full"):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(what[4:]), int(what[4:])))
def sound():
    for _ in range(16):
        yield (0.1 * np.random.default_rng(0).standard_normal(1000)).astype(np.float32)
        if what.isdigit() and _ == 8:
            os.kill(os.getpid(), int(what))
try:
    write_wav(out, sound(), 16000, 1.0) if out.endswith(".wav") else mux(source, sound(), 16000, out)
except UserError as error:
    print(error)
    sys.exit(2)
"""


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60
    )


@pytest.mark.parametrize(
    ("what", "named", "ending"),
    [("full20000", "", ".mp4"), ("full400", "named", ".mp4"), ("full30000", "", ".wav")],
)
def test_a_full_disk_is_one_line_and_leaves_the_old_output(tmp_path, what, named, ending):
    source, out = film(tmp_path / "in.mp4"), tmp_path / f"out{ending}"
    out.write_bytes(b"old")
    ended = run(what, str(source), str(out), named)
    assert ended.returncode == 2, ended.stderr
    said = "not written: the file would be larger than this system or account allows"
    assert said in ended.stdout and len(ended.stdout.splitlines()) == 1 and not ended.stderr
    assert out.read_bytes() == b"old" and sorted(os.listdir(tmp_path)) == sorted(["in.mp4", out.name])


@pytest.mark.parametrize(("number", "named"), [(signal.SIGTERM, "named"), (signal.SIGKILL, "")])
def test_killed_while_writing(tmp_path, number, named):
    source, out = film(tmp_path / "in.mp4"), tmp_path / "out.mp4"
    ended = run(str(int(number)), str(source), str(out), named)
    assert ended.returncode in (128 + number, -number), ended.stderr
    assert os.listdir(tmp_path) == ["in.mp4"]


def test_every_container_is_known_to_ffmpeg():
    import av

    for kept in CONTAINERS.values():
        assert kept.muxer in av.formats_available and kept.encoder in av.codecs_available


@pytest.mark.shared
def test_real_films_keep_their_packets(shared_dir, tmp_path):
    for source in sorted((shared_dir / "real").glob("*/*.mp4"))[::4]:
        clip = probe(source)
        for original in ("replace", "keep"):
            made = mux(clip, np.zeros(100, np.float32), RATE, tmp_path / "out.mp4", original=original)
            assert packet_list(made.path) == packet_list(source)
            assert probe(made.path).duration_s == clip.duration_s
