"""The sound of a scene: every source synthesised (or drawn from a sound bank) at its exact times, in one
room, over a faint noise floor."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.signal import oaconvolve, sosfilt

from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.sound import (
    synth_air,
    synth_creatures,
    synth_friction,
    synth_impacts,
    synth_liquids,
    synth_machines,
)
from ta_v2a.stage.sound.bank import SoundBank
from ta_v2a.stage.sound.synth_common import (
    STRENGTHS,
    Real,
    Voice,
    add_at,
    band,
    decay,
    shaped_noise,
    spread,
    to_peak,
    white,
)

ONE_SHOTS: dict[str, Callable[[Voice], np.ndarray]] = {
    **dict.fromkeys(synth_impacts.MATERIALS, synth_impacts.struck),
    "drum": synth_impacts.drum,
    "cloth": synth_impacts.cloth,
    "clap": synth_impacts.clap,
    "gunshot": synth_impacts.gunshot,
    "drip": synth_liquids.drip,
    "splash": synth_liquids.splash,
    "bubbles": synth_liquids.bubbles,
    "thunder": synth_air.thunder,
    "clock": synth_machines.clock,
    "dog": synth_creatures.dog,
    "bird": synth_creatures.bird,
    "bell": synth_creatures.bell,
    "horn": synth_creatures.horn,
}
ACTIVITIES: dict[str, Callable[[Voice, np.ndarray], np.ndarray]] = {
    "scrape": synth_friction.scrape,
    "saw": synth_friction.saw,
    "rub": synth_friction.rub,
    "pour": synth_liquids.pour,
    "wind": synth_air.wind,
    "fire": synth_air.fire,
    "rain": synth_air.rain,
    "engine": synth_machines.engine,
    "drill": synth_machines.drill,
    "fan": synth_machines.fan,
}
# Peak of a blow of intensity 1 and loudness 1, of full scale. Quiet things are quieter,
# though less so than in nature.
PEAKS = {
    "wood": 0.6,
    "metal": 0.5,
    "glass": 0.45,
    "ceramic": 0.5,
    "plastic": 0.5,
    "stone": 0.6,
    "drum": 0.7,
    "cloth": 0.5,
    "clap": 0.6,
    "gunshot": 0.7,
    "drip": 0.42,
    "splash": 0.6,
    "bubbles": 0.45,
    "thunder": 0.62,
    "clock": 0.4,
    "dog": 0.6,
    "bird": 0.42,
    "bell": 0.5,
    "horn": 0.5,
}
_ACCENT_S = 0.07
_KNOCKS_HZ = 150.0
_ROLLING_PEAK = 0.2  # of a blow's peak


def render_sound(scene, sample_rate_hz: int = 16000, bank: SoundBank | None = None) -> np.ndarray:
    """Renders the sound of a scene.

    Args:
        scene: has seed, duration_s and sources; each source has kind, action, size, hardness, loudness,
            events (time_s, intensity), envelope at 62.5 Hz where the kind is continuous or a body rolls, and
            sound_seed (see `ta_v2a.stage.scene.scene`).
        sample_rate_hz: samples per second of the result, 8000 or more.
        bank: recordings to use in place of the synthesis where it has some; the
            share of sources is `bank.share`.

    Returns:
        (round(duration_s * sample_rate_hz),) float32 in -0.99..0.99. The level means something: no scene is
        normalised. The same scene gives the same samples.

    Raises:
        ValueError: a source of an unknown kind, or a sample rate under 8000.
    """
    if sample_rate_hz < 8000:
        raise ValueError(f"sample rate {sample_rate_hz} Hz is under 8000 Hz")
    count = round(scene.duration_s * sample_rate_hz)
    out = np.zeros(count, np.float32)
    for source in scene.sources:
        if source.kind not in KINDS:
            raise ValueError(f"unknown kind of sound: {source.kind!r}")
        out += _source(source, count, sample_rate_hz, bank)
    rng = np.random.default_rng([int(scene.seed), 77])
    if count:
        out = oaconvolve(out, _room(rng, sample_rate_hz))[:count].astype(np.float32)
        out += _noise_floor(rng, count, sample_rate_hz)
    return limit(out)


def limit(wave: np.ndarray) -> np.ndarray:
    """Soft limiter: untouched up to 0.8, above it bent by tanh so that nothing passes 0.99."""
    over = np.abs(wave) > 0.8
    if over.any():
        wave = wave.copy()
        loud = wave[over]
        wave[over] = np.sign(loud) * (0.8 + 0.19 * np.tanh((np.abs(loud) - 0.8) / 0.19))
    return wave


def _source(source, count: int, sample_rate_hz: int, bank: SoundBank | None) -> np.ndarray:
    """(count,) float32 dry sound of one source."""
    rng = np.random.default_rng([int(source.sound_seed), 5])
    voice = Voice(source.kind, source.action, float(source.size), float(source.hardness), sample_rate_hz, rng)
    # The recordings draw from their own numbers, so that a bank changes only what it replaces.
    takes = replace(voice, rng=np.random.default_rng([int(source.sound_seed), 6]))
    recorded = (
        bank
        if bank is not None and float(takes.rng.random()) < bank.share and bank.has(source.kind)
        else None
    )
    if KINDS[source.kind].continuous:
        level = _activity(source, count, sample_rate_hz)
        wave = _recorded_bed(takes, recorded, level) if recorded is not None else None
        return np.float32(source.loudness) * (
            ACTIVITIES[source.kind](voice, level) if wave is None else wave
        ).astype(np.float32)
    shots = (_recorded_shots(takes, recorded) if recorded is not None else None) or list(
        to_peak(ONE_SHOTS[source.kind](voice), 1.0)
    )
    wave = _place(source, shots, count, sample_rate_hz, rng)
    if source.envelope is not None:  # a body that rolls between its impacts
        speed = spread(np.asarray(source.envelope, np.float32), count, sample_rate_hz)
        wave += _ROLLING_PEAK * PEAKS[source.kind] * rolling(shots[0], speed, sample_rate_hz, rng)
    return np.float32(source.loudness) * wave


def rolling(shot: np.ndarray, speed: np.ndarray, sample_rate_hz: int, rng: np.random.Generator) -> np.ndarray:
    """A body that rolls: many small knocks, more and harder ones the faster it is.

    Args:
        shot: one soft knock, of unit peak.
        speed: (samples,) in 0..1.

    Returns:
        (samples,) float32 of unit peak at most; silent where nothing moves.
    """
    knocks = (rng.random(len(speed)) < _KNOCKS_HZ * speed / sample_rate_hz) * rng.exponential(1.0, len(speed))
    short = shot[: int(0.12 * sample_rate_hz)] * np.linspace(1, 0, min(len(shot), int(0.12 * sample_rate_hz)))
    wave = oaconvolve(knocks * speed, short)[: len(speed)]
    return (wave / max(1e-6, float(np.abs(wave).max()))).astype(np.float32)


def _place(source, shots, count: int, sample_rate_hz: int, rng: np.random.Generator) -> np.ndarray:
    """Sets the variant that fits each event's intensity at the event's sample."""
    out = np.zeros(count, np.float32)
    for index, event in enumerate(source.events):
        wanted = float(event.intensity) + 0.15 * float(rng.standard_normal())
        variant = index % 2 if source.kind == "clock" else int(np.abs(STRENGTHS - wanted).argmin())
        gain = PEAKS[source.kind] * float(event.intensity) * float(rng.uniform(0.9, 1.0))
        add_at(out, shots[variant % len(shots)], round(event.time_s * sample_rate_hz), gain)
    return out


def _activity(source, count: int, sample_rate_hz: int) -> np.ndarray:
    """(count,) activity 0..1.6 of a continuous source: the envelope with an accent at each event."""
    level = spread(np.asarray(source.envelope, np.float32), count, sample_rate_hz)
    accent = decay(int(6 * _ACCENT_S * sample_rate_hz), sample_rate_hz, 6.9 * _ACCENT_S, 0.002)
    for event in source.events:
        start = round(event.time_s * sample_rate_hz)
        around = float(level[min(start + sample_rate_hz // 50, count - 1)]) if 0 <= start < count else 0.0
        add_at(level, accent, start, event.intensity * (0.25 + 0.45 * around))
    return np.clip(level, 0.0, 1.6)


def _recorded_shots(voice: Voice, bank: SoundBank) -> list[np.ndarray]:
    """Recordings of the kind, unit peak, all tuned by the same factor: within two
    semitones, lower for larger bodies."""
    shots = bank.pick_shots(voice.kind, voice.rng, voice.sample_rate_hz, len(STRENGTHS))
    speed = 2.0 ** ((0.5 - voice.size + voice.between(-0.5, 0.5)) / 6.0)
    return [
        np.interp(np.arange(int(len(shot) / speed)) * speed, np.arange(len(shot)), shot).astype(np.float32)
        for shot in shots
    ]


def _recorded_bed(voice: Voice, bank: SoundBank, level: np.ndarray) -> np.ndarray | None:
    """A recording of an activity, levelled, of unit RMS, under the scene's envelope; None if no
    file of the kind can be read."""
    bed = bank.pick_bed(voice.kind, voice.rng, voice.sample_rate_hz, len(level))
    if bed is None:
        return None
    gate = np.clip(level * 3.0, 0.0, 1.0) * (0.3 + 0.7 * level)
    return 0.13 * bed * gate


def shelf(rate: int, corner_hz: Real, gain_db: float, high: bool) -> np.ndarray:
    """Second-order shelf, slope 1 (R. Bristow-Johnson, Audio EQ cookbook)."""
    a, w = 10 ** (gain_db / 40), 2 * math.pi * corner_hz / rate
    cosine, side = math.cos(w), math.sin(w) * math.sqrt(2 * a)
    s = -1.0 if high else 1.0
    b = [
        a * ((a + 1) - s * (a - 1) * cosine + side),
        s * 2 * a * ((a - 1) - s * (a + 1) * cosine),
        a * ((a + 1) - s * (a - 1) * cosine - side),
    ]
    c = [
        (a + 1) + s * (a - 1) * cosine + side,
        -s * 2 * ((a - 1) + s * (a + 1) * cosine),
        (a + 1) + s * (a - 1) * cosine - side,
    ]
    return np.array([b + c]) / c[0]


def _bump(rate: int, centre_hz: float, gain_db: float, q: float) -> np.ndarray:
    """Second-order peaking equaliser (same source)."""
    a, w = 10 ** (gain_db / 40), 2 * math.pi * centre_hz / rate
    side = math.sin(w) / (2 * q)
    b = [1 + side * a, -2 * math.cos(w), 1 - side * a]
    c = [1 + side / a, -2 * math.cos(w), 1 - side / a]
    return np.array([b + c]) / c[0]


def _room(rng: np.random.Generator, sample_rate_hz: int) -> np.ndarray:
    """Impulse response of room and microphone: the direct sound first, a decaying diffuse
    tail, mild shelves and one bump."""
    rt60_s = 0.12 * 6.0 ** float(rng.random())
    wet_db = float(rng.uniform(-32.0, -9.0))
    tail = int(min(0.75 * rt60_s, 0.4) * sample_rate_hz)
    diffuse = white(rng, tail) * decay(tail, sample_rate_hz, rt60_s, 0.006)
    diffuse = sosfilt(shelf(sample_rate_hz, 2500, float(rng.uniform(-14, -4)), high=True), diffuse)
    diffuse *= 10 ** (wet_db / 20) / (math.sqrt(float(np.dot(diffuse, diffuse))) + 1e-9)
    response = np.concatenate([np.zeros(int(float(rng.uniform(0.002, 0.012)) * sample_rate_hz)), diffuse])
    response[0] = 1.0
    equaliser = np.concatenate(
        [
            shelf(sample_rate_hz, 220, float(rng.uniform(-4, 3)), high=False),
            shelf(sample_rate_hz, 3200, float(rng.uniform(-4, 3)), high=True),
            _bump(sample_rate_hz, 300 * 9.0 ** float(rng.random()), float(rng.uniform(-3, 3)), 0.9),
        ]
    )
    return sosfilt(equaliser, response).astype(np.float32)


def _noise_floor(rng: np.random.Generator, count: int, sample_rate_hz: int) -> np.ndarray:
    """Room tone and microphone hiss, -75 to -52 dB of full scale, dull to bright."""
    level = 10 ** (float(rng.uniform(-75.0, -52.0)) / 20)
    low, high = 60 * 4.0 ** float(rng.random()), 400 * 15.0 ** float(rng.random())
    length = min(count, 4 * sample_rate_hz)
    (tone,) = shaped_noise(rng, length, sample_rate_hz, lambda f: np.sqrt(band(f, low, high)))
    return np.float32(level) * np.resize(tone, count)
