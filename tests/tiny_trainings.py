"""Every stage and packaged configuration of the trainings at a tiny size, for test_training_stages."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from tiny_words import TINY_TEXT

from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from ldm.autoencoders.spectrogram_vae import SpectrogramVae
from ldm.classifiers.alignment_columns import AlignmentColumns
from ldm.denoisers.audio_unet import AudioUNet
from ldm.denoisers.motion_unet import MotionUNet
from ldm.denoisers.video_transformer import VideoTransformer
from ta_v2a.evaluation.networks.listener import load_listener
from vocoders.bandwidth_extension import BandwidthExtension
from vocoders.istft_net import IstftNet
from vocoders.wavegrad import WaveGrad

WEIGHTS = Path(str(files("ta_v2a"))) / "weights" / "mini"
CLIPS = {"duration_s": 0.512, "batch_size": 2, "clips_per_epoch": 4, "validation_clips": 2, "workers": 0}
KEPT = {**CLIPS, "first_seed": 0, "cache": "clips"}
"""The same scenes for every stage that trains on `StageData`: rendered once, with pictures or without."""
TINY_CVALP = {"tokenizer_file": str(WEIGHTS / "cvalp" / "spiece.model"), "dim": 16, "video_widths": [8, 8, 8]}
TINY_CVALP |= {"video_time_blocks": 1, "text_width": 16, "text_layers": 1}
FEATURES = {
    "cvalp": str(WEIGHTS / "cvalp"),
    "vae": str(WEIGHTS / "autoencoder"),
    "tokenizer_file": TINY_CVALP["tokenizer_file"],
    "scenes": 4,
    "validation_scenes": 2,
    "batch_size": 2,
    "workers": 0,
}
TOKENIZER = {"tokenizer_file": TINY_CVALP["tokenizer_file"]}
OPEN_WORDS = {**TOKENIZER, "checkpoint": str(WEIGHTS / "cvalp"), "teacher": "teacher.npz", "described": 3}
OPEN_WORDS |= {"written": 2, "clips": 4, "validation_clips": 2, "batch_size": 2, "workers": 0, "passes": 1}
TINY_CLASSIFIER = {"width": 16, "sound_blocks": 1, "picture_blocks": 1, "correlated": 8}
TINY_WAVEGRAD = {"mel_width": 8, "up_widths": [8, 8, 8, 8, 8], "wave_widths": [4, 4, 4, 4, 4]}
TINY_PAPER = {"dim": 16, "text_size": TINY_TEXT, "audio_widths": [4, 4, 8, 8, 8, 16], "video_stem": 2}
PAPER_WINDOWS = {"window_tokens": 2, "window_starts": [0, 1, 2]}

TINY_UNET = {"latent_rows": 16, "video_channels": 16, "text_channels": 16, "context_channels": 16}
TINY_UNET |= {"block_out_channels": [8, 8, 8, 16], "layers_per_block": 1, "attention_heads": 2}
TINY_UNET |= {"norm_groups": 4}
PAPER_CLIPS = {f"clips.init_args.{name}": value for name, value in CLIPS.items()}
PAPER_DATA = {**PAPER_CLIPS, "clips.init_args.picture_px": 32, "clips.init_args.duration_s": 1.024}
PAPER_DATA |= {"vae": "paper_vae", "cvalp": "paper_cvalp"}

SMALL_UNET = {"block_out_channels": [8, 8, 8, 16], "attention_heads": 2, "norm_groups": 4}
STAGE_FEATURES = {"cvalp": str(WEIGHTS / "cvalp"), "vae": str(WEIGHTS / "autoencoder"), "workers": 0}
STAGE_FEATURES |= {"tokenizer_file": TINY_CVALP["tokenizer_file"], "scenes": 4, "validation_scenes": 2}
MELS: dict[str, Any] = {f"features.init_args.{name}": v for name, v in STAGE_FEATURES.items()}
PICTURE_DATA = {
    **MELS,
    "rows_per_epoch": 4,
    "features.init_args.batch_size": 2,
    "vae": "small_vae",
    "lengths": [8],
}

JOINT = {**STAGE_FEATURES, "duration_s": 2.048, "pictures": 32, "batch_size": 2, "workers": 0}
JOINT_SHARDS = {"folder": "joint_latents", "batch_size": 2}
TINY_SOUND = {"class_name": "AudioTransformer", "width": 32, "depth": 2, "heads": 2, "modulation_rank": 8}
TINY_FILM = {**TINY_SOUND, "class_name": "FrameTransformer"}
TINY_SHOWN = {**TINY_SOUND, "class_name": "VideoTransformer", "latent_channels": 4, "pictures": 32}
TINY_SHOWN |= {"cells": 2, "words": 4}
TINY_STREAM = {"latent_channels": 4, "text_channels": 16, "context_channels": 16}
TINY_STREAM |= {"block_out_channels": [8, 16], "layers_per_block": 1, "attention_heads": 2, "norm_groups": 4}

CLEAN = {"scenes": 4, "validation_scenes": 2, "picture_px": 32, "pictures": 8, "fps": 4, "acts": ["anvil"]}
CLEAN |= {"workers": 0, "cache": "films", "batch_size": 2, "batches": 2}
TINY_CODE = {"latent_channels": 4, "widths": [8, 8, 8, 16], "picture_px": 32}
TINY_HEAD = {"latent_channels": 4, "pictures": 8, "cells": 2, "words": 4, "width": 32, "depth": 1, "heads": 2}

TINY_MOTION = {"text_channels": 16, "context_channels": 16, "block_out_channels": [8, 16], "norm_groups": 4}
TINY_MOTION |= {
    "layers_per_block": 1,
    "attention_heads": 2,
    "motion_heads": 2,
    "film_pictures": 8,
    "cells": 8,
}

# stage and its configurations -> arguments of the network, of its trainer and of the data, at a tiny size
TRAINED: dict[tuple[str, ...], tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    ("cvalp", "mini"): (TINY_CVALP, {}, KEPT),
    ("cvalp", "ablation"): (TINY_CVALP, {}, {**KEPT, "picture_px": 80}),
    ("cvalp", "paper"): (
        {**TINY_PAPER, "tokenizer": "words", "unfrozen_text_layers": 1},
        PAPER_WINDOWS,
        {**CLIPS, "duration_s": 1.024, "picture_px": 32},
    ),
    ("cvalp", "paper", "published"): (
        {**TINY_PAPER, "tokenizer": "words"},
        {**PAPER_WINDOWS, "start": []},
        {"shards": "shards", "batch_size": 2, "workers": 0},
    ),
    ("text", "mini"): (
        {"tokenizer_file": TINY_CVALP["tokenizer_file"]},
        {"checkpoint": str(WEIGHTS / "cvalp")},
        {"checkpoint": str(WEIGHTS / "cvalp"), "tokenizer_file": TINY_CVALP["tokenizer_file"]}
        | {"clips": 4, "validation_clips": 2, "batch_size": 2, "workers": 0},
    ),
    ("text", "words"): (TOKENIZER, {"checkpoint": str(WEIGHTS / "cvalp")}, OPEN_WORDS),
    ("text", "sentences"): (TOKENIZER, {"checkpoint": str(WEIGHTS / "cvalp")}, OPEN_WORDS),
    ("text", "sentences", "sentences-gpu"): (TOKENIZER, {"checkpoint": str(WEIGHTS / "cvalp")}, OPEN_WORDS),
    ("video", "mini"): (
        {"tokenizer_file": TINY_CVALP["tokenizer_file"]},
        {"start": str(WEIGHTS / "cvalp")},
        KEPT,
    ),
    **{
        ("video", "mini", "solid", *held): (
            {"tokenizer_file": TINY_CVALP["tokenizer_file"]},
            {"start": str(WEIGHTS / "cvalp")},
            {**KEPT, "solid": 0.0},
        )
        for held in ([], ["held"])
    },
    ("vae", "mini"): ({"widths": [16, 16, 16]}, {}, KEPT),
    ("ldm", "mini"): (
        {"width": 32, "depth": 1, "heads": 2, "modulation_rank": 8},
        {},
        {**FEATURES, "lengths": [8, 16]},
    ),
    ("ldm", "mini", "recordings"): (
        {"width": 32, "depth": 1, "heads": 2, "modulation_rank": 8, "leaves_out": True},
        {},
        {**FEATURES, "lengths": [8, 16], "bank": "recordings", "controls": [0.4, 0.2, 0.4]}
        | {"scenes": 0, "recorded_scenes": 2, "unseen_scenes": 2},
    ),
    ("ldm", "mini", "recordings", "gpu"): (
        {"width": 32, "depth": 1, "heads": 2, "modulation_rank": 8, "leaves_out": True},
        {"checkpoint": None, "export_folder": "exported"},
        {**FEATURES, "lengths": [8, 16], "bank": "recordings", "scenes": 0, "recorded_scenes": 2}
        | {"unseen_scenes": 2},
    ),
    ("ldm", "mini", "recordings", "bodies"): (
        {"width": 32, "depth": 1, "heads": 2, "modulation_rank": 8, "leaves_out": True},
        {"checkpoint": None, "export_folder": "exported"},
        {**FEATURES, "lengths": [8, 16], "bank": "recordings", "scenes": 2, "recorded_scenes": 2}
        | {"unseen_scenes": 0, "solid_scenes": 0, "act_scenes": 0},
    ),
    ("classifier", "mini"): (TINY_CLASSIFIER, {"lengths": [8, 12]}, FEATURES),
    ("classifier", "mini", "align"): (
        TINY_CLASSIFIER,
        {"lengths": [8]},
        FEATURES,
    ),
    ("joint", "mini"): (
        {"audio": TINY_SOUND, "video": TINY_SHOWN, "heads": 2},
        {"audio": None, "video": None},
        {**JOINT, "picture_px": 32, "picture_code": "film_code", "words": 4},
    ),
    ("joint", "two-stream-patches"): (
        {"audio": TINY_SOUND, "video": TINY_FILM, "heads": 2},
        {"audio": None},
        JOINT,
    ),
    ("joint", "two-stream-paper"): (
        {
            "audio": {"class_name": "AudioUNet", **TINY_STREAM, "latent_rows": 4},
            "video": {"class_name": "Pseudo3dUNet", **TINY_STREAM},
            "heads": 2,
        },
        {},
        JOINT_SHARDS,
    ),
    ("joint", "uniform"): ({"width": 32, "depth": 2, "heads": 2, "modulation_rank": 8}, {}, JOINT),
    ("joint", "uniform-paper"): (
        {"audio_column": [4, 4], "height": 4, "width_px": 4, "text_channels": 16}
        | {"width": 32, "depth": 2, "heads": 2, "modulation_rank": 8},
        {},
        JOINT_SHARDS,
    ),
    ("joint", "tempo"): (
        {"hidden": [16]},
        {"start": None, "denoiser.init_args.width": 32, "denoiser.init_args.depth": 2}
        | {"denoiser.init_args.heads": 2},
        JOINT,
    ),
    ("ldm", "paper-unet"): (TINY_UNET, {}, PAPER_DATA),
    ("ldm", "paper-unet", "ddp"): (TINY_UNET, {}, PAPER_DATA),
    ("ldm", "paper-unet", "fsdp"): (TINY_UNET, {}, PAPER_DATA),
    ("ldm", "paper-unet", "paper-16gb"): (TINY_UNET, {}, PAPER_DATA),
    ("vae", "vae-small"): (
        {"block_out_channels": [8, 8, 8, 8]},
        {},
        {**MELS, "batch_size": 2, "clips_per_epoch": 4, "frames": 32},
    ),
    **{
        ("ldm", "unet-small", *arm): (SMALL_UNET, {}, PICTURE_DATA)
        for arm in ([], ["unet-small-average"], ["unet-small-video"], ["unet-small-text"])
    },
    ("vocoder", "mini"): (
        {"width": 8, "hidden": 8, "blocks": 1, "prior_iterations": 1},
        {"total_steps": 2, "adversary_from": 1, "crop_samples": 4096},
        {**KEPT, "bank": "bank"},
    ),
    ("vocoder", "wavegrad"): (TINY_WAVEGRAD, {}, KEPT),
    ("vocoder", "wavegrad", "wavegrad-small"): (TINY_WAVEGRAD, {}, KEPT),
    ("bandwidth", "mini"): ({"width": 8, "hidden": 8}, {"total_steps": 2}, {**CLIPS, "bank": "bank"}),
    ("video-vae", "mini"): (TINY_CODE, {"export_folder": "code"}, CLEAN),
    **{
        ("video-vae", "mini", over): (
            TINY_CODE,
            {"checkpoint": None, "export_folder": "code"},
            {**CLEAN, "solid": 0.0},
        )
        for over in ("both-worlds-code", "both-worlds-decoder")
    },
    ("video-head", "mini"): (
        TINY_HEAD,
        {"export_folder": "head"},
        {**CLEAN, "words": 4, "autoencoder": "video_autoencoder", "cvalp": str(WEIGHTS / "cvalp")}
        | {"tokenizer_file": TINY_CVALP["tokenizer_file"]},
    ),
    **{
        ("video-head", "mini", "both-worlds", *longer): (
            TINY_HEAD,
            {"checkpoint": None, "export_folder": "head"},
            {**CLEAN, "words": 4, "autoencoder": "video_autoencoder", "cvalp": str(WEIGHTS / "cvalp")}
            | {"tokenizer_file": TINY_CVALP["tokenizer_file"], "solid": 0.0},
        )
        for longer in ([], ["both-worlds-longer"])
    },
    **{
        ("video-head", "video-head-paper", *over): (
            TINY_MOTION,
            {} if over else {"export_folder": "motion"},
            {**CLEAN, "words": 4, "autoencoder": "picture_vae", "cvalp": "paper_cvalp"},
        )
        for over in ([], ["ddp"], ["fsdp"])
    },
    ("listener", "mini"): ({"widths": [8, 8, 8, 16], "features": 16}, {}, KEPT),
}
EVERY_EPOCH = {"--trainer.check_val_every_n_epoch": 1}
VALIDATED: dict[str, dict[str, Any]] = {
    "ldm": EVERY_EPOCH,
    "classifier": EVERY_EPOCH,
    "joint": EVERY_EPOCH,
    "video-head": EVERY_EPOCH,
    "vocoder": {"--trainer.val_check_interval": 1},
    "text": EVERY_EPOCH,
}
"""What makes stages that validate now and then do so within two steps."""
DEVICES = {"fsdp": {"--trainer.devices": 1, "--trainer.strategy.init_args.data_parallel_size": 1}}
"""One process where a configuration asks for more."""
EXPORTED: dict[tuple[str, ...], tuple[str, Callable[[Path], torch.nn.Module]]] = {
    ("vocoder", "mini"): ("runs/vocoder/vocoder", IstftNet.from_pretrained),
    ("vae", "vae-small"): ("runs/vae-small/autoencoder", SpectrogramVae.from_pretrained),
    **{
        ("ldm", "unet-small", *arm): (f"runs/{(*arm, 'unet-small')[0]}/denoiser", AudioUNet.from_pretrained)
        for arm in ([], ["unet-small-average"], ["unet-small-video"], ["unet-small-text"])
    },
    ("vocoder", "wavegrad"): ("runs/wavegrad/vocoder", WaveGrad.from_pretrained),
    ("vocoder", "wavegrad", "wavegrad-small"): ("runs/wavegrad-small/vocoder", WaveGrad.from_pretrained),
    ("bandwidth", "mini"): ("runs/bandwidth/bandwidth", BandwidthExtension.from_pretrained),
    ("video-vae", "mini"): ("code", PictureAutoencoder.from_pretrained),
    ("video-head", "mini"): ("head", VideoTransformer.from_pretrained),
    ("video-head", "video-head-paper"): ("motion", MotionUNet.from_pretrained),
    ("listener", "mini"): ("ta_v2a/weights/listener", load_listener),
    ("classifier", "mini"): ("runs/classifier/classifier", AlignmentColumns.from_pretrained),
    ("classifier", "mini", "align"): ("runs/align/classifier", AlignmentColumns.from_pretrained),
}
"""Networks that a training leaves as a folder at its end, and what reads it."""
