"""What is only seen: colours, clothes, light, camera. It says nothing of a sound, but the text encoder makes
something of it."""

import re
from functools import cache

from prompts.known import plain_words, telling_words
from prompts.refining.sources import WORD, content, sort_of, telling, word_set, word_stem, words_in
from prompts.refining.tidying import tidied

_VISUAL = word_set(
    """
" red green blue yellow orange purple pink brown white black grey gray beige violet turquoise golden
colorful colourful colored coloured multicolored striped spotted transparent translucent shiny shining
glossy matte bright dark dim sunlit moonlit backlit glowing neon silhouetted blurry blurred
beautiful pretty gorgeous stunning handsome ugly cute adorable lovely majestic picturesque scenic
breathtaking fluffy furry bearded bald blond blonde brunette redhead tall smiling frowning looking
wearing dressed cinematic photorealistic hyperrealistic ultra hd uhd 4k 8k 1080p 720p 60fps hdr bokeh
pov gopro drone handheld footage film clip video picture image photo screen frame shot scene camera lens
zoom zooms zooming pan pans panning tilt tracking dolly timelapse widescreen letterbox panoramic
panorama portrait landscape vertical horizontal aerial slowmo slow-mo slow-motion sunset sunrise sunny
sunlight twilight dusk dawn foggy misty hazy snowy shadow shadows shadowy colour color colors colours
visible seen shown pictured visually depicted depicting aesthetic elegant stylish vintage-looking
"""
)
_CAMERA = word_set(
    "shot cinematic drone film footage picture photo image camera pan pans clip video view aerial frame "
    "scene lens zoom static slow motion close up"
)
_PHRASES = re.compile(
    r"(?i)\b(?:(?:a|an|the|this)\s+)?(?:(?:beautiful|cinematic|slow[- ]?mo(?:tion)?|wide|"
    r"close[- ]?up|aerial|drone|static|"
    r"handheld|pov|tracking|dramatic|stunning|4k|8k|hd|ultra|short|medium|long|extreme|"
    r"low[- ]angle|high[- ]angle)\s+){0,4}"
    r"(?:shot|footage|video|clip|picture|image|photo|view|close[- ]?up)\s+(?:of|showing|shows|in\s+"
    r"which|where|with)\s+"
    r"|\bin\s+(?:slow[- ]?mo(?:tion)?|4k|8k|hd|full\s+hd|black\s+and\s+white|colou?r|high\s+resolution)\b"
    r"|\b(?:the\s+)?camera\s+(?:slowly\s+|quickly\s+|then\s+)?(?:pans?|zooms?|tilts?|moves?|follows?|tracks?|circles?|"
    r"shakes?|flies|rises|is\s+\w+)(?:\s+(?:in|out|left|right|up|down|around|across|over|on|to|away|back|from|the|a|an|"
    r"him|her|it|them|side|subject|scene))*"
    r"|\b(?:(?:who\s+is|is|are)\s+)?(?:wearing|dressed\s+in|clad\s+in)\s+(?:(?:a|an|the|his|her|their)\s+)?(?:[^\W\d_]+\s+){0,2}?"
    r"(?:hat|shirt|t-shirt|jacket|coat|dress|suit|jeans|trousers|pants|skirt|uniform|helmet|glasses|sunglasses|cap|gloves|"
    r"hoodie|sweater|scarf|apron|kimono|mask|vest|overalls|shorts|clothes|clothing|black|white|red|blue|green)\b"
    r"|\b(?:with|under|against|in\s+front\s+of)\s+(?:(?:a|an|the)\s+)?(?:[^\W\d_]+\s+){0,2}?"
    r"(?:sky|skies|backdrop|lighting|hair|eyes|beard|mustache|moustache|colou?rs|sunset|sunrise|sunlight|bokeh|horizon)\b"
    r"|\b(?:at|during|before|after)\s+(?:sunset|sunrise|dusk|dawn|golden\s+hour|twilight)\b"
    r"|\b(?:we|you|i|one)\s+(?:can\s+)?(?:see|sees|watch|notice)\s+|\b(?:the|this|my)\s+(?:video|clip|film|scene|picture|footage|image)"
    r"\s+(?:shows?|depicts?|features?|contains?|displays?)\s+(?:that\s+)?"
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\s*\n+\s*")
_STATES = word_set(
    "is are was were am look looks looked seem seems show shows wear wears wearing see sees stand stands"
)
_THINGS = word_set(
    """
sky skies cloud clouds sun moon star stars rainbow mountain mountains hill hills meadow valley horizon
landscape view views background hat hats shirt jacket coat dress suit jeans trousers skirt uniform scarf
beard hair eyes face faces clothes outfit tall short slim fat people couple holiday vacation trip birthday
amazing awesome nice great wonderful perfect fantastic incredible cool funny happy sad it's that's he's
she's they're
"""
)


@cache
def visual_words() -> frozenset[str]:
    """Words that are only seen; none that a caption uses."""
    return _VISUAL - telling_words() - plain_words()


def without_sights(text: str) -> str:
    """The text without what is only seen; as it was where nothing of that kind is in it."""
    dropped = without_words(text)
    if dropped == text:
        return text
    kept = []
    for before, after in zip(_SENTENCE.split(text), _sentences_of(text, dropped), strict=True):
        if before == after or telling(after) or (content(after) and not telling(text)):
            kept.append(after)
    left = " ".join(piece for piece in map(tidied, kept) if piece)
    return left if content(left) else ""


def seen_sentences(text: str) -> tuple[str, ...]:
    """Sentences that tell a state, and of it only what is seen ("The sky is orange."), beside others that
    name a sound; every word of theirs is a plain one, or one of a sight."""
    sentences = _SENTENCE.split(text)
    seen = tuple(sentence for sentence in sentences if _tells_a_sight(sentence))
    return seen if telling(" ".join(one for one in sentences if one not in seen)) else ()


def _tells_a_sight(sentence: str) -> bool:
    said = set(words_in(sentence))
    sights = said & (_VISUAL | _THINGS)
    return bool(said & _STATES and sights) and all(
        sort_of(word) == "plain" for word in said - sights - _STATES
    )


def without_seen_sentences(text: str) -> str:
    """The text without its `seen_sentences`."""
    seen = seen_sentences(text)
    return " ".join(one for one in _SENTENCE.split(text) if one not in seen) if seen else text


def _sentences_of(text: str, dropped: str) -> list[str]:
    """`dropped` sentence by sentence as `text` is; one each where the cuts took a full stop."""
    pieces = _SENTENCE.split(dropped)
    wanted = _SENTENCE.split(text)
    if len(pieces) == len(wanted):
        return pieces
    return [without_words(piece) for piece in wanted]


def camera_stems(text: str) -> set[str]:
    """Stems of the words by which a text speaks of its camera ("a cinematic shot of"): no sources there."""
    told = (telling(found[0]) for found in _PHRASES.finditer(text))
    return {one for stems in told if stems <= _camera() for one in stems}


@cache
def _camera() -> frozenset[str]:
    return frozenset(map(word_stem, _CAMERA))


def without_words(sentence: str) -> str:
    """A sentence without the words that are only seen."""
    dropped = _PHRASES.sub(lambda found: found[0] if telling(found[0]) - _camera() else " ", sentence)
    return WORD.sub(lambda found: "" if found[0].casefold() in visual_words() else found[0], dropped)
