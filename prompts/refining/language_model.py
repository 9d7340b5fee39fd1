"""The refiner with a language model behind it; what it answers is checked, never trusted."""

from collections.abc import Callable
from dataclasses import replace

from prompts.refining.refined import Finding, Refined
from prompts.refining.rules import RuleRefiner
from prompts.refining.seen import visual_words
from prompts.refining.sources import content, unknown_words, word_stem

INSTRUCTION = (
    "Rewrite what a user typed as one short English sentence in the present tense that says which sounds "
    "are heard. Think in these steps: name the things that sound and what they do; leave out colours, "
    "clothes, light and camera; keep numbers, order and what happens at the same time; write one sentence; "
    "check that every sounding thing is in it and none is new. Answer with the sentence alone.\n"
    "User: {text}\nSentence:"
)
"""The steps of PPPR (Shi et al. 2024) as one instruction; its own wording is not published."""

LONGEST_ANSWER = 400  # characters


class LanguageModelRefiner:
    """Rules first, then a model's wording of what they left, if no source is lost or invented.

    Args:
        complete: gives a model's answer to an instruction; any local model will do.
        rules: the refiner that goes first.
    """

    def __init__(self, complete: Callable[[str], str], rules: RuleRefiner | None = None) -> None:
        self.complete, self.rules = complete, rules or RuleRefiner()

    def refine(self, text: str) -> Refined:
        """The prompt, read; the rules' own where the model's answer cannot be used."""
        ruled = self.rules.refine(text)
        if not ruled.text.strip():
            return ruled
        answer = first_sentence(self.complete(INSTRUCTION.format(text=ruled.text)))
        why = refusal(ruled.text, answer)
        if why:
            return replace(
                ruled, trace=(*ruled.trace, Finding("model", f"answer not used, {why}", ruled.text))
            )
        if answer == ruled.text:
            return ruled
        unknown = unknown_words([answer, ruled.negative, *(cue.text for cue in ruled.cues)])
        return replace(
            ruled, text=answer, unknown=unknown, trace=(*ruled.trace, Finding("model", "worded", answer))
        )


def first_sentence(answer: str) -> str:
    """The first line of an answer, without quotes or a label."""
    line = next((row.strip() for row in answer.splitlines() if row.strip()), "")
    return " ".join(line.removeprefix("Sentence:").strip(" \"'“”`*").split())


def refusal(before: str, after: str) -> str:
    """Why an answer cannot stand for the words before it; "" if it can: it has the same sources."""
    if not after or len(after) > LONGEST_ANSWER:
        return "it is empty or too long"
    seen = {word_stem(word) for word in visual_words()}
    had, has = content(before), content(after)
    differences = {"lost": had - has - seen, "invented": has - had}
    return "; ".join(
        f"{name}: {', '.join(sorted(words)[:6])}" for name, words in differences.items() if words
    )
