"""What every face hands to the engine: one order of sound for one clip."""

from dataclasses import dataclass, field
from typing import Any, Literal

from ta_v2a.engine.cues import Cue
from ta_v2a.engine.language_models import RULES
from ta_v2a.media.loudness import CEILING_DBTP, TARGET_LUFS
from ta_v2a.media.sound import DELIVERY_HZ
from ta_v2a.media.writing.mux import Original


@dataclass(frozen=True)
class Order:
    """What `ta-v2a foley` was asked.

    Attributes:
        cues: texts, or cues as a sheet holds them.
        refiner: "rules", or the folder of a language model (`ta_v2a.engine.language_models`); None takes all
            words as they were typed.
        verbose: every step of the refiner is told.
        hits: True: things hit where the given cues begin, not where the picture shows; or their times in
            seconds.
        seed: of the first take; None: 0, or in a project, for a part that is made again, a new one.
        scales: the keywords of `FoleyEngine.stream` (None: the preset's own).
        loudness: integrated loudness to bring the sound to, in LUFS; None leaves it as the engine made it.
            Peaks are held either way, at `ceiling_dbtp`.
        library: a folder of recordings, or its index: they take the vocoder's place.
        used: a CSV of what was used of them, and where.
        codec, kbit: of the film's sound, as in `ta_v2a.media.writing.containers.FilmSound`.
        rate_hz: of film and WAV.
        stems: a WAV for every source and cue, and one for the ambience, that sum to the WAV.
        pan: two channels, each onset where it is seen.
        bwf: the WAV is a Broadcast Wave with timecode and markers.
        begin: timecode of the first picture; None: as the film says.
        start_s, length_s: a stretch that is sounded; the rest keeps its own sound.
        redo: a part of an earlier take that is made again, such as "3.2-5.0".
        of: that take: a WAV, or its number in the project; without `redo` it goes on where it ended.
        cuts: "auto" (those that are seen), or times such as "3.2,7.5": no window and no tail crosses them;
            "none": sound runs over cuts.
        provenance: a JSON beside each take that tells how it was made.
        c2pa: a PEM of certificates and key that signs films and WAVs.
        exports: editors' files (.otio, .rpp, .csv).
        project: a folder that keeps every take (`ta_v2a.delivery.project`).
        still_s: the clip is a still image, and is shown so many seconds.
        system: what makes the sound: the preset's own diffusion, "uniform" or "aligner".
        model: folder of a joint model, for "uniform".
    """

    clip: str
    prompt: str = ""
    negative_prompt: str = ""
    cues: tuple[Cue | str, ...] = ()
    refiner: str | None = RULES
    verbose: bool = False
    hits: bool | tuple[float, ...] = False
    output: str | None = None
    seed: int | None = 0
    takes: int = 1
    scales: dict[str, Any] = field(default_factory=dict)
    original: Original = "replace"
    loudness: float | None = TARGET_LUFS
    wav: bool = True
    encode: Literal["h264"] | None = None
    preset: str = "mini"
    library: str | None = None
    used: str | None = None
    ceiling_dbtp: float = CEILING_DBTP
    codec: str | None = None
    kbit: int | None = None
    rate_hz: int = DELIVERY_HZ
    stems: bool = False
    pan: bool = False
    bwf: bool = False
    begin: str | None = None
    start_s: float | None = None
    length_s: float | None = None
    redo: str | None = None
    of: str | None = None
    cuts: str = "auto"
    provenance: bool = False
    c2pa: str | None = None
    exports: tuple[str, ...] = ()
    project: str | None = None
    still_s: float | None = None
    system: Literal["ldm", "uniform", "aligner"] = "ldm"
    model: str = ""
