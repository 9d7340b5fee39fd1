"""A local language model of transformers that answers an instruction: Flan-T5 and its like, or a causal model
with a chat template."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from prompts.refining.language_model import LanguageModelRefiner
from prompts.refining.refined import Refiner
from prompts.refining.rules import RuleRefiner
from ta_v2a.errors import UserError, one_line
from ta_v2a.system.user_files import is_folder

RULES = "rules"
_MOST_TOKENS = 96


class LocalModel:
    """Answers instructions, greedily: the same question, the same answer.

    Args:
        model: an encoder-decoder or a causal model of transformers.
        tokenizer: its own.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model, self.tokenizer = model.eval(), tokenizer

    @classmethod
    def from_folder(cls, folder: str | Path) -> "LocalModel":
        """From a folder as `save_pretrained` writes it: safetensors only, nothing is downloaded.

        Raises:
            UserError: the folder holds no such model, or a causal one without a chat template.
        """
        if not is_folder(Path(folder)):
            raise UserError(f"no such folder of a language model: {folder}")
        import transformers

        given: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            config = transformers.AutoConfig.from_pretrained(folder, **given)
            two_sided = bool(config.is_encoder_decoder)
            kind = transformers.AutoModelForSeq2SeqLM if two_sided else transformers.AutoModelForCausalLM
            model = kind.from_pretrained(folder, use_safetensors=True, **given)
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **given)
        except Exception as error:  # transformers refuses a folder in many ways
            raise UserError(
                f"{folder} holds no language model that can be loaded: {one_line(error)}"
            ) from error
        if not two_sided and not tokenizer.chat_template:
            raise UserError(f"{folder}: a causal language model needs a chat template")
        return cls(model, tokenizer)

    def __call__(self, instruction: str) -> str:
        """The model's answer."""
        import torch

        tokenizer, two_sided = self.tokenizer, bool(self.model.config.is_encoder_decoder)
        if two_sided:
            batch = tokenizer(instruction, return_tensors="pt", truncation=True, max_length=512)
        else:
            turns = [{"role": "user", "content": instruction}]
            batch = tokenizer.apply_chat_template(
                turns, add_generation_prompt=True, return_dict=True, return_tensors="pt"
            )
        names = ("input_ids", "attention_mask")
        inputs = {name: batch[name].to(self.model.device) for name in names}
        with torch.inference_mode():
            tokens = self.model.generate(**inputs, do_sample=False, num_beams=1, max_new_tokens=_MOST_TOKENS)[
                0
            ]
        answer = tokens if two_sided else tokens[inputs["input_ids"].shape[1] :]
        return str(tokenizer.decode(answer, skip_special_tokens=True))


@cache
def load_refiner(name: str = RULES) -> Refiner:
    """The refiner of a name: "rules", or the folder of a language model.

    Raises:
        UserError: there is no such model.
    """
    if name == RULES:
        return RuleRefiner()
    complete: Callable[[str], str] = LocalModel.from_folder(name)
    return LanguageModelRefiner(complete)
