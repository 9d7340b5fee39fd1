"""Scenes of recorded sounds: recordings laid at the events of a motion or, sound first, motions that follow a
recording's own events; in a place, over what is always there."""

import math
import random
from dataclasses import dataclass

import numpy as np

from prompts.grammar import caption
from ta_v2a.stage.scene.close import shown_close
from ta_v2a.stage.scene.gestures import CONTINUOUS_ACTIONS, gesture_of, look_of
from ta_v2a.stage.scene.scene import ASPECTS, SOURCE_FPS, Scene, Source, discrete_events, heard
from ta_v2a.stage.sound.catalogue import BankRecording, Catalogue
from ta_v2a.stage.sound.performance import Performance, as_it_was, at_events, loudness, running
from ta_v2a.stage.sound.render import limit
from ta_v2a.stage.sound.rooms import babble, hum, in_room, room_response, room_tone, tune

AMBIENT_FAMILIES = ("ambience", "weather", "air", "liquid", "vehicle")
_SOFT_FAMILIES = ("friction", "human")

_BACKGROUND_SHARE = 0.12
_FAINTEST_DB = -13.0  # peak of the faintest blow


@dataclass(frozen=True)
class RecordedScene:
    """A scene and its sound in parts.

    Attributes:
        scene: what is seen, heard and said.
        stems: (sources, samples) float32, each source in its place.
        bed: (samples,) float32: room tone and ambience, which nobody names.
    """

    scene: Scene
    stems: np.ndarray
    bed: np.ndarray

    def sound(self, without: int | None = None) -> np.ndarray:
        """(samples,) float32 in [-0.99, 0.99]: everything, or everything but one source."""
        kept = [stem for index, stem in enumerate(self.stems) if index != without]
        return limit(np.sum([self.bed, *kept], axis=0).astype(np.float32))


def recorded_scene(
    seed: int, duration_s: float, catalogue: Catalogue, rate: int = 16000, close: float = 0.0
) -> RecordedScene:
    """The scene of a seed: one to three recorded sources.

    Kinds are drawn by the square root of how many recordings they have, so that rare ones are heard too.

    Args:
        duration_s: in seconds, more than 0.5.
        rate: samples per second.
        close: share 0..1 of the sources that are seen by a close motion where one suits them.
    """
    rng = np.random.default_rng((seed, 11))
    sources: list[Source] = []
    stems: list[np.ndarray] = []
    wanted = int(rng.choice([1, 2, 3], p=[0.68, 0.26, 0.06]))
    place = int(rng.integers(2**31))
    for _ in range(8):
        if len(sources) == wanted:
            break
        recording = _drawn(rng, catalogue)
        if any(recording.kind == source.recorded for source in sources):
            continue
        distance = float(rng.beta(1.2, 2.5))
        made = _performed(rng, recording, catalogue, rate, duration_s)
        if made is None:
            continue
        action, performance = made
        level = _level(rng, recording, performance, distance) * (
            0.35 + 0.65 * rng.random() if sources else 1.0
        )
        response = room_response(np.random.default_rng((place, 3)), rate, distance)
        stems.append(in_room(level * performance.wave, response))
        look = look_of(recording.kind)
        sources.append(
            Source(
                kind=look,
                look=look,
                action=action,
                size=float(rng.random()),
                hardness=0.5,
                loudness=float(np.clip(1.1 - distance + rng.normal(0, 0.1), 0.2, 1)),
                events=performance.events,
                envelope=performance.envelope,
                sound_seed=seed,
                recorded=recording.kind,
                scale=float(1.9 * (0.4 / 1.9) ** np.clip(distance + rng.normal(0, 0.15), 0, 1)),
            )
        )
    if rng.random() < _BACKGROUND_SHARE:
        name, wave = _background(rng, round(duration_s * rate), rate)
        stems.append(wave)
        sources.append(
            Source(
                "cloth", "cloth", "unseen", 0.5, 0.5, 0.6, (), loudness(wave, rate, duration_s), seed, name
            )
        )
    words = caption([heard(source) for source in sources], random.Random(seed))
    scene = Scene(
        seed,
        duration_s,
        tuple(shown_close(source, f"{seed} {k}", close) for k, source in enumerate(sources)),
        words,
        False,
        float(rng.choice(ASPECTS)),
        float(rng.choice(SOURCE_FPS)),
    )
    count = round(duration_s * rate)
    bed = room_tone(rng, count, rate) + _ambience(rng, catalogue, rate, duration_s)
    return RecordedScene(scene, np.stack(stems) if stems else np.zeros((0, count), np.float32), bed)


def _drawn(rng: np.random.Generator, catalogue: Catalogue) -> BankRecording:
    kinds = list(catalogue.by_kind)
    weights = np.sqrt([len(catalogue.by_kind[kind]) for kind in kinds])
    files = catalogue.by_kind[str(rng.choice(kinds, p=weights / weights.sum()))]
    return files[int(rng.integers(len(files)))]


def _performed(
    rng: np.random.Generator, recording: BankRecording, catalogue: Catalogue, rate: int, duration_s: float
) -> tuple[str, Performance] | None:
    """How a recording is performed and by which action it is seen."""
    gesture = gesture_of(recording.kind, recording.family)
    if recording.form == "loop":
        action = str(rng.choice(gesture.steady))
        made = running(catalogue, recording, rng, rate, duration_s)
    elif recording.form == "repeated" and rng.random() < 0.75:
        made = as_it_was(catalogue, recording, rng, rate, duration_s)
        steady = made is not None and len(made.events) < 2 and rng.random() < 0.5
        action = str(rng.choice(gesture.steady if steady else gesture.events))
    else:
        action = str(rng.choice(gesture.events))
        rows = "strike" if action in CONTINUOUS_ACTIONS - {"scrape", "saw", "rub"} else action
        wave = catalogue.wave(recording, rate)
        events = tuple(e for e in discrete_events(rng, rows, duration_s) if 0 <= e.time_s < duration_s - 0.03)
        if wave is not None and len(wave) > 1.2 * rate:  # long sounds are not heard in quick succession
            events = _apart(events, 0.5 * len(wave) / rate)
        made = at_events(catalogue, recording, events, rng, rate, duration_s) if events else None
    return None if made is None else (action, made)


def _apart(events: tuple, gap_s: float) -> tuple:
    kept: list = []
    for event in events:
        if not kept or event.time_s - kept[-1].time_s >= gap_s:
            kept.append(event)
    return tuple(kept)


def _level(rng: np.random.Generator, recording: BankRecording, made: Performance, distance: float) -> float:
    """Gain: what rings or goes on by its loudness, blows by their peak; soft and far things softer."""
    rms = math.sqrt(float(np.mean(np.square(made.wave)))) + 1e-6
    peak_db = float(rng.uniform(-6, -0.3))
    loud_db = float(rng.uniform(-25, -13)) - 20 * math.log10(rms)
    db = min(peak_db, loud_db) if recording.form == "loop" else min(peak_db, loud_db + 6)
    db -= 4 * distance + (3 if recording.family in _SOFT_FAMILIES else 0)
    return 10 ** (max(db, _FAINTEST_DB if recording.form != "loop" else -60) / 20)


def _background(rng: np.random.Generator, count: int, rate: int) -> tuple[str, np.ndarray]:
    """Music, speech-like sound or hum that no picture shows, 18 to 34 dB below full scale, and what it is
    called."""
    name = str(rng.choice(["music", "speech", "hum"], p=[0.45, 0.4, 0.15]))
    wave = {"music": tune, "speech": babble, "hum": hum}[name](rng, count, rate)
    near = in_room(wave, room_response(rng, rate, 0.4))
    return name, near * np.float32(10 ** (float(rng.uniform(-34, -18)) / 20))


def _ambience(rng: np.random.Generator, catalogue: Catalogue, rate: int, duration_s: float) -> np.ndarray:
    """(samples,) something far away that goes on, in two scenes of three; 36 to 60 dB below full scale."""
    count = round(duration_s * rate)
    loops = [r for r in catalogue.recordings if r.form == "loop" and r.family in AMBIENT_FAMILIES]
    if not loops or rng.random() < 0.35:
        return np.zeros(count, np.float32)
    made = running(catalogue, loops[int(rng.integers(len(loops)))], rng, rate, duration_s)
    if made is None:
        return np.zeros(count, np.float32)
    rms = math.sqrt(float(np.mean(np.square(made.wave)))) + 1e-6
    far = in_room(made.wave, room_response(rng, rate, 0.9))
    return (far * (10 ** (float(rng.uniform(-60, -36)) / 20) / rms)).astype(np.float32)
