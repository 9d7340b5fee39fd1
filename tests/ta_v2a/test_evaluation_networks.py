"""Published networks load from folders that their own classes wrote, at tiny sizes with random weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from ta_v2a.errors import UserError
from ta_v2a.evaluation.networks.extractors import PictureInput
from ta_v2a.evaluation.networks.published import CLAP_HZ, CLIP_FRAMES, clap_extractors, load_roles
from ta_v2a.media.reading.probe import probe

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def clip_folder(tmp_path) -> Path:
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor, CLIPTokenizer

    torch.manual_seed(0)
    small = {
        "hidden_size": 8,
        "intermediate_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 1,
        "projection_dim": 6,
    }
    words = ["<|startoftext|>", "<|endoftext|>", *LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
    text = {
        **small,
        "vocab_size": len(words),
        "max_position_embeddings": 16,
        "bos_token_id": 0,
        "eos_token_id": 1,
        "pad_token_id": 1,
    }
    model = CLIPModel(
        CLIPConfig(
            text_config=text, vision_config={**small, "image_size": 32, "patch_size": 16}, projection_dim=6
        )
    )
    tokenizer = CLIPTokenizer(vocab={word: i for i, word in enumerate(words)}, merges=[], model_max_length=16)
    processor = CLIPProcessor(
        CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}), tokenizer
    )
    model.save_pretrained(tmp_path / "clip")
    processor.save_pretrained(tmp_path / "clip")
    return tmp_path / "clip"


def test_clip_reads_pictures_and_text_into_one_space(clip_folder, silent_clip):
    picture, text = load_roles([f"clip={clip_folder}"])
    clip = probe(silent_clip)
    seen, said = picture.run(PictureInput(clip)), text.run("a knock")
    assert seen["frames"].shape == (CLIP_FRAMES, 6) and said["features"].shape == (6,)
    assert np.isfinite(seen["frames"]).all() and seen["frames"].std(axis=0).max() > 0
    still = picture.run(PictureInput(clip, static=True))
    assert still["frames"].shape == (1, 6)
    assert picture.sha256 == text.sha256 and len(picture.sha256) == 64
    assert not np.allclose(said["features"], text.run("rain")["features"])


def test_another_networks_folder_is_refused(clip_folder):
    with pytest.raises(UserError, match="Clap"):
        clap_extractors(clip_folder)


def test_clap_reads_sound_and_text_into_one_space(tmp_path):
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel, ClapProcessor, RobertaTokenizer

    torch.manual_seed(0)
    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "Ġ", *LETTERS]
    text = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    text |= {"vocab_size": len(words), "max_position_embeddings": 40}
    sound = {
        "depths": [1, 1],
        "num_attention_heads": [1, 2],
        "patch_embeds_hidden_size": 8,
        "hidden_size": 16,
        "num_hidden_layers": 2,
    }
    model = ClapModel(ClapConfig(text_config=text, audio_config=sound, projection_dim=6))
    tokenizer = RobertaTokenizer(
        vocab={word: i for i, word in enumerate(words)}, merges=[], model_max_length=32
    )
    ClapProcessor(ClapFeatureExtractor(truncation="rand_trunc"), tokenizer).save_pretrained(tmp_path / "clap")
    model.save_pretrained(tmp_path / "clap")
    hear, read = load_roles([f"clap={tmp_path / 'clap'}"])
    wave = np.random.default_rng(0).normal(0, 0.1, 12 * CLAP_HZ).astype(np.float32)
    features = hear.run(wave, CLAP_HZ)["features"]
    # Beyond 10 s the processor would cut at random; the score must not depend on chance.
    np.testing.assert_array_equal(features, hear.run(wave, CLAP_HZ)["features"])
    assert features.shape == (6,) and read.run("a knock")["features"].shape == (6,)
