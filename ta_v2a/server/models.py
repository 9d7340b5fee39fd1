"""What goes over the wire, both ways; `docs/openapi.json` is made of it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ta_v2a.engine.arguments import LAST_SEED, LONGEST_LAG_S
from ta_v2a.engine.cues import STRONGEST, Cue

MOST_CUES = 2000
MOST_HITS = 20_000
WordsField = Annotated[str, Field(max_length=10_000)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Every refusal: one line that says what is wrong."""

    error: str


class SessionRequest(_Body):
    """A token, exchanged for a cookie that `<video>`, `<audio>` and `EventSource` can show."""

    token: Annotated[str, Field(max_length=512)]


class SessionView(BaseModel):
    """Whether this server asks for a token, and whether this request showed one."""

    token_required: bool
    authenticated: bool


class LimitsView(BaseModel):
    """What a clip and a job may be at most."""

    clip_bytes: int
    clip_s: float
    picture_pixels: int
    takes: int
    waiting_jobs: int


class ServerView(BaseModel):
    """What this server is."""

    version: str
    preset: str
    library: bool = Field(description="Whether jobs may ask for recordings in place of the vocoder.")
    workers: int
    settings: dict[str, Any] = Field(description="The preset's own weights and steps.")
    limits: LimitsView
    waiting: int = Field(description="Jobs in the queue.")
    running: int


class ClipView(BaseModel):
    """A clip that was uploaded."""

    id: str
    name: str = Field(description="As it was uploaded, made safe.")
    bytes: int
    sha256: str
    created_s: float = Field(description="Seconds since 1970.")
    duration_s: float
    width: int
    height: int
    fps: float
    codec: str
    has_sound: bool
    warnings: list[str]


class ClipList(BaseModel):
    """Newest first."""

    clips: list[ClipView]


class CueModel(_Body):
    """Text for a stretch of the clip."""

    start_s: Seconds
    end_s: Seconds | None = Field(None, description="Without it: to the end of the clip.")
    text: WordsField
    strength: Annotated[float, Field(gt=0, le=STRONGEST)] = 1.0
    negative: WordsField = ""

    def as_cue(self) -> Cue:
        """The cue of an order."""
        end_s = float("inf") if self.end_s is None else self.end_s
        return Cue(self.start_s, end_s, self.text, self.strength, self.negative)


class ScalesModel(_Body):
    """Steps and weights; what is left out is the preset's own."""

    num_inference_steps: Annotated[int, Field(ge=1, le=1000)] | None = None
    text_scale: Weight | None = None
    negative_scale: Weight | None = None
    video_scale: Weight | None = None
    align_scale: Weight | None = None
    guidance: Literal["double", "composable", "conditional"] | None = None
    lag_s: Annotated[float, Field(ge=0, le=LONGEST_LAG_S)] | None = None


class RedoModel(_Body):
    """A part of an earlier take that is made again; all else of it stays, to the last sample, but for short
    cross-fades inside of the part."""

    job_id: Annotated[str, Field(pattern="^j[0-9a-f]{20}$")]
    take: Annotated[int, Field(ge=1, le=1000)] = 1
    start_s: Seconds
    end_s: Seconds


class JobRequest(_Body):
    """The order of one job: the same as `ta-v2a foley` takes."""

    clip_id: Annotated[str, Field(pattern="^c[0-9a-f]{20}$")]
    prompt: WordsField = ""
    negative_prompt: WordsField = ""
    refine: bool = Field(
        True, description="Bring the words to the captions' style; else they are taken as typed."
    )
    cues: Annotated[list[CueModel], Field(max_length=MOST_CUES)] = []
    hits: Annotated[list[Seconds], Field(max_length=MOST_HITS)] | None = Field(
        None, description="Times at which something hits, in place of those that the picture shows."
    )
    seed: Annotated[int, Field(ge=0, le=LAST_SEED)] = Field(
        0,
        description="Same seed, same sound. May be a text of digits, of which JavaScript loses none.",
    )
    takes: Annotated[int, Field(ge=1)] = 1
    scales: ScalesModel = ScalesModel()
    original: Literal["replace", "mix", "keep"] = "replace"
    loudness: Annotated[float, Field(ge=-70, le=0)] | None = Field(
        -23.0, description="LUFS of the new sound; null: as it was made."
    )
    encode: Literal["h264"] | None = None
    stems: bool = Field(
        False, description="A WAV for every source and cue, and the ambience: they sum to the WAV."
    )
    pan: bool = Field(False, description="Two channels, each hit where it is seen.")
    bwf: bool = Field(False, description="The WAV is a Broadcast Wave with timecode and markers.")
    cuts: bool = Field(True, description="No window and no tail crosses a cut that is seen.")
    provenance: bool = Field(False, description="A JSON beside each take that tells how it was made.")
    codec: Literal["aac", "flac", "pcm", "opus"] | None = Field(None, description="Of the film's sound.")
    kbit: Annotated[int, Field(ge=32, le=512)] | None = None
    rate_hz: Literal[44100, 48000, 96000] = 48000
    start_s: Seconds | None = Field(
        None, description="A stretch alone is sounded; the rest keeps its own sound."
    )
    length_s: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] | None = None
    redo: RedoModel | None = None
    library: bool = Field(
        False, description="Recordings in place of the vocoder, where the server has a library."
    )

    @model_validator(mode="after")
    def _seeds(self) -> "JobRequest":
        if self.seed + self.takes - 1 > LAST_SEED:
            raise ValueError(
                f"seed and takes pass the last seed: begin at {LAST_SEED - self.takes + 1} at most"
            )
        return self


class FileView(BaseModel):
    """One file of a job."""

    name: str
    url: str
    bytes: int
    media_type: str


class StemView(BaseModel):
    """One source of a take."""

    name: str = Field(description="The words of the source or cue; the ambience.")
    file: str = Field(description="Name among the job's files.")


class TakeView(BaseModel):
    """One version of the sound."""

    number: int = Field(description="From 1.")
    seed: int
    film: str | None = Field(description="Name of the film among the job's files.")
    wav: str | None = Field(description="Name of the sound alone, 48 kHz and 24 bits.")
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    score: float | None = Field(description="How it agrees with picture and words; of several takes only.")
    stems: list[StemView]


class JobView(BaseModel):
    """A job as it stands."""

    id: str
    clip_id: str
    state: JobState
    created_s: float
    started_s: float | None
    ended_s: float | None
    tries: int
    ahead: int | None = Field(description="Jobs before it in the queue; null once it has started.")
    done: int = Field(description="Of `total`: the share of the work that is done.")
    total: int
    error: str | None
    notices: list[str]
    request: JobRequest
    takes: list[TakeView]
    files: list[FileView]
    report: dict[str, Any] | None = Field(
        description="What was understood and done, as `ta-v2a foley --json` says it, without places on disk."
    )


class JobList(BaseModel):
    """Newest first."""

    jobs: list[JobView]
    next: str | None = Field(description="Id to give as `before` for the jobs that came before these.")


class EventView(BaseModel):
    """The `data` of one server-sent event; its `event` is the kind.

    The id of an event counts what is kept; `progress` is not kept and has none.
    """

    kind: Literal["queued", "started", "progress", "notice", "done", "failed", "cancelled", "lost"]
    at_s: float
    done: int | None = None
    total: int | None = None
    text: str | None = None
    job: JobView | None = Field(None, description="With done, failed and cancelled: the job as it ended.")


class LabelShare(BaseModel):
    """A label and its share."""

    label: str
    share: float


class OnsetView(BaseModel):
    """One thing that is seen to hit."""

    time_s: float = Field(description="When it is to be heard.")
    sureness: float
    labels: list[LabelShare]


class OnsetList(BaseModel):
    """By time."""

    onsets: list[OnsetView]


class WaveformView(BaseModel):
    """Lowest and highest sample of each of a sound's equal pieces, mixed to one channel, in [-1, 1]."""

    duration_s: float
    low: list[float]
    high: list[float]


class HealthView(BaseModel):
    """Whether work goes on."""

    status: Literal["ok", "stuck"]
    workers: int
    waiting: int
    running: int
