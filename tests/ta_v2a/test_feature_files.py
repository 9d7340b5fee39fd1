"""Features on disk: those of the engine, resumed after a killed run, one cache for each source of theirs."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from untrained import TOKENIZER_FILE, cvalp_checkpoint, vae_checkpoint

from ta_v2a.data import feature_files
from ta_v2a.data.examples import CAPTIONS, FEWER_CAPTIONS, Examples, left_out, said
from ta_v2a.data.feature_files import TEXTS as WORDINGS
from ta_v2a.data.feature_files import read_facts, text_features, write_features
from ta_v2a.data.features import StageFeatures
from ta_v2a.data.stage_clips import (
    StageClips,
)
from ta_v2a.presets.trained import mini_cvalp
from ta_v2a.stage.scene.scene import heard, plan
from vocoders.clock import MINI, ClipSpec

SHORT = ClipSpec(duration_s=1.024, picture_px=16)


def test_wordings_begin_with_the_scenes_own():
    planned = next(
        each for each in (plan(seed, MINI.duration_s) for seed in range(9)) if len(each.sources) > 1
    )
    seed, gone = planned.seed, left_out(planned.seed, planned)
    facts = json.dumps({"sources": [asdict(heard(s)) for s in planned.sources], "left_out": gone})
    words = said(facts, seed)
    assert len(words) == WORDINGS and words == said(facts, seed) and words[0] == planned.caption
    assert len(set(words[:CAPTIONS])) > 1 and all(words)
    alone = json.dumps({"sources": [asdict(heard(planned.sources[gone]))], "left_out": 0})
    assert said(alone, seed)[CAPTIONS:] == [*words[CAPTIONS : CAPTIONS + FEWER_CAPTIONS], "", ""]


@torch.no_grad()
def features_by_hand(folder: Path, seeds: range) -> torch.Tensor:
    """The mean over each film and its mirror image, in float32."""
    cvalp = mini_cvalp(folder / "cvalp.ckpt", TOKENIZER_FILE)
    clips = StageClips(seeds, ClipSpec(duration_s=1.024))
    frames = torch.stack([clips[k]["frames"] for k in range(len(seeds))]).float() / 255
    plain, mirrored = (cvalp.encode_video(each) for each in (frames, frames.flip(-1)))
    assert float((plain - mirrored).abs().max()) > 0.05
    return (plain + mirrored) / 2


def test_features_are_those_that_the_engine_gives_the_denoiser(tmp_path, monkeypatch):
    """Written by the trainer's data, and given by the engine for the same pictures."""
    monkeypatch.setattr(feature_files, "SHARD", 1)
    files = (cvalp_checkpoint(tmp_path), TOKENIZER_FILE, vae_checkpoint(tmp_path))
    one = Examples(range(40, 41), ClipSpec(duration_s=2.048))
    write_features(one, range(40, 41), tmp_path / "features", *files, 0)
    from ldm.denoisers.audio_transformer import AudioTransformer
    from ldm.scheduling import FlowEuler
    from ta_v2a.engine.foley import FoleyEngine
    from ta_v2a.engine.parts import Parts
    from ta_v2a.engine.tapes import PictureTape
    from ta_v2a.engine.windows import plan_windows
    from ta_v2a.presets.trained import mini_autoencoder
    from vocoders.griffin_lim import GriffinLim

    cvalp, denoiser = mini_cvalp(*files[:2]), AudioTransformer(width=16, depth=1, heads=2, modulation_rank=8)
    parts = Parts(cvalp, mini_autoencoder(files[2]), denoiser, GriffinLim(iterations=1), FlowEuler())
    engine = FoleyEngine(parts, {}, autocast_dtype=torch.bfloat16)
    frames = StageClips([40], ClipSpec(duration_s=2.048))[0]["frames"].numpy()[None]
    with torch.no_grad():
        tape, window = PictureTape(iter([frames])), plan_windows(32, 128)[0]
        found = engine._video(tape, window, hits=None, prompts=[None])
    assert torch.equal(load_file(tmp_path / "features" / "40.safetensors")["video"], found.half())


def test_features_resume_after_a_lost_or_damaged_shard(tmp_path, monkeypatch):
    monkeypatch.setattr(feature_files, "SHARD", 2)
    files = (cvalp_checkpoint(tmp_path), TOKENIZER_FILE, vae_checkpoint(tmp_path))
    folder = tmp_path / "features"
    write_features(Examples(range(40, 43), ClipSpec(duration_s=1.024)), range(40, 43), folder, *files, 0)
    expected = features_by_hand(tmp_path, range(40, 42))
    torch.testing.assert_close(
        load_file(folder / "40.safetensors")["video"].float(), expected, atol=0.02, rtol=0
    )
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(written) == {"40.safetensors", "42-1.safetensors"}  # the last shard is not full
    whole, last = load_file(folder / "40.safetensors"), load_file(folder / "42-1.safetensors")
    assert set(whole) == {"latents", "without", "kinds", "video"} and whole["video"].shape == (2, 16, 264)
    assert whole["latents"].shape[::2] == (2, 16)  # whatever the width of a column
    assert all(v.dtype == torch.float16 and v.isfinite().all() for v in whole.values())
    assert len(last["latents"]) == 1
    facts = [*read_facts(folder / "40.safetensors"), *read_facts(folder / "42-1.safetensors")]
    texts = text_features(facts, range(40, 43), mini_cvalp(files[0], TOKENIZER_FILE))
    assert texts.shape == (3, WORDINGS, 256) and not torch.equal(texts[0], texts[1])
    (folder / "40.safetensors").unlink()
    untouched = (folder / "42-1.safetensors").stat().st_mtime_ns
    write_features(Examples(range(40, 43), ClipSpec(duration_s=1.024)), range(40, 43), folder, *files, 0)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written
    assert (folder / "42-1.safetensors").stat().st_mtime_ns == untouched
    (folder / "40.safetensors").write_bytes(written["40.safetensors"][:-1])  # damaged
    save_file(whole, folder / "42-1.safetensors", {"facts": json.dumps(facts[:2])})  # whole, but of two rows
    seeds = range(40, 43)
    write_features(Examples(seeds, ClipSpec(duration_s=1.024)), seeds, folder, *files, 0, part=1, parts=2)
    assert (folder / "42-1.safetensors").read_bytes() == written["42-1.safetensors"]
    assert (folder / "40.safetensors").read_bytes() != written["40.safetensors"]  # the other process's
    write_features(Examples(seeds, ClipSpec(duration_s=1.024)), seeds, folder, *files, 0, part=0, parts=2)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written


def test_other_weights_have_another_cache(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    paths = {
        "cvalp": str(tmp_path / "a"),
        "vae": str(tmp_path / "b"),
        "tokenizer_file": str(tmp_path / "c"),
        "cache": str(tmp_path),
    }
    before = StageFeatures(**paths).folder
    assert before == StageFeatures(**paths, scenes=5).folder
    (tmp_path / "b").write_text("trained longer")
    assert before != StageFeatures(**paths).folder


def test_other_recordings_have_another_cache(tmp_path):
    """Features and kept clips; a bank that was moved is the same one."""
    for name in ("a", "b", "c", "sounds/wood/knock.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    paths = {
        "cvalp": str(tmp_path / "a"),
        "vae": str(tmp_path / "b"),
        "tokenizer_file": str(tmp_path / "c"),
        "cache": str(tmp_path),
    }

    def places(bank: str | None) -> tuple[Path, Path | None]:
        return StageFeatures(**paths, bank=bank).folder, StageClips([0], SHORT, bank, cache=tmp_path).kept

    without, bank = places(None), tmp_path / "sounds"
    first = places(str(bank))
    (tmp_path / "elsewhere").mkdir()
    bank.rename(tmp_path / "elsewhere" / "sounds")
    bank = tmp_path / "elsewhere" / "sounds"
    moved = places(str(bank))
    (bank / "wood" / "knock.wav").write_text("another")
    changed = places(str(bank))
    (bank / "wood" / "second.wav").write_text("more")
    more = places(str(bank))
    assert moved == first
    assert all(len(set(each)) == 4 for each in zip(without, first, changed, more, strict=True))
