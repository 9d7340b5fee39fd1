"""What a film keeps of its clip beside the picture, what it says that it leaves out,
and what it is refused for."""

import io
import os
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.probe import packets, probe
from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.mux import fitting, mux, rehearse

SOUND = np.zeros(1000, np.float32)


def noisy(count: int, height: int = 48, width: int = 64):
    rng = np.random.default_rng(0)
    return (rng.integers(0, 255, (height, width), dtype=np.uint8) for _ in range(count))


def film(path: Path, count: int = 20, fps: int = 20, **more) -> Path:
    return write_film(path, noisy(count), fps, **more)


def dressed(
    path: Path, source: Path, dress=None, aspect: Fraction | None = None, tags=None, **options
) -> Path:
    """A copy of `source` with what `dress(target)` adds: it returns packets to write before the picture's."""
    with av.open(str(source)) as before, av.open(str(path), "w", container_options=options) as target:
        template = before.streams.video[0]
        stream = target.add_stream_from_template(template, opaque=True)
        stream.codec_context.framerate = template.average_rate
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        target.metadata.update(tags or {})
        ahead = dress(target, stream) if dress else []
        target.start_encoding()
        for packet in ahead:
            target.mux(packet)
        for packet in before.demux(template):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    return path


def added(target, codec: str, data: bytes, **tags):
    """One packet of a track that lasts half a second."""
    stream = target.add_mux_stream(codec, time_base=Fraction(1, 1000))
    stream.metadata.update(tags)
    packet = av.Packet(data)
    packet.pts = packet.dts = 100
    packet.duration, packet.time_base, packet.stream = 500, Fraction(1, 1000), stream
    return packet


@pytest.mark.parametrize("into", [".mp4", ".m4v", ".mov", ".mkv"])
@pytest.mark.parametrize("aspect", [Fraction(4, 3), Fraction(3, 4)])
def test_the_shape_of_pixels_survives(tmp_path, into, aspect):
    clip = probe(dressed(tmp_path / "in.mp4", film(tmp_path / "square.mp4"), aspect=aspect))
    made = probe(mux(clip, SOUND, 16_000, tmp_path / f"out{into}").path)
    assert (clip.width, clip.height) != (64, 48)
    assert made.width / made.height == pytest.approx(clip.width / clip.height, abs=0.02)
    with open_media(tmp_path / f"out{into}") as container:
        assert float(container.streams.video[0].sample_aspect_ratio) == pytest.approx(float(aspect), abs=0.02)


def test_a_shape_that_the_container_cannot_tell_is_refused_before_the_work(tmp_path):
    clip = probe(
        dressed(
            tmp_path / "in.mov",
            film(tmp_path / "a.mov", codec="prores_ks", pixel_format="yuv422p10le"),
            aspect=Fraction(4, 3),
        )
    )
    plain = film(tmp_path / "b.avi", codec="mpeg4")
    assert rehearse(probe(plain), tmp_path / "out.avi").left_out == ()
    wide = probe(
        dressed(
            tmp_path / "wide.mp4",
            film(tmp_path / "m.mp4", codec="mjpeg", pixel_format="yuvj420p"),
            aspect=Fraction(4, 3),
        )
    )
    with pytest.raises(
        UserError, match=r"picture of 85 x 48 would be shown as 64 x 48; use \.mp4 or \.m4v or \.mov or \.mkv"
    ):
        rehearse(wide, tmp_path / "out.avi")
    assert probe(mux(clip, SOUND, 16_000, tmp_path / "out.mov").path).width == 85


TAGS = {
    "title": "Tür",
    "comment": "C",
    "prompt": '{"3": 42}',
    "workflow": '{"nodes": [1]}',
    "com.apple.place": "+01.0+002.0/",
}


@pytest.mark.parametrize("into", [".mp4", ".mov", ".mkv"])
def test_every_tag_survives(tmp_path, into):
    source = dressed(tmp_path / "in.mp4", film(tmp_path / "a.mp4"), tags=TAGS, movflags="use_metadata_tags")
    made = mux(source, SOUND, 16_000, tmp_path / f"out{into}")
    assert made.left_out == ()
    with open_media(made.path) as container:
        found = {key.lower(): value for key, value in container.metadata.items()}
    assert TAGS.items() <= found.items()


@pytest.mark.parametrize("into", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("title", ["", "T", "Eleven char", "T" * 70_000])
def test_titles_of_every_length_survive_beside_a_tag_without_a_place(tmp_path, into, title):
    tags = {"title": title, "workflow": "{}"}
    source = dressed(tmp_path / "in.mp4", film(tmp_path / "a.mp4"), tags=tags, movflags="use_metadata_tags")
    made = mux(source, SOUND, 16_000, tmp_path / f"out{into}")
    with open_media(made.path) as container:
        found = {key.lower(): value for key, value in container.metadata.items()}
    assert made.left_out == () and (found.get("title", ""), found["workflow"]) == (title, "{}")


def boxes(data: bytes, *names: bytes) -> list[tuple[bytes, bytes]]:
    """(name, content) of the boxes below a path of boxes in an MP4."""
    found, at = [], 0
    while at + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        found.append((name, data[at + 8 : at + size]))
        at += size
    if not names:
        return found
    inner = dict(found)[names[0]]
    return boxes(inner[4:] if names[0] == b"meta" else inner, *names[1:])


@pytest.mark.parametrize("tags", [TAGS, {"title": "Tür", "comment": "C"}, {"prompt": "{}"}])
def test_mp4_keeps_its_usual_tags_where_players_look(tmp_path, tags):
    source = dressed(tmp_path / "in.mp4", film(tmp_path / "a.mp4"), tags=tags, movflags="use_metadata_tags")
    data = mux(source, SOUND, 16_000, tmp_path / "out.mp4").path.read_bytes()
    items = dict(boxes(data, b"moov", b"udta", b"meta", b"ilst"))
    for name, key in ((b"\xa9nam", "title"), (b"\xa9cmt", "comment")):
        assert (items[name][16:].decode() == tags[key]) if key in tags else name not in items
    named = b"".join(content for name, content in boxes(data, b"moov", b"udta", b"meta") if name == b"keys")
    assert (b"prompt" in named) == ("prompt" in tags)
    mov = mux(source, SOUND, 16_000, tmp_path / "out.mov").path.read_bytes()
    texts = dict(boxes(mov, b"moov", b"udta"))
    assert texts[b"\xa9nam"][4:].decode() == "Tür" if "title" in tags else b"\xa9nam" not in texts


def test_tags_that_have_no_place_are_named(tmp_path):
    source = dressed(tmp_path / "in.mkv", film(tmp_path / "a.avi", codec="mpeg4"), tags=TAGS)
    made = mux(source, SOUND, 16_000, tmp_path / "out.avi")
    assert len(made.left_out) == 1 and made.left_out[0].startswith("tags (")
    assert {"PROMPT", "WORKFLOW"} <= set(made.left_out[0][6:-1].split(", ")) and "TITLE" not in made.left_out[
        0
    ]


@pytest.mark.parametrize("original", ["replace", "keep"])
def test_subtitles_covers_and_attachments_are_copied_or_named(tmp_path, original):
    plain = film(tmp_path / "a.mp4")

    def matroska(target, _):
        target.add_attachment("font.ttf", "font/ttf", b"\0\1" * 50)
        return [added(target, "subrip", b"Hello", language="eng")]

    def mp4(target, _):
        return [added(target, "mov_text", b"\0\5Hello", language="eng")]

    mkv, mp = dressed(tmp_path / "in.mkv", plain, matroska), dressed(tmp_path / "in.mp4", plain, mp4)
    table = {
        (mkv, ".mkv"): (["attachment", "subtitle"], ()),
        (mkv, ".mp4"): ([], ("attachment font.ttf", "subtitle track (subrip, eng)")),
        (mp, ".mov"): (["subtitle"], ()),
        (mp, ".mkv"): ([], ("subtitle track (mov_text, eng)",)),
    }
    for (source, into), (kept, left_out) in table.items():
        made = mux(source, SOUND, 16_000, tmp_path / f"out{into}", original=original)
        with open_media(made.path) as container:
            kinds = sorted(
                stream.type for stream in container.streams if stream.type not in ("audio", "video")
            )
            texts = [
                bytes(p)
                for s in container.streams.subtitles
                for p in packets(container, s)
                if b"Hello" in bytes(p)
            ]
        assert kinds == kept and sorted(made.left_out) == sorted(left_out)
        assert len(texts) == kept.count("subtitle")
        assert rehearse(probe(source), made.path, original).left_out == made.left_out


@pytest.mark.parametrize(("into", "kept"), [(".mp4", True), (".mkv", True), (".mov", False)])
def test_a_cover_picture_goes_along(tmp_path, into, kept):
    cover = io.BytesIO()
    with av.open(cover, "w", format="mjpeg") as target:
        stream = target.add_stream("mjpeg", width=64, height=48, pix_fmt="yuvj420p")
        target.mux(
            stream.encode(av.VideoFrame.from_ndarray(next(noisy(1)), "gray").reformat(format="yuvj420p"))
        )
        target.mux(stream.encode(None))

    def dress(target, _):
        target.add_attachment("cover.jpg", "image/jpeg", cover.getvalue())
        return []

    made = mux(
        dressed(tmp_path / "in.mkv", film(tmp_path / "a.mp4"), dress), SOUND, 16_000, tmp_path / f"out{into}"
    )
    assert made.left_out == (() if kept else ("attachment cover.jpg",))
    with open_media(made.path) as container:
        covers = [stream for stream in container.streams.video if stream.disposition & 1024]
        assert len(covers) == kept and len(container.streams.video) == 1 + kept
        assert not kept or bytes(next(packets(container, covers[0]))) == cover.getvalue()


def test_further_picture_tracks_and_chapters_go_along(tmp_path):
    plain = film(tmp_path / "a.mp4")
    rest: list[av.Packet] = []

    def dress(target, stream):
        with av.open(str(plain)) as again:
            other = target.add_stream_from_template(stream, opaque=True)
            for packet in again.demux(again.streams.video[0]):
                if packet.size:
                    packet.stream = other
                    rest.append(packet)
        target.set_chapters(
            [{"id": 1, "start": 0, "end": 500, "time_base": Fraction(1, 1000), "metadata": {"title": "One"}}]
        )
        return rest

    source = dressed(tmp_path / "in.mkv", plain, dress)
    for into in (".mp4", ".mkv"):
        made = mux(source, SOUND, 16_000, tmp_path / f"out{into}")
        with open_media(made.path) as container:
            assert len(container.streams.video) == 2 and made.left_out == ()
            assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["One"]
        again = mux(
            made.path, SOUND, 16_000, tmp_path / f"again{into}"
        )  # MP4's own text track of chapters is no track
        with open_media(again.path) as container:
            assert len(container.chapters()) == 1 and again.left_out == ()


@pytest.mark.parametrize(("into", "codec"), [(".mov", "prores_ks"), (".mp4", "libx264"), (".mov", "libx264")])
def test_the_timecode_survives(tmp_path, into, codec):
    def dress(_, stream):
        stream.metadata["timecode"] = "01:00:00:00"
        return []

    pixels = "yuv422p10le" if codec == "prores_ks" else "yuv420p"
    source = dressed(
        tmp_path / "in.mov", film(tmp_path / "a.mov", 25, 25, codec=codec, pixel_format=pixels), dress
    )
    made = mux(source, SOUND, 16_000, tmp_path / f"out{into}")
    with open_media(made.path) as container:
        assert container.streams.video[0].metadata["timecode"] == "01:00:00:00"
        assert [stream.type for stream in container.streams].count("data") == 1
    assert made.left_out == ()


OLD = {
    "msmpeg4v3": ("in.avi", {"codec": "msmpeg4"}, ".avi", {".avi", ".mkv", ".mov"}),
    "wmv2": ("in.asf", {"codec": "wmv2", "muxer": "asf"}, ".mkv", {".avi", ".mkv"}),
    "flv1": ("in.flv", {"codec": "flv", "muxer": "flv"}, ".mkv", {".avi", ".mkv"}),
    "vp8": ("in.webm", {"codec": "libvpx"}, ".webm", {".webm", ".mkv", ".avi"}),
    "mjpeg": (
        "in.nut",
        {"codec": "mjpeg", "pixel_format": "yuvj420p", "muxer": "nut"},
        ".mp4",
        {".mp4", ".mov", ".mkv", ".avi"},
    ),
    "utvideo": ("in.avi", {"codec": "utvideo"}, ".avi", {".avi", ".mkv"}),
    "rawvideo": ("in.avi", {"codec": "rawvideo"}, ".avi", {".avi", ".mkv"}),
}


@pytest.mark.parametrize("codec", OLD)
def test_old_codecs_find_every_container_that_holds_them(tmp_path, codec):
    name, more, chosen, holding = OLD[codec]
    clip = probe(film(tmp_path / name, **more))
    planned, why = fitting(clip, tmp_path / "x")
    assert (clip.codec, planned.path.suffix, why) == (codec, chosen, "")
    for into in (".mp4", ".mov", ".mkv", ".webm", ".avi"):
        if into in holding:
            made = probe(mux(clip, SOUND, 16_000, tmp_path / f"out{into}").path)
            assert (made.codec, made.frames) == (codec, 20) and made.duration_s == pytest.approx(
                1.0, abs=0.002
            )
        else:
            with pytest.raises(UserError, match=f"{into} cannot hold .*; use .*{chosen}"):
                rehearse(clip, tmp_path / f"out{into}")
    assert sorted(os.listdir(tmp_path)) == sorted([name, *(f"out{into}" for into in holding)])


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "into"),
    [
        ("in.mov", "prores_ks", "yuva444p10le", ".mkv"),
        ("in.mov", "rawvideo", "yuyv422", ".avi"),
        ("in.avi", "rawvideo", "yuv420p", ".mkv"),
        ("in.avi", "utvideo", "yuv422p", ".avi"),
    ],
)
def test_a_codecs_own_name_says_how_it_is_decoded_and_survives(tmp_path, name, codec, pixels, into):
    clip = probe(film(tmp_path / name, codec=codec, pixel_format=pixels))
    made = mux(clip, SOUND, 16_000, tmp_path / f"out{into}").path

    def shown(path):
        with open_media(path) as container:
            return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]

    assert np.array_equal(shown(made), shown(clip.path))


def test_a_copy_in_other_colours_is_refused(tmp_path, monkeypatch):
    """Were the codec's own name left out, yuyv422 would come out as uyvy422."""
    monkeypatch.setattr("ta_v2a.media.writing.tracks._has_tag", lambda *_: False)
    clip = probe(film(tmp_path / "in.mov", codec="rawvideo", pixel_format="yuyv422"))
    with pytest.raises(UserError, match=r"in other colours; use \.mov"):
        rehearse(clip, tmp_path / "out.avi")


def unknown_sound(path: Path) -> Path:
    with av.open(str(path), "w") as target:
        picture = target.add_stream("mjpeg", rate=20, width=64, height=48, pix_fmt="yuvj420p")
        sound = target.add_stream("pcm_s16le", rate=16_000, layout="mono")
        block = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.int16), "s16", "mono")
        block.sample_rate = 16_000
        for image in noisy(20):
            target.mux(picture.encode(av.VideoFrame.from_ndarray(image, "gray").reformat(format="yuvj420p")))
        target.mux([*picture.encode(None), *sound.encode(block)])
    path.write_bytes(path.read_bytes().replace(b"sowt", b"zzzz"))
    return path


def test_a_sound_of_unknown_codec_is_found_before_the_work(tmp_path):
    clip = probe(unknown_sound(tmp_path / "in.mov"))
    assert clip.has_sound and rehearse(clip, tmp_path / "out.mov").original == "replace"
    for original, words in {
        "keep": "own sound track .of an unknown codec.; use another",
        "mix": "cannot be decoded .codec unknown. and so cannot be mixed",
    }.items():
        for call in (rehearse, lambda clip, out, original: mux(clip, SOUND, 16_000, out, original)):
            with pytest.raises(UserError, match=words) as caught:
                call(clip, tmp_path / "out.mov", original)
            assert len(str(caught.value).splitlines()) == 1
    assert os.listdir(tmp_path) == ["in.mov"]


REFUSED = {
    "reordered pictures": (lambda p: film(p / "in.mp4", options={"bf": "2"}), ".avi", "shown at other times"),
    "varying rate": (
        lambda p: film(
            p / "in.mp4", 5, 25, codec="mjpeg", pixel_format="yuvj420p", times_s=[0, 0.1, 0.5, 0.55, 1.2]
        ),
        ".avi",
        "other times|their times, do not fit|it would last",
    ),
    "undecodable": (
        lambda p: film(p / "in.mov", codec="qtrle", pixel_format="rgb24"),
        ".mkv",
        "cannot be read again .no picture in it",
    ),
    "hidden pictures": (
        lambda p: film(p / "in.mp4", times_s=[index / 20 - 0.2 for index in range(20)]),
        ".mkv",
        "it would begin with another picture",
    ),
    "raw stream": (
        lambda p: film(p / "in.h264", muxer="h264", options={"bf": "2"}),
        ".mp4",
        "no times, as in a raw stream",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_container_cannot_hold_is_refused_before_and_after_the_work(tmp_path, case):
    make, into, words = REFUSED[case]
    source = make(tmp_path)
    out = tmp_path / f"out{into}"
    out.write_bytes(b"old")
    for call in (lambda: rehearse(probe(source), out), lambda: mux(source, SOUND, 16_000, out)):
        with pytest.raises(UserError, match=words) as caught:
            call()
        assert len(str(caught.value).splitlines()) == 1 and "--encode h264" in str(caught.value)
    assert out.read_bytes() == b"old" and sorted(os.listdir(tmp_path)) == sorted([source.name, out.name])


def test_mpeg4_goes_into_avi_in_time(tmp_path):
    from ta_v2a.media.reading.own_sound import own_sound

    clip = probe(film(tmp_path / "in.mp4", 30, 30, codec="mpeg4"))
    sound = np.zeros(16_000, np.float32)
    sound[8_000:8_016] = 0.9
    made = probe(mux(clip, sound, 16_000, tmp_path / "out.avi").path)
    assert (made.frames, made.duration_s, made.start_s) == (30, pytest.approx(1.0), 0.0)
    assert np.abs(own_sound(made)).argmax() / 48_000 == pytest.approx(0.5, abs=0.002)


def trimmed(path: Path, source: Path, first_s: float, lasts_s: float) -> Path:
    """A copy of a silent MP4 of which an edit list shows a part, as phones trim."""
    data = bytearray(source.read_bytes())
    place = data.index(b"elst")
    with open_media(source) as container:
        ticks = round(first_s / container.streams.video[0].time_base)
        ticks += struct.unpack(">i", data[place + 16 : place + 20])[0]
    data[place + 12 : place + 20] = struct.pack(">Ii", round(lasts_s * 1000), ticks)
    assert struct.unpack(">I", data[data.index(b"mvhd") + 16 :][:4])[0] == 1000
    path.write_bytes(data)
    return path


def times(path: Path) -> list[float]:
    """When the pictures of a film are shown."""
    with open_media(path) as container:
        return [round(float(frame.pts * frame.time_base), 3) for frame in container.decode(video=0)]


@pytest.mark.parametrize("into", [".mp4", ".mov"])
def test_a_film_that_an_edit_list_trims_at_both_ends_stays_trimmed(tmp_path, into):
    whole = film(tmp_path / "whole.mp4", 40, options={"bf": "2"})
    clip = probe(trimmed(tmp_path / "in.mp4", whole, 0.4, 0.85))
    planned, why = fitting(clip, tmp_path / "x")
    assert (planned.path.suffix, why, clip.duration_s) == (".mp4", "", pytest.approx(0.85))
    made = probe(mux(clip, SOUND, 16_000, tmp_path / f"out{into}").path)
    assert made.duration_s == pytest.approx(0.85) and times(made.path) == times(clip.path)
    with open_media(made.path) as container:
        assert container.duration == 850_000
    with pytest.raises(UserError, match=r"begin with another picture, .*; use \.mp4 or \.m4v or \.mov"):
        rehearse(clip, tmp_path / "out.mkv")


@pytest.mark.parametrize("muxer", ["matroska", "mpegts"])
def test_a_varying_rate_with_reordered_pictures_goes_into_mp4(tmp_path, muxer):
    times_s = [0, 0.01, 0.03, 0.035, 0.1, 0.14, 0.15, 0.3, 0.5, 0.533, 0.7, 0.71, 0.9, 1.0]
    source = film(tmp_path / "in.x", len(times_s), 20, muxer=muxer, times_s=times_s, options={"bf": "2"})
    clip = probe(source)
    made = mux(clip, SOUND, 16_000, tmp_path / "out.mp4")
    with open_media(made.path) as container:
        assert container.duration == pytest.approx(clip.duration_s * 1e6, abs=1000)
    assert np.allclose(np.diff(times(made.path)), np.diff(times(source)), atol=0.002)


def test_two_stretches_of_an_edit_list_are_encoded_anew(tmp_path):
    whole = film(tmp_path / "whole.mp4", 40, options={"bf": "2"})
    data = bytearray(whole.read_bytes())
    place = data.index(b"elst")
    first = struct.unpack(">i", data[place + 16 : place + 20])[0]
    with open_media(whole) as container:
        ticks = round(1.2 / container.streams.video[0].time_base)
    data[place + 8 : place + 24] = struct.pack(">IIihh", 2, 500, first, 1, 0)
    data[place + 24 : place + 24] = struct.pack(">Iihh", 400, first + ticks, 1, 0)
    for name in (b"elst", b"edts", b"trak", b"moov"):  # which stand behind the pictures
        at = data.rindex(name, 0, place + 4) - 4
        data[at : at + 4] = struct.pack(">I", struct.unpack(">I", data[at : at + 4])[0] + 12)
    (tmp_path / "in.mp4").write_bytes(data)
    clip = probe(tmp_path / "in.mp4")
    planned, why = fitting(clip, tmp_path / "x")
    assert (planned.picture, why) == ("h264", "no container holds this picture unchanged")
    made = mux(clip, SOUND, 16_000, tmp_path / "out.mp4", encode=True).path
    assert probe(made).duration_s == pytest.approx(clip.duration_s, abs=0.001)


@pytest.mark.parametrize("start_s", [0.0, 0.08, 3.0])
@pytest.mark.parametrize(("fps", "count"), [(25, 10), (Fraction(30000, 1001), 31), (24, 37), (23, 50)])
def test_sound_decodes_as_long_as_the_picture_lasts(tmp_path, fps, count, start_s):
    times_s = [start_s + index / float(fps) for index in range(count)] if start_s else None
    clip = probe(write_film(tmp_path / "in.mp4", noisy(count), fps, times_s=times_s))
    sound = (0.3 * np.random.default_rng(1).standard_normal(round(clip.duration_s * 16_000))).astype(
        np.float32
    )
    for into in (".mp4", ".mov", ".mkv"):
        with open_media(mux(clip, sound, 16_000, tmp_path / f"out{into}").path) as container:
            frames = list(container.decode(audio=0))
        assert sum(frame.samples for frame in frames) == round(clip.duration_s * 48_000)
        assert float(frames[0].pts * frames[0].time_base) == pytest.approx(clip.start_s, abs=0.001)


def test_silence_fills_a_start_that_is_too_short_to_hide_what_aac_needs(tmp_path):
    from ta_v2a.media.reading.own_sound import own_sound

    clip = probe(film(tmp_path / "in.mp4", times_s=[0.01 + index / 20 for index in range(20)]))
    sound = np.zeros(16_000, np.float32)
    sound[8_000:8_016] = 0.9
    made = mux(clip, sound, 16_000, tmp_path / "out.mp4").path
    with open_media(made) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == 48_480
    assert np.abs(own_sound(probe(made))).argmax() / 48_000 == pytest.approx(0.5, abs=0.002)
