"""Captions by a vision-language model: a real class of transformers at tiny, random size."""

import json
import shutil

import numpy as np
import pytest
import torch

from prompts.refining.rules import RuleRefiner
from ta_v2a.engine.looking import Looker, described, pictures_of
from ta_v2a.errors import UserError
from ta_v2a.media.reading.probe import probe

WORDS = ["<pad>", "<s>", "</s>", "<unk>", "<image>", "a", "dog", "barks", "rain", "falls", "wind"]
TEMPLATE = (
    "{% for m in messages %}{% for part in m.content %}{% if part.type == 'image' %}<image> {% else %}"
    "a dog {% endif %}{% endfor %}{% endfor %}"
)


@pytest.fixture(scope="module")
def looker_folder(tmp_path_factory):
    """LLaVA over tiny CLIP and Llama, with a tokenizer of some words."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
        PreTrainedTokenizerFast,
    )

    folder = tmp_path_factory.mktemp("vlm") / "captioner"
    core = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        additional_special_tokens=["<image>"],
    )
    images = CLIPImageProcessor(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16})
    processor = LlavaProcessor(
        images,
        tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        image_token="<image>",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    processor.save_pretrained(folder)
    torch.manual_seed(0)
    sight = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=16,
        patch_size=8,
        projection_dim=16,
    )
    speech = LlamaConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    config = LlavaConfig(vision_config=sight, text_config=speech, image_token_index=4)
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    return folder


def test_pictures_of_a_clip_become_words(looker_folder, silent_clip):
    looker, clip = Looker.from_folder(looker_folder), probe(str(silent_clip))
    pictures = pictures_of(clip)
    assert len(pictures) == 8 and pictures[0].shape == (224, 224, 3) and pictures[0].dtype == np.uint8
    words = looker.describe(pictures)
    assert words == looker.describe(pictures)
    assert set(words.split()) <= set(WORDS)
    found = described(clip, looker, RuleRefiner())
    assert found["names_a_sound"] == any(word in found["caption"] for word in ("dog", "bark", "rain", "wind"))


def test_the_command(looker_folder, silent_clip, capsys):
    from ta_v2a.__main__ import main

    command = ["caption", str(silent_clip), "--backend", "vlm", "--json"]
    assert main([*command, "--model", str(looker_folder)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["backend"] == "vlm" and {"described", "caption", "trace"} <= report.keys()
    assert main(command) == 2 and main(["caption", str(silent_clip), "--model", "x"]) == 2
    assert main([*command, "--model", "/nowhere"]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_foley_looks_where_the_preset_says_so(looker_folder, pipeline_folder, silent_clip, tmp_path, capsys):
    from ta_v2a.__main__ import main

    preset = tmp_path / "preset"
    shutil.copytree(pipeline_folder, preset)
    shutil.copytree(looker_folder, preset / "captioner")
    index = json.loads((preset / "model_index.json").read_text())
    (preset / "model_index.json").write_text(json.dumps({**index, "captioner": "vlm"}))
    command = ["foley", str(silent_clip), "-o", str(tmp_path / "o.wav"), "--json", "--preset", str(preset)]
    assert main(command) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["suggested"]["described"] is not None
    assert report["prompt"] == (report["suggested"]["label"] if report["suggested"]["taken"] else "")
    (preset / "model_index.json").write_text(json.dumps({**index, "captioner": "crystal ball"}))
    assert main(command) == 2


def test_what_is_no_such_model_is_one_line(tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "none"):
        with pytest.raises(UserError) as caught:
            Looker.from_folder(folder)
        assert "\n" not in str(caught.value)
