"""The preset `paper`: the published networks, or trained ones of their kind, as one folder."""

from pathlib import Path
from typing import Any

from ldm.process import Process
from ldm.samplers import sampler_of
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.errors import UserError, one_line
from ta_v2a.packing.pack import (
    STEP_SHIFT,
    saved_bandwidth,
    saved_classifier,
    saved_judge,
    saved_vocoder,
    trained_video,
    write_preset,
)
from ta_v2a.system.user_files import is_file
from vocoders.clock import ClipSpec

PAPER_SETTINGS: dict[str, Any] = {
    "num_inference_steps": 25,
    "guidance": "composable",
    "video_scale": 2.5,
    "text_scale": 2.5,
    "negative_scale": 2.5,
}
"""Of a pipeline call: TA-V2A's eq. 14 with its weights, 25 steps of DPM-Solver++ (Diff-Foley)."""


def pack_paper(
    cvalp: str | Path,
    vae: str | Path,
    ldm: str | Path,
    out: str | Path,
    vocoder: str | Path | None = None,
    bandwidth: str | Path | None = None,
    classifier: str | Path | None = None,
    judge: str | Path | None = None,
    sampler: str | None = None,
    video: tuple[str | Path, str | Path] | None = None,
    **defaults: float | int | str,
) -> Path:
    """Writes the preset folder; returns it.

    Args:
        cvalp, vae, ldm: checkpoints of `ta-v2a train`, or folders of components; `ta-v2a weights import`
            writes such for sd-vae, audioldm-vae and diff-foley.
        out: folder of the pipeline, made if needed.
        vocoder, bandwidth: folders of components; None: Griffin-Lim on the autoencoder's mel, and no
            extension.
        classifier, judge: folders of alignment classifiers, see `ta_v2a.packing.pack.pack`; `ta-v2a weights
            import` writes such for diff-foley-guidance and diff-foley-align.
        video: the video head and the code of its pictures, checkpoints or folders; None: sound only.
        sampler: of `ldm.samplers`; None: DPM-Solver++ for noise and v-prediction, Euler for flow matching.
        defaults: of a pipeline call in place of `PAPER_SETTINGS`.

    Raises:
        UserError: a part is missing or does not fit the others, or the folder cannot be written.
    """
    from ta_v2a.pipelines.foley import FoleyPipeline
    from vocoders.griffin_lim import GriffinLim

    if is_file(out):
        raise UserError(f"{out} is no folder")
    judging = None if judge is None else saved_judge(judge)
    encoders, autoencoder = trained_part(cvalp, "cvalp"), trained_part(vae, "autoencoder")
    denoiser = trained_part(ldm, "denoiser")
    filming = None if video is None else trained_video(*video)
    if filming is not None and filming["video_head"].config.text_channels != encoders.text_width:
        raise UserError("the video head was trained with another text encoder")
    if vocoder is None and getattr(autoencoder.config, "mel_scale", "unit") != "unit":
        raise UserError(f"{vae} makes AudioLDM's mel, which Griffin-Lim here does not read: give --vocoder")
    pipeline = FoleyPipeline(
        cvalp=encoders,
        autoencoder=autoencoder,
        denoiser=denoiser,
        vocoder=GriffinLim() if vocoder is None else saved_vocoder(vocoder),
        scheduler=_sampler(denoiser.process, sampler),
        bandwidth=None if bandwidth is None else saved_bandwidth(bandwidth),
        classifier=None if classifier is None else saved_classifier(classifier),
        **{**PAPER_SETTINGS, **defaults},
    )
    check_parts(pipeline)
    return write_preset(pipeline, Path(out), judging, filming)


def check_parts(pipeline: Any) -> ClipSpec:
    """The clock of a pipeline's window, where its parts fit each other.

    Raises:
        UserError: what does not fit.
    """
    clock, of = pipeline.clock, pipeline.denoiser.config
    vae = pipeline.autoencoder.config
    wanted = {
        "video_channels": pipeline.cvalp.video_width,
        "text_channels": pipeline.cvalp.text_width,
        "latent_channels": vae.latent_channels,
    }
    if "latent_rows" in of:
        wanted["latent_rows"] = getattr(pipeline.autoencoder, "latent_rows", None)
    if vae.mel_bins != clock.mel_bins:
        raise UserError(f"the vocoder reads {clock.mel_bins} mel bands, the autoencoder makes {vae.mel_bins}")
    for name, value in wanted.items():
        if of[name] != value:
            raise UserError(f"the denoiser was made for {of[name]} {name}, the other parts have {value}")
    return clock


def _sampler(process: Process, name: str | None) -> Any:
    flow = not isinstance(process.config, dict)
    try:
        return sampler_of(process, name, **({"shift": STEP_SHIFT} if flow else {}))
    except ValueError as error:
        raise UserError(one_line(error)) from None
