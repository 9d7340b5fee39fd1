"""What the arms of `joint_arms.py` do: latents of sound and picture from words, or one from the other.

It has no command of its own. A task is what is made (t2av, v2a, a2v) and how:

    (nothing)       as the model has learnt it, under its words
    without words   likewise, with the text's null
    by words        only the words are told: what the aligner starts from
    aligned         by words, moved by the latent aligner (Seeing and Hearing); t2av: by the triangle loss
    replaced        what is known overwrites its noisy latents (MM-Diffusion's zero-shot condition)
    gradient        likewise, and reconstruction guidance moves the other modality
    in turn         pictures first, then their sound by a model that was trained from picture to sound
    in turn, ours   likewise, by the shipped denoiser at its weights of words and picture, no guide
"""

from dataclasses import dataclass
from typing import Any

import torch
from joint_scores import Judge
from torch import Tensor

ALIGNED_AT_ONCE = 10
"""Rows: the aligner's gradients go through the video tower."""


@dataclass
class Maker:
    """Does tasks.

    Attributes:
        judge: of the codes and CVALP, by which the aligner aligns.
        steps: of the sampler.
        text_scale: of the guidance.
    """

    judge: Judge
    steps: int
    text_scale: float

    def made(
        self, networks: dict[str, Any], task: str, rows: dict[str, Tensor], seed: int
    ) -> dict[str, Tensor]:
        """The latents that a task asks for.

        Args:
            networks: `denoiser`; `mapper` of tempo; `sounds`, the second model of a cascade.
            rows: `audio`, `video`, `sound`, `text` of true scenes.
        """
        at_once = ALIGNED_AT_ONCE if task.endswith("aligned") else len(rows["text"])
        generator = torch.Generator().manual_seed(seed)
        parts = []
        for start in range(0, len(rows["text"]), at_once):
            part = {name: value[start : start + at_once] for name, value in rows.items()}
            noise = {
                name: torch.randn(part[name].shape, generator=generator).to(part[name].device)
                for name in ("audio", "video")
            }
            parts.append(self._made(networks, task, part, noise))
        return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}

    @torch.no_grad()
    def _made(
        self, networks: dict[str, Any], task: str, rows: dict[str, Tensor], noise: dict[str, Tensor]
    ) -> dict[str, Tensor]:
        from ldm.conditions import TEXT, Track
        from ldm.latents import Latents

        what, _, how = task.partition(" ")
        if how.startswith("in turn"):
            return self._cascaded(networks, rows, noise, how)
        denoiser, words = networks["denoiser"], {TEXT: Track(rows["text"], rows.get("has_text"))}
        if what == "t2av":
            guides = [self._aligner("audio", "video", rows)] if how == "aligned" else []
            return self._sampled(denoiser, Latents(**noise), words, guides=guides)
        make, has = ("audio", "video") if what == "v2a" else ("video", "audio")
        if how in ("replaced", "gradient"):
            return self._told_by_force(denoiser, words, noise, Latents(**{has: rows[has]}), how)
        start = Latents(**{make: noise[make]})
        if how in ("by words", "aligned"):
            guides = [self._aligner(make, None, rows)] if how == "aligned" else []
            return self._sampled(denoiser, start, words, guides=guides)
        if how == "without words":
            words = {}
        return self._told(networks, words, noise, rows, what)

    def _told(
        self,
        networks: dict[str, Any],
        words: dict[str, Any],
        noise: dict[str, Tensor],
        rows: dict[str, Tensor],
        what: str,
    ) -> dict[str, Tensor]:
        """One modality from the other, as a model has learnt to be told it."""
        from ldm.audio_mapper import said_or_nothing
        from ldm.conditions import TASK, TEXT
        from ldm.denoisers.uniform_transformer import given, task_track
        from ldm.guides.known import Replacement
        from ldm.latents import Latents

        make, has = ("audio", "video") if what == "v2a" else ("video", "audio")
        start, known = Latents(**{make: noise[make]}), Latents(**{has: rows[has]})
        denoiser, mapper = networks["denoiser"], networks.get("mapper")
        if mapper is not None:
            moments = rows["video"].shape[2] // denoiser.config.pictures_per_token
            text = said_or_nothing(denoiser.mixer, rows["text"], None)
            words = {TEXT: mapper.text_track(mapper(rows["sound"], moments), text)}
            return self._sampled(denoiser, start, words)
        if denoiser.config.condition_noise == "shared_t":
            told = {**words, TASK: task_track(what, len(rows["text"]), rows["text"].device)}
            guides = [Replacement(known)]
            return self._sampled(denoiser, Latents(**noise), told, (TASK,), guides)
        clean = given(known)
        return self._sampled(denoiser, start, {**words, **clean}, tuple(clean))

    def _told_by_force(
        self, denoiser: Any, words: dict[str, Any], noise: dict[str, Tensor], known: Any, how: str
    ) -> dict[str, Tensor]:
        """One modality from the other, by a model that has learnt only to make both."""
        from ldm.guidance import guided
        from ldm.guides.known import Reconstruction, Replacement
        from ldm.latents import Latents

        plan = self._plan(words, len(noise["audio"]))

        def predict(latents: Latents, time: float) -> Latents:
            return guided(denoiser, latents, time, plan.conditions, plan.at(time))

        pull = [Reconstruction(known, predict)] if how == "gradient" else []
        return self._sampled(denoiser, Latents(**noise), words, guides=[*pull, Replacement(known)])

    def _cascaded(
        self, networks: dict[str, Any], rows: dict[str, Tensor], noise: dict[str, Tensor], how: str
    ) -> dict[str, Tensor]:
        """Pictures from words, then their sound."""
        from ldm.conditions import TEXT, VIDEO, Conditions, Track
        from ldm.guidance import conditional, plan_branches
        from ldm.latents import Latents
        from ldm.sampling import sample
        from ldm.training.joint import whole_text

        words = {TEXT: Track(rows["text"], rows.get("has_text"))}
        video = self._sampled(networks["denoiser"], Latents(video=noise["video"]), words)["video"]
        if how == "in turn":
            second = {"denoiser": networks["sounds"]}
            return {"video": video, **self._told(second, words, noise, {**rows, "video": video}, "v2a")}
        parts, settings = self.judge.parts, self.judge.settings
        features = self.judge.embedding.features(self.judge.code.decode_film(video))
        weights = conditional(settings["text_scale"], settings["video_scale"])
        late = conditional(min(settings["text_scale"], 1.0), settings["video_scale"])
        until = settings["text_scale_until"]
        told = Conditions({TEXT: Track(whole_text(rows["text"])), VIDEO: Track(features)})
        plan = plan_branches(weights, len(video), told, late if until else None, until)
        start, steps = Latents(audio=noise["audio"]), settings["num_inference_steps"]
        audio = sample(parts.denoiser, parts.scheduler, start, plan, steps)
        return {"video": video, "audio": audio.given_audio}

    def _aligner(self, make: str, other: str | None, rows: dict[str, Tensor]) -> Any:
        """A latent aligner of one modality to the other that is there, or of both to each other, and to the
        words."""
        from ldm.guides.aligner import DUAL_PICTURE, DUAL_SOUND, TRIANGLE, LatentAligner, in_pieces
        from ta_v2a.engine.aligned import PICTURE_RATE, PIECE_PICTURES, SOUND_RATE

        parts, code, embedding = self.judge.parts, self.judge.code, self.judge.embedding

        def sound(latents: Tensor) -> Tensor:
            return embedding.of_sound(parts.autoencoder.decode(latents))

        def pictures(latents: Tensor) -> Tensor:
            raw = code.still_and_motion(latents)
            return embedding.of_pictures(in_pieces(code.decode_raw, raw, 2, PIECE_PICTURES).transpose(1, 2))

        embed = {"audio": sound, "video": pictures}
        fixed = {"text": rows["text"]}
        if other is None:
            has = "video" if make == "audio" else "audio"
            fixed[has] = embed.pop(has)(rows[has])
        pairs = TRIANGLE if other else {"audio": DUAL_SOUND, "video": DUAL_PICTURE}[make]
        rates = {"audio": SOUND_RATE, "video": PICTURE_RATE}
        return LatentAligner(embed, fixed, pairs, self.steps, rates)

    def _plan(self, told: dict[str, Any], batch: int, always: tuple[str, ...] = ()) -> Any:
        from ldm.conditions import TEXT, Conditions
        from ldm.guidance import branch, plan_branches

        scale = self.text_scale if TEXT in told else 1.0
        weights = {branch(TEXT, *always): scale, branch(*always): 1 - scale}
        return plan_branches(weights, batch, Conditions(told))

    def _sampled(
        self,
        denoiser: Any,
        start: Any,
        told: dict[str, Any],
        always: tuple[str, ...] = (),
        guides: list[Any] | None = None,
    ) -> dict[str, Tensor]:
        from ldm.sampling import sample
        from ldm.scheduling import FlowEuler
        from ta_v2a.engine.joint import JOINT_TIME_SHIFT

        plan = self._plan(told, start.batch, always)
        found = sample(denoiser, FlowEuler(JOINT_TIME_SHIFT), start, plan, self.steps, guides=guides or [])
        return dict(found.items())
