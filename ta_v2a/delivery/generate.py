"""One order of `ta-v2a generate`: a film from words, picture first, then its sound as for any clip."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from prompts.acts import ACTS, count_in
from prompts.worlds import without_world
from ta_v2a.delivery.job import Order
from ta_v2a.delivery.order import Advance, Notice, load_engine, sound_clip
from ta_v2a.engine.arguments import FILM_NEGATIVE_SCALE, FILM_STEPS, number, whole
from ta_v2a.errors import UserError
from ta_v2a.media.enlarging import enlarged
from ta_v2a.media.loudness import TARGET_LUFS
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.still import read_still
from ta_v2a.media.writing.atomic import output_file
from ta_v2a.media.writing.film import write_film

if TYPE_CHECKING:
    from ta_v2a.engine.drafts import Drafts
    from ta_v2a.engine.filming import MakesFilms
    from ta_v2a.engine.foley import FoleyEngine
    from ta_v2a.engine.known_acts import NearestAct

SIDES = (64, 1024)
LONGEST_FILM_S = 60.0
_ENDINGS = (".mp4", ".m4v", ".mov", ".mkv")


@dataclass(frozen=True)
class FilmOrder:
    """What `ta-v2a generate` was asked.

    Attributes:
        prompt: what is seen, and heard unless `sound_prompt` says otherwise; a world's name at its end (see
            `prompts.worlds`) is only seen.
        negative_prompt: what is neither seen nor heard.
        image: a still that the film begins with, or None.
        output: the film.
        seconds: its length; None: as long as the head's own films.
        size: side of its pictures in pixels.
        seed, takes: films from seeds seed, seed + 1, ...
        drafts: films drawn at most for each where the prompt tells a number (None: as many as the head's own;
            1: nobody counts).
        steps, text_scale, negative_scale: of the pictures' diffusion (no text scale: the head's own).
        sound_scales: the keywords of `FoleyEngine.stream` (None: the preset's own).
        loudness, wav: as in `Order`.
    """

    prompt: str
    output: str
    negative_prompt: str = ""
    image: str | None = None
    seconds: float | None = None
    size: int = 256
    seed: int = 0
    takes: int = 1
    drafts: int | None = None
    steps: int = FILM_STEPS
    text_scale: float | None = None
    negative_scale: float = FILM_NEGATIVE_SCALE
    sound_prompt: str = ""
    sound_scales: dict[str, Any] = field(default_factory=dict)
    loudness: float | None = TARGET_LUFS
    wav: bool = False
    preset: str = "mini"


def generate_films(order: FilmOrder, advance: Advance, notice: Notice) -> dict[str, Any]:
    """Does the order and reports it, ready for JSON; `advance(done, total)` follows the work,
    `notice` gets lines for the user.

    Raises:
        UserError: for whatever the user can mend; then no file was touched.
    """
    began = time.perf_counter()
    _check(order)
    outputs = _outputs(order)
    still = None if order.image is None else read_still(order.image, order.size)
    engine, maker = _loaded(order)
    pictures = round((order.seconds or maker.pictures / maker.fps) * maker.fps)
    loaded = time.perf_counter()
    takes: list[dict[str, Any]] = []
    warnings: list[str] = []
    act = _act(engine, maker, order.prompt)
    if act is not None and not act.told:
        warnings.append(_unlike(order.prompt, act))
        notice(warnings[-1])
    seconds = {"loading": loaded - began, "filming": 0.0, "sounding": 0.0}
    with tempfile.TemporaryDirectory(prefix="ta-v2a-") as folder:
        for index, output in enumerate(outputs):
            started = time.perf_counter()
            silent = Path(folder) / f"{index}.mp4"

            def filmed(share: float, index: int = index) -> None:
                advance(round(1000 * (index + 0.8 * share)), 1000 * order.takes)

            def sounded(done: int, total: int, index: int = index) -> None:
                advance(round(1000 * (index + 0.8 + 0.2 * done / total)), 1000 * order.takes)

            seed = order.seed + index
            film, draft = film_of(engine, maker, order, seed, pictures, still, filmed)
            # nearly lossless: the sound's order copies these packets into the film
            settings = {"crf": "14", "preset": "medium", "bf": "0"}
            write_film(silent, film, maker.fps, options=settings)
            filmed_at = time.perf_counter()
            sound = sound_clip(_sound_order(order, silent, output, seed), sounded, notice, lambda _: engine)
            seconds["filming"] += filmed_at - started
            seconds["sounding"] += time.perf_counter() - filmed_at
            told = {} if draft is None or not draft.seen else {"drafts": _drafts(draft)}
            takes += [{**take, **told} for take in sound["takes"]]
            warnings += sound["warnings"]
    return {
        "prompt": order.prompt,
        "sound_prompt": sound["prompt"],
        "negative_prompt": order.negative_prompt,
        "image": order.image,
        "act": None if act is None else {"nearest": act.sentence, "likeness": act.likeness},
        "duration_s": sound["duration_s"],
        "fps": maker.fps,
        "size": order.size,
        "preset": order.preset,
        "settings": {
            "steps": order.steps,
            "text_scale": maker.text_scale if order.text_scale is None else order.text_scale,
            "negative_scale": order.negative_scale,
            "sound": sound["settings"],
        },
        "sampling_rate": sound["sampling_rate"],
        "loudness": sound["loudness"],
        "takes": takes,
        "warnings": warnings,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }


def _check(order: FilmOrder) -> None:
    if not order.prompt.strip() and order.image is None:
        raise UserError("nothing was asked for: the prompt is empty, and there is no --image")
    whole("size", order.size, *SIDES)
    if order.size % 2:
        raise UserError(f"size is an even number of pixels, not {order.size}")
    if order.seconds is not None:
        number("seconds", order.seconds, 0.5, LONGEST_FILM_S)
    for name in ("text_scale", "negative_scale"):
        if getattr(order, name) is not None:
            number(name, getattr(order, name), -100, 100)
    whole("steps", order.steps, 1, 1000)
    if order.drafts is not None:
        whole("drafts", order.drafts, 1, 64)


def _outputs(order: FilmOrder) -> list[Path]:
    """One file a take, each checked before the work."""
    given = Path(order.output)
    if given.suffix.lower() not in _ENDINGS:
        raise UserError(f"{order.output}: a generated film is called {', '.join(_ENDINGS)}")
    names = (
        [given]
        if order.takes == 1
        else [given.with_name(f"{given.stem}.take{take}{given.suffix}") for take in range(1, order.takes + 1)]
    )
    beside = [] if order.image is None else [order.image]
    return [output_file(name, *beside) for name in names]


def _loaded(order: FilmOrder) -> "tuple[FoleyEngine, MakesFilms]":
    """The engine of the sound, and of the pictures with the same text encoder."""
    from ta_v2a.engine.filming import film_maker
    from ta_v2a.engine.parts import load_video_parts

    video = load_video_parts(order.preset)
    engine = load_engine(order.preset)
    return engine, film_maker(engine.parts.cvalp, **video, device=engine.device)


def _act(engine: "FoleyEngine", maker: "MakesFilms", prompt: str) -> "NearestAct | None":
    """The nearest act to a prompt, of heads that know the stage's worlds and nothing else."""
    from ta_v2a.engine.known_acts import nearest_act

    return nearest_act(engine.parts.cvalp, prompt) if maker.world and prompt.strip() else None


def _unlike(prompt: str, act: "NearestAct") -> str:
    known = ", ".join(ACTS)
    return (
        f"the pictures know {len(ACTS)} acts, and “{shown_name(prompt)}” tells none of them: "
        f"they show what is nearest, “{act.sentence}” (known: {known})"
    )


def film_of(
    engine: "FoleyEngine",
    maker: "MakesFilms",
    order: FilmOrder,
    seed: int,
    pictures: int,
    still: np.ndarray | None,
    told: Callable[[float], None],
) -> "tuple[Iterator[np.ndarray], Drafts | None]":
    """The pictures of one film at the order's size, and the drafts that it was chosen from. A film longer
    than the head's own goes on from its last picture and has none, unless its words tell a number: then it
    rests on."""
    from ta_v2a.engine.drafts import drafted

    done = 0.0

    def step(event: Any) -> None:
        nonlocal done
        done = max(done, event.done / event.total)  # a further draft begins again
        told(done)

    first = None if still is None else enlarged(still, maker.px)
    counts = count_in(order.prompt) is not None and (order.drafts or maker.drafts) > 1
    if pictures > maker.pictures and not counts:
        return _enlarged(_in_parts(maker, order, seed, pictures, first, told), order.size, still), None
    draft = drafted(
        engine,
        maker,
        order.prompt,
        seed,
        order.steps,
        order.text_scale,
        order.drafts,
        order.negative_prompt,
        order.negative_scale,
        first,
        step,
    )
    film = [*draft.film, *[draft.film[-1]] * (pictures - len(draft.film))]
    return _enlarged(film[:pictures], order.size, still), draft


def _enlarged(made: list[np.ndarray], size: int, still: np.ndarray | None) -> Iterator[np.ndarray]:
    for index, picture in enumerate(enlarged(picture, size) for picture in made):
        yield picture if index or still is None else still


def _in_parts(
    maker: "MakesFilms",
    order: FilmOrder,
    seed: int,
    pictures: int,
    first: np.ndarray | None,
    told: Callable[[float], None],
) -> list[np.ndarray]:
    """A long film: each part begins with the last picture of the one before."""
    made: list[np.ndarray] = []
    generator = maker.generator(seed)
    own = maker.pictures
    parts = 1 + max(0, -(-(pictures - own) // (own - 1)))
    for part in range(parts):

        def step(event: Any, part: int = part) -> None:
            told((part + event.done / event.total) / parts)

        film = maker.film(
            order.prompt,
            generator,
            order.steps,
            order.text_scale,
            order.negative_prompt,
            order.negative_scale,
            first,
            step,
        )
        made += list(film if part == 0 else film[1:])
        first = film[-1]
    return made[:pictures]


def _drafts(draft: "Drafts") -> dict[str, Any]:
    return {
        "told": draft.told,
        "seen": list(draft.seen),
        "kept": draft.kept + 1,
        "shown": draft.seen[draft.kept] if draft.shown is None else draft.shown,
    }


def _sound_order(order: FilmOrder, silent: Path, output: Path, seed: int) -> Order:
    return Order(
        clip=str(silent),
        prompt=order.sound_prompt or without_world(order.prompt),
        negative_prompt=order.negative_prompt,
        output=str(output),
        seed=seed,
        scales=order.sound_scales,
        loudness=order.loudness,
        wav=order.wav,
        preset=order.preset,
        cuts="none",
    )
