"""How the picture moves to a recorded sound: actions for every family, and for kinds that move in their own
way.

Event actions show moments, steady actions a loudness that goes on. Text says what is heard; these motions
only say when, so one motion serves many kinds.
"""

from dataclasses import dataclass

from prompts.lexicon.entry import words


@dataclass(frozen=True)
class Gesture:
    """Actions by which a sound may be seen: `events` for rows of events, `steady` for what goes on."""

    events: tuple[str, ...]
    steady: tuple[str, ...]


def _gesture(events: str, steady: str) -> Gesture:
    return Gesture(words(events), words(steady))


FAMILY_GESTURES: dict[str, Gesture] = {
    "impact": _gesture("strike; strike; strike; drop; knock; bounce; shake; chop", "scrape; shake; run"),
    "friction": _gesture("scrape; rub; saw; shake", "scrape; rub; saw"),
    "human": _gesture("clap; strike; bark; bark", "bark; rub"),
    "instrument": _gesture("strike; strike; strike; ring; knock", "ring; strike"),
    "explosion": _gesture("shoot; shoot; flash", "burn; flash"),
    "creature": _gesture("bark; bark; chirp", "chirp; bark; run"),
    "liquid": _gesture("splash; splash; drip; bubble", "pour; pour; rain; burn"),
    "air": _gesture("strike; shake; blow; shoot", "burn; blow; run"),
    "machine": _gesture("type; strike; tick; shake; knock", "run; run; spin; drill"),
    "vehicle": _gesture("run; honk", "run; run; spin"),
    "signal": _gesture("ring; honk; strike", "ring; honk; run"),
    "weather": _gesture("flash; drip", "rain; blow"),
    "ambience": _gesture("bark; clap", "blow; run; rain"),
    "": _gesture("strike; strike; drop; knock; bark; shake", "run; blow; scrape"),
}

KIND_GESTURES: dict[str, Gesture] = {
    name: _gesture(events, steady)
    for names, events, steady in (
        ("anvil; hammering; tool handling; pickaxe on stone", "strike; strike; chop", "strike"),
        ("wood chopping; blade stab; melon knock; cracking", "chop; chop; strike", "saw"),
        ("ball bounce", "bounce; bounce; strike", "bounce"),
        (
            "coins; dice; poker chips; metal falling; wood falling; rock falling; debris falling",
            "drop",
            "drop",
        ),
        ("door knock", "knock", "knock"),
        (
            "switch click; latch click; mechanical lever; cash register; camera shutter",
            "type; type; knock",
            "type",
        ),
        ("door closing; door opening; metal door; heavy slam", "strike; knock; drop", "scrape"),
        (
            "footsteps in water; animal footsteps; footsteps on carpet; footsteps on concrete; footsteps on "
            "dirt; "
            "footsteps on grass; footsteps on gravel or sand; footsteps on metal; footsteps on snow or ice; "
            "footsteps on stone; footsteps on wood; heel tap; foot stomp; horse gallop",
            "footstep",
            "footstep",
        ),
        ("hand clap; finger snap", "clap", "clap"),
        ("crowd or applause", "clap", "clap; run"),
        ("body slap; punch", "strike; clap", "strike"),
        ("clock ticking", "tick", "tick"),
        (
            "keys jingling; dice; shaker; bones rattling; screws in a box; metal rattle; plastic rattle; "
            "wood rattle; playing cards; cutlery",
            "shake; shake; drop",
            "shake",
        ),
        (
            "hand saw; wood scraping; blade scrape; scraping; zipper; chalk screech; guiro",
            "saw; scrape",
            "saw; scrape",
        ),
        (
            "writing or erasing; scratching; leather handling; cloth rustle; page turning; paper or "
            "cardboard; "
            "plastic crinkle; tape peeling; glass rubbing",
            "rub; rub; scrape; shake",
            "rub; scrape",
        ),
        (
            "tabla; bass or tom drum; snare drum; cymbal; mallet percussion",
            "strike; strike; clap; knock",
            "strike",
        ),
        ("bell; church bells; doorbell; gong or singing bowl; wind chimes", "ring; strike", "ring"),
        ("gunshot; cannon shot; firecracker bang; gun handling; ricochet; projectile hit", "shoot", "shoot"),
        ("explosion; fireworks; thunder", "flash; shoot", "flash"),
        ("chainsaw; power tool", "drill; saw", "drill; run; saw"),
        ("fan; helicopter; propeller plane", "spin; run", "spin; run"),
        ("water flowing; toilet flush", "pour; splash", "pour"),
        ("waterfall; sea waves", "pour; splash", "rain; pour; blow"),
        ("water drip", "drip", "drip"),
        ("water splash; mud squelch; slime squelch", "splash; strike", "splash"),
        ("water bubbles; underwater", "bubble", "bubble; pour"),
        ("fire crackling; flame whoosh; flame lighting; sizzling or fuse; steam hiss", "burn; blow", "burn"),
        ("whoosh; bow and arrow; wing flapping; wind; leaves rustling", "shake; strike; blow", "blow"),
        ("vehicle horn; ship or train horn; whistle", "honk", "honk; run"),
        ("rain", "drip", "rain"),
        (
            "eating or drinking; baby crying; cough; sneeze; burp or spit; breathing or snoring",
            "bark; bark; rub",
            "bark",
        ),
    )
    for name in words(names)
}

CONTINUOUS_ACTIONS = frozenset(words("scrape; saw; rub; pour; blow; burn; rain; run; drill; spin"))
"""Actions that are drawn from a loudness envelope; the others from events."""

_LOOKS = (
    (
        "metal",
        "metal; anvil; hammer; coins; cutlery; keys; tin; can; blade; cymbal; gong; bell; tool; gun; spring",
    ),
    ("glass", "glass; water; bottle"),
    ("ceramic", "ceramic; dice; bones; poker"),
    ("wood", "wood; door; knock; mallet; pencil; chopping; clock"),
    ("plastic", "plastic; switch; printer; ball; latch; lid"),
    ("stone", "stone; rock; brick; concrete; gravel; debris"),
    ("drum", "drum; tabla; djembe"),
    ("cloth", "cloth; leather; carpet; paper; page; body; punch; thud"),
)


def look_of(kind: str) -> str:
    """The stage's kind whose looks suit a recorded kind best; cloth where none does."""
    return next((look for look, names in _LOOKS if any(name in kind for name in words(names))), "cloth")


def gesture_of(kind: str, family: str) -> Gesture:
    """The actions of a kind, else of its family, else any."""
    return KIND_GESTURES.get(kind) or FAMILY_GESTURES.get(family) or FAMILY_GESTURES[""]
