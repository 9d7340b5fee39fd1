"""The words of what is mostly unwanted under a film's sound: background music, voices, mains hum."""

from prompts.lexicon.entry import Entry, words

BACKGROUNDS: dict[str, Entry] = {
    "music": Entry(
        words("musical; background"),
        words("music; tune; melody; song; score"),
        words(
            "music; background music; soft music; a song; a melody; piano music; music playing; soundtrack; "
            "score; "
            "a tune; instrumental music; music in the background; musical score; pop music; elevator music"
        ),
        {
            "*": words(
                "music|play|; music|play|in the background; ~song|play|; ~tune|play|softly; ~radio|play|music"
            )
        },
    ),
    "speech": Entry(
        words("talking; speaking; human"),
        words("voice; speech; talk; chatter; conversation"),
        words(
            "speech; voices; talking; people talking; a voice; dialogue; conversation; chatter; a man "
            "speaking; "
            "a woman speaking; narration; voice over; human voice; commentary; a crowd talking; male speech; "
            "female speech"
        ),
        {
            "*": words(
                "~man|speak|; ~woman|speak|; *people|talk|; *voices|talk|in the background; "
                "~narrator|speak|; "
                "~person|talk|; someone|talk|"
            )
        },
    ),
    "hum": Entry(
        words("electrical; mains; low"),
        words("hum; buzz; drone"),
        words(
            "hum; mains hum; electrical hum; ground hum; 50 Hz hum; a low hum; humming; buzz; electrical "
            "buzz; "
            "background hum; power hum; amplifier hum; noise"
        ),
        {"*": words("~amplifier|hum|; *mains|hum|; ~transformer|hum|; *electronics|hum|in the background")},
    ),
}
