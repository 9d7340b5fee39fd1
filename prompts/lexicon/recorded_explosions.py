"""Recorded explosions and shots."""

from prompts.lexicon.entry import Entry, recorded

EXPLOSIONS: dict[str, Entry] = {
    "cannon shot": recorded(
        "cannon; artillery; booming; naval; heavy",
        "shot; boom; blast; cannon; salvo; bang",
        "cannon; cannon shot; cannon fire; firing cannon; artillery; artillery fire; cannonball; mortar; "
        "howitzer; tank firing; tank cannon; battleship gun; naval gun; pirate ship cannon; canon; gun "
        "salute; bazooka; rocket launcher; grenade launcher; anti-aircraft gun; battery fire; civil war "
        "battle; shelling; cannon blast",
        "~cannon|fire|; ~cannon|boom|; someone|fire|~cannon; ~tank|fire|; *soldiers|fire|~cannon; "
        "artillery|boom|; ~mortar|fire|; ~ship|fire|its cannons; ~bazooka|fire|; ~howitzer|shoot|; "
        "*cannons|thunder|",
    ),
    "explosion": recorded(
        "explosive; exploding; huge; blasting; bomb",
        "explosion; blast; boom; detonation; bang; burst; eruption",
        "explosion; explosions; bomb; bomb explosion; blast; boom; detonation; grenade; hand grenade; "
        "dynamite; tnt; landmine; mine blast; car explosion; gas explosion; nuclear explosion; explode; "
        "exploding; big bang; building demolition; air strike; bombing; missile; missile impact; war; war "
        "zone; battlefield; c4; petard; volcano explosion; eruption; depth charge; torpedo; burst",
        "~bomb|explode|; something|explode|; ~explosion|boom|; ~grenade|explode|; ~car|explode|; "
        "dynamite|explode|; ~building|blow|up; someone|detonate|~bomb; ~mine|go off|; ~missile|explode|; "
        "someone|blow up|~bridge; *bombs|fall|; ~blast|echo|; *explosions|boom|",
    ),
    "firecracker bang": recorded(
        "firecracker; cracking; popping; banging",
        "bang; crack; pop; snap; firecracker; cracker",
        "firecracker; firecrackers; firecracker bang; lighting firecrackers; banger; bangers; cherry bomb; "
        "pop rocks; chinese new year; string of firecrackers; party popper; party poppers; christmas "
        "cracker; cap gun; cap gun shooting; toy gun; toy pistol; caps; snap pops; squib; petards; black cat "
        "firecrackers; balloon pop; balloon burst; popping balloon",
        "~firecracker|pop|; ~firecracker|go off|; *firecrackers|crackle|; someone|light|~firecracker; "
        "someone|throw|~firecracker; ~banger|explode|; someone|fire|~cap gun; ~party popper|pop|; "
        "*firecrackers|explode|; someone|pop|~balloon; ~balloon|burst|",
    ),
    "fireworks": recorded(
        "firework; pyrotechnic; festive; exploding; whistling",
        "firework; burst; boom; bang; rocket; display; crackle",
        "fireworks; firework; fireworks display; fireworks show; fireworks banging; firework rocket; new "
        "year's eve; new year fireworks; fourth of july; independence day; rocket; skyrocket; roman candle; "
        "bottle rocket; pyrotechnics; fireworks exploding; fireworks popping; fireworks whistling; sparkling "
        "fireworks; fireworks in the sky; catherine wheel; celebration; bonfire night; diwali",
        "*fireworks|explode|; *fireworks|burst|in the sky; ~firework|whistle|and explodes; *fireworks|pop|; "
        "*fireworks|boom|; someone|set off|fireworks; *people|watch|fireworks; ~rocket|whistle|into the sky; "
        "*fireworks|crackle|; *fireworks|bang|; *rockets|burst|",
    ),
}
