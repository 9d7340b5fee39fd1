"""What of an order is settled before the work: files, regions, an older sound, the project."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ta_v2a.delivery.credentials import Credentials
from ta_v2a.delivery.job import Order
from ta_v2a.delivery.places import Destination, destination
from ta_v2a.delivery.project import Project
from ta_v2a.delivery.sidecars import check_sidecar, sidecar_of, told_by
from ta_v2a.delivery.splicing import Base, own_base, take_base
from ta_v2a.engine.arguments import LAST_SEED
from ta_v2a.engine.cues import seconds
from ta_v2a.engine.stretches import Span, around, checked_span, parted, read_span
from ta_v2a.errors import UserError
from ta_v2a.handoff.export import check_export
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.reading.start import told_start
from ta_v2a.media.writing.containers import FILM_RATES_HZ, SOUND_CODECS, FilmSound
from ta_v2a.sheets.clip_sheet import rate_of_clip
from ta_v2a.sheets.timecode import timecode_s
from ta_v2a.system.provenance import file_sha256
from ta_v2a.system.user_files import is_file

if TYPE_CHECKING:
    from ta_v2a.engine.foley import FoleyEngine

CONTEXT_S = 2.0
"""On either side of a part that is made again: heard by the model, not delivered."""
_DAY_S = 86_400.0


@dataclass(frozen=True)
class Ready:
    """An order whose files and regions are settled.

    Attributes:
        clip, where: what is sounded, and where it goes.
        asked: of the film's sound and of the sample rate.
        seed: of the first take.
        base: the older sound that the new one is put into.
        cuts: times in s that were given; None: they are to be found in the picture.
        project: where every take is kept.
        exports: editors' files.
        credentials: what signs films and WAVs.
        start_s: timecode of the first picture, in s after midnight; None: none is told.
        made_at: (date, time) of the clip, each "" where it says none.
        rate: frames a second by which editors count the clip.
    """

    clip: Clip
    where: Destination
    asked: FilmSound
    seed: int
    base: Base | None
    cuts: tuple[float, ...] | None
    project: Project | None
    exports: tuple[Path, ...]
    credentials: Credentials | None
    start_s: float | None
    made_at: tuple[str, str]
    rate: Fraction

    def spans(self, engine: "FoleyEngine", cuts: tuple[float, ...]) -> tuple[Span, ...]:
        """What is made: all of the clip or the part that is asked for, cut where shots change."""
        whole = Span(0.0, self.clip.duration_s)
        made = whole if self.base is None else self.base.span
        if self.base is not None and self.base.again:
            # Without the gain of the take the whole is made, so that it is known how loud the part is in it.
            known = self.base.gain_db is not None
            made = around(made, engine.clock, engine.grain, whole.stop_s, CONTEXT_S) if known else whole
        return tuple(parted(made, cuts))


@contextmanager
def prepared(order: Order, clip: Clip) -> Iterator[Ready]:
    """Settles an order; its project is locked meanwhile.

    Raises:
        UserError: for whatever the user can mend.
    """
    asked = _film_sound(order)
    _check_together(order)
    with ExitStack() as held:
        exports = tuple(check_export(name, clip.path) for name in order.exports)
        credentials = None if order.c2pa is None else Credentials(order.c2pa)
        part = ".redo" if order.redo is not None or order.of is not None else ""
        where = destination(
            clip,
            order.output,
            order.takes,
            order.wav,
            order.original,
            order.encode is not None,
            asked,
            part,
        )
        cuts = _given_cuts(order.cuts, clip)
        stretch = _stretch(order, clip)
        redo = None if order.redo is None else read_span(order.redo, clip.duration_s)
        project = None
        if order.project is not None:
            project = Project.open(order.project, clip)
            held.enter_context(project.locked())
        base = _base(order, clip, project, stretch, redo)
        seed = order.seed if order.seed is not None else project.seed() if project and part else 0
        if seed + order.takes - 1 > LAST_SEED:
            first = LAST_SEED - order.takes + 1
            raise UserError(
                f"--seed {seed} and {order.takes} takes pass the last seed: begin at {first} at most"
            )
        for place in where.places:
            files = [path for path in (place.film, place.wav) if path is not None]
            if order.provenance and files:
                check_sidecar(sidecar_of(files[0]))
            if credentials is not None:
                for path in files:
                    credentials.check(path)
        told, made_at = told_start(clip) if order.bwf or order.exports else (None, None)
        rate = rate_of_clip(clip)
        start_s = _start_s(order.begin or told, rate, order.begin is not None)
        yield Ready(
            clip,
            where,
            asked,
            seed,
            base,
            cuts,
            project,
            exports,
            credentials,
            start_s,
            _moment(made_at),
            rate,
        )


def _film_sound(order: Order) -> FilmSound:
    if order.codec is not None and order.codec not in SOUND_CODECS:
        raise UserError(f"--codec is one of {', '.join(SOUND_CODECS)}, not {str(order.codec)[:40]!r}")
    if order.rate_hz not in FILM_RATES_HZ:
        rates = ", ".join(map(str, FILM_RATES_HZ))
        raise UserError(f"--rate is one of {rates}, not {str(order.rate_hz)[:40]}")
    return FilmSound(order.codec, order.kbit, order.rate_hz)


def _check_together(order: Order) -> None:
    """Raises: UserError: options that exclude each other."""
    stretch = order.start_s is not None or order.length_s is not None
    if stretch and (order.redo is not None or order.of is not None):
        raise UserError(
            "--start and --duration sound a stretch of the clip, --redo and --of a part of a take"
        )
    if order.redo is not None and order.of is None and order.project is None:
        raise UserError("--redo makes a part of a take again: of which? --of TAKE.wav, or --project FOLDER")
    if order.stems and stretch:
        raise UserError("--stems part a whole sound; with --start or --duration the clip's own is in it")
    if order.stems and not order.wav:
        raise UserError("--stems stand beside the WAV: leave out --no-wav")
    if (order.bwf or order.exports) and not order.wav:
        raise UserError("--bwf and --export need the WAV: leave out --no-wav")


def _given_cuts(text: str, clip: Clip) -> tuple[float, ...] | None:
    """Times in s of "3.2,7.5", no time for "none", None for "auto"."""
    word = text.strip().lower()
    if word in ("auto", "none"):
        return None if word == "auto" else ()
    try:
        cuts = tuple(sorted(seconds(each.strip()) for each in text.split(",")))
    except ValueError:
        raise UserError(f"--cuts are times such as 3.2,7.5, or auto, or none, not {text[:40]!r}") from None
    late = next((cut for cut in cuts if not 0 < cut < clip.duration_s), None)
    if late is not None:
        raise UserError(f"--cuts: {late:g} s is outside of the clip, which lasts {clip.duration_s:.3f} s")
    return cuts


def _stretch(order: Order, clip: Clip) -> Span | None:
    if order.start_s is None and order.length_s is None:
        return None
    start_s = order.start_s or 0.0
    stop_s = clip.duration_s if order.length_s is None else start_s + order.length_s
    return checked_span(start_s, stop_s, clip.duration_s, "--start" if order.start_s else "--duration")


def _base(
    order: Order, clip: Clip, project: Project | None, stretch: Span | None, redo: Span | None
) -> Base | None:
    if stretch is not None:
        return own_base(clip, stretch, order.original == "mix")
    if redo is None and order.of is None:
        return None
    if project is not None and (order.of is None or order.of.isdigit()):
        record = project.take(None if order.of is None else int(order.of))
        gain_db = record.get("gain_db")
        return take_base(
            project.sound(record),
            clip,
            redo,
            gain_db,
            record.get("noise_seed", record["seed"]),
            record["take"],
        )
    path = Path(order.of or "")
    beside = _own_sidecar(path)
    loudness = beside.get("loudness") or {}
    return take_base(path, clip, redo, loudness.get("gain_db"), beside.get("seed"))


def _own_sidecar(path: Path) -> dict[str, Any]:
    """What is told beside a WAV, if it is told of just that WAV."""
    told = told_by(sidecar_of(path)) or {}
    own = told.get("files", {}).get("wav", {}).get("sha256")
    return told if own is not None and is_file(path) and own == file_sha256(path) else {}


def _start_s(text: str | None, rate: Fraction, given: bool) -> float | None:
    if text is None:
        return None
    try:
        return timecode_s(text, rate) % _DAY_S
    except ValueError as error:
        if given:
            raise UserError(f"--begin: {error}") from None
        return None  # a film's own tag may be anything


def _moment(text: str | None) -> tuple[str, str]:
    """(date, time) of "2026-11-28T09:30:00Z"."""
    date, _, time = (text or "").partition("T")
    return date[:10], time[:8]
