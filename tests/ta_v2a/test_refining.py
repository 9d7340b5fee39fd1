"""An order's words through a refiner, by rules and by real language models of tiny size."""

import json

import pytest
import torch
from tiny_words import TINY_TEXT, tiny_tokenizer

from prompts.refining.language_model import LanguageModelRefiner, first_sentence, refusal
from prompts.refining.rules import RuleRefiner
from ta_v2a.engine.cues import Cue
from ta_v2a.engine.language_models import LocalModel, load_refiner
from ta_v2a.engine.refining import refined_words
from ta_v2a.errors import UserError

RULES = RuleRefiner()


def test_clean_words_are_handed_on_untouched():
    cues = [Cue(0, 1, "a bell")]
    found = refined_words(RULES, "a dog barks", "wind", cues, 8.0)
    assert (found.prompt, found.negative_prompt, found.cues) == ("a dog barks", "wind", cues)
    assert found.report is None and found.lines == found.trace == []


def test_negations_and_times_of_the_prompt_join_what_was_given():
    given = [Cue(4, 5, "a bell, no wind", 0.5)]
    found = refined_words(RULES, "rain, no birds, at 2 s thunder", "wind", given, 8.0)
    assert (found.prompt, found.negative_prompt) == ("rain", "wind, birds")
    assert found.cues == [Cue(2, float("inf"), "thunder", 0.5), Cue(4, 5, "a bell", 0.5, "wind")]
    assert found.report["given"]["prompt"] == "rain, no birds, at 2 s thunder"
    assert found.report["cues"] == [{"start_s": 2, "end_s": None, "text": "thunder"}]
    assert json.dumps(found.report) and "--raw-prompt" in found.lines[0]
    assert all("\n" not in line and len(line) < 400 for line in [*found.lines, *found.trace])


def test_a_prompt_of_cues_alone_gives_them_the_whole_share():
    found = refined_words(RULES, "at 2 s thunder", "", [], 8.0)
    assert found.prompt == "" and found.cues == [Cue(2, float("inf"), "thunder")]


def test_a_negative_prompt_may_say_no_itself():
    assert refined_words(RULES, "rain", "no wind", [], 8.0).negative_prompt == "wind"


def test_a_time_after_the_end_is_left_out_and_said():
    found = refined_words(RULES, "rain, at 9 s thunder", "", [], 8.0)
    assert (found.prompt, found.cues) == ("rain", [])
    assert "after the clip's end" in found.lines[-1]


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("a dog barks", "A dog is barking.", ""),
        ("a red car drives by", "a car drives by", ""),
        ("a dog barks", "a dog barks and a cat meows", "invented: cat, meow"),
        ("a dog and rain", "a dog", "lost: rain"),
        ("a dog barks", "", "it is empty or too long"),
        ("a kazoo", "a flute", "lost: kazo; invented: flut"),
    ],
)
def test_an_answer_is_used_only_with_the_same_sources(before, after, why):
    assert refusal(before, after) == why
    found = LanguageModelRefiner(lambda instruction: after).refine(before)
    assert found.text == (before if why else after)


def test_the_sentence_of_an_answer():
    assert first_sentence('\n Sentence: "a dog  barks."\nAnd more') == "a dog barks."
    assert first_sentence("") == ""


def overfitted(folder, answer: str):
    """A tiny T5 that has learned to answer one thing, and its folder."""
    from transformers import AutoTokenizer, T5Config, T5ForConditionalGeneration

    name = tiny_tokenizer(folder)
    tokenizer = AutoTokenizer.from_pretrained(name)
    torch.manual_seed(0)
    model = T5ForConditionalGeneration(T5Config(**TINY_TEXT, decoder_start_token_id=0, dropout_rate=0.0))
    batch = tokenizer("rain dog", return_tensors="pt")
    labels = tokenizer(answer, return_tensors="pt").input_ids
    optimizer = torch.optim.Adam(model.parameters(), 2e-2)
    for _ in range(60):
        optimizer.zero_grad()
        model(**batch, labels=labels).loss.backward()
        optimizer.step()
    model.save_pretrained(folder)
    return folder


def test_flan_t5_words_a_prompt_where_it_keeps_the_sources(tmp_path):
    refiner = load_refiner(str(overfitted(tmp_path / "t5", "a dog")))
    assert isinstance(refiner, LanguageModelRefiner)
    assert refiner.refine("dog").text == "a dog" and refiner.refine("dog").trace[-1].found == "worded"
    kept = refiner.refine("rain")
    assert kept.text == "rain" and "invented: dog" in kept.trace[-1].found


def causal_folder(folder, template: bool):
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = ["<unk>", "<s>", "</s>", "user", "a", "dog", "rain", "barks", "."]
    core = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    if template:
        tokenizer.chat_template = "{% for m in messages %}<s> {{ m.role }} {{ m.content }} {% endfor %}"
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=512,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return str(folder)


def test_a_causal_model_answers_by_its_chat_template(tmp_path):
    model = LocalModel.from_folder(causal_folder(tmp_path / "chat", True))
    answer = model("a dog barks")
    assert answer == model("a dog barks") and "user" not in answer.split()[:1]
    found = LanguageModelRefiner(model).refine("a dog barks, no wind")
    assert found.negative == "wind" and {"dog", "barks"} <= set(found.text.split())


def test_what_is_no_language_model_is_one_line(tmp_path):
    with pytest.raises(UserError, match="chat template"):
        LocalModel.from_folder(causal_folder(tmp_path / "bare", False))
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "none"):
        with pytest.raises(UserError) as caught:
            LocalModel.from_folder(folder)
        assert "\n" not in str(caught.value)


def test_the_command_says_what_it_read_and_raw_takes_it_as_typed(
    pipeline_folder, silent_clip, tmp_path, capsys
):
    from ta_v2a.__main__ import main

    words = "rain, no birds, at 1 s a dog brak"
    command = ["foley", str(silent_clip), "-p", words, "-o", str(tmp_path / "o.wav"), "--json"]
    command += ["--preset", str(pipeline_folder)]
    assert main([*command, "--verbose"]) == 0
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert (report["prompt"], report["negative_prompt"]) == ("rain", "birds")
    assert report["cues"][0] | {"end_s": 0} == {
        "start_s": 1.0, "end_s": 0, "text": "a dog bark", "strength": 0.5, "negative": ""
    }  # fmt: skip
    assert report["refined"]["given"]["prompt"] == words and "spelling: brak: bark" in captured.err
    assert "the prompt is read as “rain”" in captured.err
    assert main([*command, "--raw-prompt"]) == 0
    raw = json.loads(capsys.readouterr().out)
    assert (raw["prompt"], raw["refined"], raw["cues"]) == (words, None, [])
    assert main([*command, "--refiner", str(tmp_path / "none")]) == 2


def test_a_clean_prompt_sounds_the_same_with_and_without_the_refiner(pipeline_folder, silent_clip, tmp_path):
    from ta_v2a.__main__ import main

    sounds = []
    for name, further in (("a.wav", []), ("b.wav", ["--raw-prompt"])):
        path = tmp_path / name
        command = ["foley", str(silent_clip), "-p", "A dog barks.", "-o", str(path), "--preset"]
        assert main([*command, str(pipeline_folder), *further]) == 0
        sounds.append(path.read_bytes())
    assert sounds[0] == sounds[1]
