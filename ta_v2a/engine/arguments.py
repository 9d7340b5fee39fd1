"""Checks of what a call was given: a wrong type or value is one line that names the argument."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from ta_v2a.errors import UserError

LAST_SEED = 2**64 - 1
MOST_TAKES = 1000
FILM_STEPS, FILM_TEXT_SCALE, FILM_NEGATIVE_SCALE = 20, 1.75, 0.5
"""Of the pictures of a generated film; a text that weighs 3 or more saturates colours."""
FILM_DRAFTS = 4
"""Films that a small head draws for one where the words tell how often something happens."""
LONGEST_LAG_S = 1.0
_RANGES = {
    "video_scale": (-100, 100),
    "text_scale": (-100, 100),
    "negative_scale": (-100, 100),
    "align_scale": (-100, 100),
    "lag_s": (0, LONGEST_LAG_S),
    "text_scale_until": (0, 2),
    "caption_share": (0, 100),
    "classifier_scale": (-1000, 1000),
    "classifier_from": (0, 1),
    "classifier_until": (0, 1),
}
DEFAULTS: dict[str, Any] = {
    "num_inference_steps": 10,
    "video_scale": 2.5,
    "text_scale": 2.5,
    "negative_scale": 1.0,
    "align_scale": 0.0,
    "lag_s": 0.0,
    "guidance": "conditional",
    "text_scale_until": 0.0,
    "caption_share": 2.0,
    "classifier_scale": 0.0,
    "classifier_from": 1.0,
    "classifier_until": 0.0,
    "captioner": "cvalp",
}
"""The settings of a call that travel with a preset, and what they are where a preset does not say.

`guidance`: "conditional" judges the text given the video; "composable" is eq. 14, which takes the two as
independent; "double" is eq. 11: `text_scale` weighs text and video together, `video_scale` and negative
prompts have no place in it. `text_scale_until`: time in [0, 1] of the diffusion (1 is pure noise) below which
the text weighs 1 at most. What sounds is decided while noise is strong, and a heavy text goes on to add
onsets that the picture does not show. `caption_share`: share from which the command line takes the picture's
own label for a missing prompt; above 1, never. `captioner`: "cvalp" names the nearest label; "vlm" takes the
words of the vision-language model in the preset's folder `captioner`, through the refiner.
`classifier_scale`: gamma of eq. 11 and 14 (paper: 50), for presets that hold an alignment classifier, between
the times `classifier_from` and `classifier_until` of the diffusion.
"""
CAPTIONERS = ("cvalp", "vlm")
GUIDANCES = ("conditional", "composable", "double")
_CHOICES = {"guidance": GUIDANCES, "captioner": CAPTIONERS}
SCALES = {
    "num_inference_steps": "steps",
    "video_scale": "video",
    "text_scale": "text",
    "negative_scale": "negative",
    "align_scale": "align",
    "lag_s": "lag_s",
    "classifier_scale": "classifier",
    "classifier_from": "classifier_from",
    "classifier_until": "classifier_until",
}
"""Numbers of a call, and what they are called in `Scales`."""


@dataclass(frozen=True)
class Scales:
    """Sampler steps, the guidance and the weights of its terms (`ldm.guidance`), those of the guides
    (`ldm.guides`), and the sound's lag in seconds; each as in `DEFAULTS`."""

    steps: int
    video: float
    text: float
    negative: float
    align: float
    lag_s: float
    classifier: float
    classifier_from: float
    classifier_until: float
    guidance: str


def shown(value: object) -> str:
    """A value in few words, on one line."""
    if isinstance(value, str | bytes) or value is None:
        return repr(value)[:60]
    return str(value)[:60] if isinstance(value, Real) else type(value).__name__


def whole(name: str, value: object, low: int, high: int) -> int:
    """A whole number; numpy's are, booleans are not.

    Raises:
        UserError: if it is none, or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < low or not value <= high:
        raise UserError(f"{name} is a whole number from {low} to {high}, not {shown(value)}")
    return int(value)


def number(name: str, value: object, low: float, high: float) -> float:
    """A number; numpy's and fractions are, booleans and NaN are not.

    Raises:
        UserError: if it is none, or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or value < low or not value <= high:
        raise UserError(f"{name} is a number from {low:g} to {high:g}, not {shown(value)}")
    return float(value)


def setting(name: str, value: object) -> float:
    """A number of the preset's `model_index.json`, or of a call, in its range.

    Raises:
        UserError: if it is out of range.
    """
    if name == "num_inference_steps":
        return whole(name, value, 1, 1000)
    return number(name, value, *_RANGES[name])


def checked_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of a preset, those that it does not give at their defaults.

    Raises:
        UserError: a setting that there is not, or a value out of range.
    """
    if unknown := given.keys() - DEFAULTS.keys():
        raise UserError(f"a preset has no settings {', '.join(map(shown, sorted(unknown)))}")
    settings = {**DEFAULTS, **given}
    return {
        name: _one_of(name, value) if name in _CHOICES else setting(name, value)
        for name, value in settings.items()
    }


def _one_of(name: str, value: object) -> str:
    known = _CHOICES[name]
    if not isinstance(value, str) or value not in known:
        raise UserError(f"{name} is one of {', '.join(known)}, not {shown(value)}")
    return value


def chosen_scales(preset: Mapping[str, Any], given: Mapping[str, object]) -> Scales:
    """What a call was given, or the preset's own.

    Raises:
        UserError: if a number is out of range, there is no such guidance, or eq. 11's is given weights that
            it does not have.
        TypeError: for a name that is neither of `SCALES` nor "guidance".
    """
    if unknown := given.keys() - {*SCALES, "guidance"}:
        raise TypeError(f"unknown arguments: {', '.join(sorted(unknown))}")
    asked = {name: value for name, value in given.items() if value is not None}
    guidance = _one_of("guidance", asked.get("guidance", preset["guidance"]))
    if guidance == "double":
        for name in ("video_scale", "negative_scale"):
            if name in asked:
                raise UserError(
                    f'{name} has no place in guidance "double" (eq. 11), whose one weight is text_scale'
                )
    values = {own: setting(name, asked.get(name, preset[name])) for name, own in SCALES.items()}
    if values["classifier_from"] < values["classifier_until"]:
        raise UserError("classifier_from is a time before classifier_until: 1 is pure noise, where it begins")
    return Scales(guidance=guidance, steps=int(values.pop("steps")), **values)


def texts(name: str, value: object) -> list[str | None]:
    """A text, None, or a list of these, as a list.

    Raises:
        UserError: if it is something else, or an empty list.
    """
    listed: list[Any] = list(value) if isinstance(value, list | tuple) else [value]
    for text in listed:
        if text is not None and not isinstance(text, str):
            raise UserError(f"{name} is a text, None, or a list of these, not {shown(text)}")
    if not listed:
        raise UserError(f"{name} is an empty list: give one at least, or None")
    return listed


def one_for_each(name: str, given: list[Any], batch: int) -> list[Any]:
    """One for all sounds, or one for each: `batch` of them.

    Raises:
        UserError: if they do not fit.
    """
    if batch % len(given):
        raise UserError(f"{name}: {len(given)} of them do not fit {batch} sounds: give one, or one for each")
    return given * (batch // len(given))


def listed_cues(cues: object) -> list[Any]:
    """Cues as a list; what is in it is for `ta_v2a.engine.cues` to check.

    Raises:
        UserError: if they are no list.
    """
    if cues is None:
        return []
    if isinstance(cues, str | bytes) or not isinstance(cues, Iterable):
        raise UserError(f'cues are a list, such as ["1.2-3.0: glass breaking"], not {shown(cues)}')
    return list(cues)
