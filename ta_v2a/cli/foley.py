"""`ta-v2a foley`: put sound on a clip."""

from typing import Annotated, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import JOINT_MODEL_HELP, Json, Preset, SheetBegin, SheetForm, SheetRate
from ta_v2a.engine.arguments import LAST_SEED


def foley(
    clip: Annotated[
        str,
        typer.Argument(
            metavar="CLIP",
            help="A film file of 0.1 s to 10 minutes and more, or a still image with --seconds.",
            show_default=False,
        ),
    ],
    prompt: Annotated[
        str, typer.Option("-p", "--prompt", help="What is heard, in English; without it the picture decides.")
    ] = "",
    negative: Annotated[str, typer.Option("-n", "--negative", help="What is not to be heard.")] = "",
    cue: Annotated[
        list[str] | None,
        typer.Option("--cue", help='Text for a stretch, as "1.2-3.0: glass breaking"; repeatable.'),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            "--cues", metavar="FILE", help="Cue sheet: .srt .vtt .csv .json .edl .txt, or as --form."
        ),
    ] = None,
    form: SheetForm = None,
    fps: SheetRate = None,
    begins: SheetBegin = None,
    hits: Annotated[
        bool, typer.Option("--hits", help="Things hit where the cues begin, not where the picture shows.")
    ] = False,
    raw_prompt: Annotated[
        bool, typer.Option("--raw-prompt", help="Take all words as they are typed; else they are refined.")
    ] = False,
    refiner: Annotated[
        str, typer.Option(help='What refines the words: "rules", or the folder of a language model.')
    ] = "rules",
    verbose: Annotated[bool, typer.Option("--verbose", help="Tell every step of the refiner.")] = False,
    output: Annotated[
        str,
        typer.Option("-o", "--output", help="Film, .wav (sound alone), or folder. Default: CLIP.foley.mp4"),
    ] = "",
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, max=LAST_SEED, help="Same seed, same sound.", show_default="0"),
    ] = None,
    takes: Annotated[
        int, typer.Option(min=1, max=64, help="Versions to make, of seeds SEED, SEED + 1, ...; ranked.")
    ] = 1,
    steps: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="Sampler steps; more is slower. Default: the preset's."),
    ] = None,
    text_scale: Annotated[float | None, typer.Option(help="How closely to follow the prompt.")] = None,
    negative_scale: Annotated[
        float | None, typer.Option(help="How far to keep from the negative prompt.")
    ] = None,
    video_scale: Annotated[float | None, typer.Option(help="How closely to follow the picture.")] = None,
    align_scale: Annotated[
        float | None, typer.Option(help="How hard to pull onsets to what is seen; 0 costs nothing.")
    ] = None,
    guidance: Annotated[
        Literal["double", "composable", "conditional"] | None,
        typer.Option(
            help="Eq. 11 (one weight, --text-scale, for text and picture), eq. 14, or text judged given the "
            "picture. Default: the preset's."
        ),
    ] = None,
    classifier_scale: Annotated[
        float | None,
        typer.Option(help="Gamma: how hard an alignment classifier pulls, where the preset holds one."),
    ] = None,
    classifier_from: Annotated[
        float | None, typer.Option(min=0, max=1, help="Time from which it pulls; 1 is pure noise.")
    ] = None,
    classifier_until: Annotated[
        float | None, typer.Option(min=0, max=1, help="Time down to which it pulls.")
    ] = None,
    lag: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Seconds that the sound follows the picture. Default: preset's."),
    ] = None,
    original: Annotated[
        Literal["replace", "mix", "keep"], typer.Option(help="What becomes of the clip's own sound.")
    ] = "replace",
    loudness: Annotated[
        str,
        typer.Option(
            help="LUFS of the new sound (20 dB up at most), LUFS/dBTP, or ebu, atsc, streaming, podcast, "
            "portable; none: as it was made."
        ),
    ] = "-23",
    wav: Annotated[
        bool, typer.Option("--wav/--no-wav", help="Write the sound as 48 kHz 24-bit WAV too.")
    ] = True,
    codec: Annotated[
        Literal["aac", "flac", "pcm", "opus"] | None,
        typer.Option(help="Sound in the film. Default: what the film usually has."),
    ] = None,
    bitrate: Annotated[
        int | None, typer.Option(metavar="KBIT", help="Of the film's sound, in kbit a second (16-512).")
    ] = None,
    rate: Annotated[
        int, typer.Option(metavar="HZ", help="Sample rate of film and WAV: 44100, 48000 or 96000.")
    ] = 48_000,
    bwf: Annotated[
        bool, typer.Option("--bwf", help="The WAV is a Broadcast Wave: timecode, markers at cues and onsets.")
    ] = False,
    stems: Annotated[
        bool,
        typer.Option("--stems", help="A WAV for each source, cue and the ambience; their sum is the mix."),
    ] = False,
    pan: Annotated[bool, typer.Option("--pan", help="Stereo: each hit where it is seen.")] = False,
    start: Annotated[
        float | None, typer.Option(min=0, help="Sound the clip from here on; before, its own sound stays.")
    ] = None,
    duration: Annotated[
        float | None, typer.Option(min=0, help="Sound so many seconds; after, the clip's own sound stays.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="CLIP is a still image, shown so long: a film of it, with sound.")
    ] = None,
    system: Annotated[
        Literal["ldm", "uniform", "aligner"],
        typer.Option(
            help="ldm: the preset's own; uniform: one model of sound and picture (--model); aligner: sound "
            "from words, moved to the picture as it forms."
        ),
    ] = "ldm",
    model: Annotated[str, typer.Option(metavar="FOLDER", help=JOINT_MODEL_HELP)] = "",
    redo: Annotated[
        str | None, typer.Option(metavar="START-END", help="Make that part of an earlier take again: 3.2-5.0")
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            metavar="TAKE", help="That take: a WAV, or its number in --project. Without --redo it goes on."
        ),
    ] = None,
    cuts: Annotated[
        str,
        typer.Option(
            metavar="TIMES|auto|none",
            help="No sound crosses these cuts (3.2,7.5); auto: those that are seen; none: it may.",
        ),
    ] = "auto",
    provenance: Annotated[
        bool, typer.Option("--provenance", help="A JSON beside each take: prompt, seed, versions, checksums.")
    ] = False,
    c2pa: Annotated[
        str | None, typer.Option(metavar="PEM", help="Sign film and WAV as synthetic: certificates and key.")
    ] = None,
    export: Annotated[
        list[str] | None,
        typer.Option(
            "--export", metavar="FILE", help="For editors: .otio, .rpp, .csv (markers); repeatable."
        ),
    ] = None,
    project: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Keep every take there; see ta-v2a takes.")
    ] = None,
    encode: Annotated[
        Literal["h264"] | None, typer.Option(help="Encode the picture anew. Default: it stays as it is.")
    ] = None,
    library: Annotated[
        str | None,
        typer.Option(help="Folder of recordings (or its index) that sound in place of the vocoder."),
    ] = None,
    used: Annotated[
        str | None,
        typer.Option(metavar="CSV", help="What was used of the library: file, time, gain, licence."),
    ] = None,
    preset: Preset = "mini",
    as_json: Json = False,
) -> None:
    """Put sound on CLIP: a film whose picture is untouched, and its sound as WAV."""
    from ta_v2a.delivery.job import Order
    from ta_v2a.delivery.order import sound_clip
    from ta_v2a.media.loudness import read_loudness
    from ta_v2a.sheets.clip_sheet import sheet_cues

    target, ceiling_dbtp = read_loudness(loudness)
    listed = [] if sheet is None else sheet_cues(sheet, clip, form, fps, begins)
    scales = {
        "num_inference_steps": steps,
        "video_scale": video_scale,
        "text_scale": text_scale,
        "negative_scale": negative_scale,
        "align_scale": align_scale,
        "lag_s": lag,
        "guidance": guidance,
        "classifier_scale": classifier_scale,
        "classifier_from": classifier_from,
        "classifier_until": classifier_until,
    }
    order = Order(
        clip=clip,
        prompt=prompt,
        negative_prompt=negative,
        cues=(*listed, *(cue or ())),
        refiner=None if raw_prompt else refiner,
        verbose=verbose,
        hits=hits,
        output=output or None,
        seed=seed,
        takes=takes,
        scales=scales,
        original=original,
        loudness=target,
        ceiling_dbtp=ceiling_dbtp,
        codec=codec,
        kbit=bitrate,
        rate_hz=rate,
        stems=stems,
        pan=pan,
        bwf=bwf,
        begin=begins,
        start_s=start,
        length_s=duration,
        redo=redo,
        of=of,
        cuts=cuts,
        provenance=provenance,
        c2pa=c2pa,
        exports=tuple(export or ()),
        project=project,
        wav=wav,
        encode=encode,
        preset=preset,
        library=library,
        used=used,
        still_s=seconds,
        system=system,
        model=model,
    )
    with console.progress("sounding", quiet=as_json) as advance:
        report = sound_clip(order, advance, console.notice)
    ranked = [report["takes"][number - 1] for number in report.get("ranking", range(1, takes + 1))]
    files = [path for take in ranked for path in _files(take)]
    console.result(report, as_json, [*files, *report.get("exports", [])])


def _files(take: dict) -> list[str]:
    """All files of a take."""
    stems = (stem["file"] for stem in take.get("stems", ()))
    return [path for path in (take["film"], take["wav"], *stems, take.get("provenance")) if path]
