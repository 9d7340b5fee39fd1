"""Recorded sounds of the human body."""

from prompts.lexicon.entry import Entry, recorded

HUMANS: dict[str, Entry] = {
    "baby crying": recorded(
        "crying; baby; sobbing; infant; wailing; newborn",
        "cry; sob; wail; scream; whimper; whine",
        "baby crying; baby; crying baby; infant crying; baby cry_ infant cry; newborn; newborn crying; "
        "toddler crying; child crying; kid crying; crying; crying_ sobbing; sobbing; people sobbing; "
        "wailing; baby screaming; upset baby; hungry baby; baby fussing; baby whimpering; nursery; crib; "
        "tantrum; woman crying; weeping; wail_ moan; girl crying; boy crying; baby babbling; baby laughter; "
        "infant; tears",
        "~baby|cry|; ~infant|cry|; ~newborn|cry|; ~toddler|cry|; ~baby|wail|; ~baby|scream|; ~child|cry|; "
        "*babies|cry|; ~baby|whimper|; ~child|sob|; ~woman|sob|; ~baby|fuss|; ~mother|calm|~crying baby; "
        "~girl|weep|",
    ),
    "body slap": recorded(
        "slapping; fleshy; skin; smacking; body",
        "slap; smack; whack; spank; clap; pat",
        "body slap; slap; slapping; slap_ smack; face slap; slap in the face; people slapping; smack; "
        "spanking; thigh slap; slapping thighs; belly slap; patting the belly; slapping skin; slapping the "
        "chest; back slap; pat on the back; high five; body percussion; hambone; patting; massage; slapping "
        "meat; belly flop; butt slap; bare hands; kiss smack; chest beating",
        "someone|slap|~face; someone|slap|~thigh; someone|smack|~cheek; ~hand|slap|skin; someone|give|~slap; "
        "someone|slap|~belly; someone|pat|~back; *friends|clap|each other's hands; ~woman|slap|~man; "
        "someone|spank|~bottom; someone|beat|the chest; ~dancer|slap|the thighs",
    ),
    "breathing or snoring": recorded(
        "breathing; snoring; breathy; panting; sleepy; heavy",
        "breath; snore; pant; gasp; sigh; inhale; exhale; wheeze",
        "breathing; snoring; breathing or snoring; heavy breathing; breath; inhale; exhale; breathing in and "
        "out; panting; pant; out of breath; gasping; gasp; sigh; sighing; wheeze; wheezing; snore; man "
        "snoring; person sleeping; sleeping; scuba breathing; scuba diving; oxygen mask; gas mask breathing; "
        "asthma; respirator; dog panting; runner panting; yawn; yawning; nose breathing; sniffing; sniff; "
        "person snoring loudly; snores; blowing air; blowing out candles; blowing; people nose blowing; "
        "whispering; people whispering",
        "someone|breathe|heavily; someone|snore|; ~man|snore|; someone|pant|; someone|gasp|; someone|sigh|; "
        "~sleeper|snore|; ~runner|pant|; ~dog|pant|; someone|breathe|in and out; someone|inhale|; "
        "~diver|breathe|; someone|wheeze|; someone|yawn|; someone|sniff|; someone|blow|out candles; "
        "someone|sleep|and snores",
    ),
    "burp or spit": recorded(
        "burping; belching; spitting; wet; rude",
        "burp; belch; spit; gulp; hiccup; fart",
        "burp; burping; people burping; belch; belching; burping_ eructation; spit; spitting; burp or spit; "
        "loud burp; hiccup; hiccups; people hiccup; gargling; people gargling; vomiting; throwing up; "
        "puking; retching; fart; farting; people farting; passing gas; flatulence; spitting out; raspberry; "
        "blowing a raspberry; lip smacking; stomach rumble; gulp; slurp; soda burp; drool",
        "someone|burp|; someone|belch|; someone|spit|; ~man|burp|loudly; someone|hiccup|; someone|gargle|; "
        "someone|fart|; someone|vomit|; someone|spit out|~seed; ~baby|burp|; someone|let out|~burp; "
        "~boy|spit|on the ground",
    ),
    "cough": recorded(
        "coughing; hacking; throaty; dry; sick",
        "cough; hack; throat clearing; wheeze; choke",
        "cough; coughing; people coughing; dry cough; wet cough; person coughing; man coughing; sick person; "
        "clearing throat; throat clearing; smoker's cough; hacking cough; choking; coughing fit; cold; flu; "
        "whooping cough; patient; cough cough; chesty cough; ahem",
        "someone|cough|; ~man|cough|; ~woman|cough|; someone|clear|the throat; ~patient|cough|; "
        "someone|choke|; ~child|cough|; ~smoker|cough|; ~old man|cough|; *people|cough|",
    ),
    "eating or drinking": recorded(
        "eating; chewing; crunching; munching; drinking; slurping",
        "bite; crunch; chew; slurp; gulp; munch; swallow; sip",
        "eating; drinking; eating or drinking; chewing; chewing_ mastication; crunching; crunch; munching; "
        "biting; bite; eating chips; eating crisps; people eating crisps; crisps; chips; potato chips; "
        "crunchy food; eating an apple; people eating apple; apple bite; biting an apple; carrot; eating a "
        "carrot; celery; eating cereal; cereal; eating popcorn; toast; crackers; cookie; biscuits; nuts; "
        "people eating; people eating noodle; noodles; noodle slurping; soup; slurping; people slurping; "
        "slurp; sipping tea; sipping coffee; drinking water; gulping; gulp; swallowing; drinking through a "
        "straw; straw; beer drinking; chewing gum; lip smacking; lips; kissing; kiss; mouth sounds; mukbang; "
        "asmr eating; animal eating; dog eating; cat eating; dog drinking water; cat lapping; rabbit eating; "
        "horse eating; licking; ice cream; watermelon; pizza; burger; sandwich; lettuce; snack",
        "someone|eat|crisps; someone|eat|~apple; someone|bite|into ~apple; someone|chew|; "
        "someone|crunch|chips; someone|drink|water; someone|slurp|soup; someone|slurp|noodles; "
        "someone|munch|~carrot; someone|eat|cereal; someone|gulp|; someone|sip|tea; someone|drink|through a "
        "straw; ~dog|eat|; ~woman|bite|crisps; someone|chew|gum; ~cat|lap|milk; ~rabbit|chew|lettuce; "
        "*people|eat|; someone|swallow|; someone|eat|popcorn; ~horse|munch|hay; someone|smack|the lips",
    ),
    "finger snap": recorded(
        "snapping; finger; crisp; finger-snapping",
        "snap; click; finger snap; snapping",
        "finger snap; finger snapping; snapping fingers; snap; people finger snapping; fingers snapping; "
        "finger click; clicking fingers; snap of the fingers; jazz snaps; snapping to the beat; thumb and "
        "finger; snap fingers; hand snap; magician snap; hands",
        "someone|snap|the fingers; *fingers|snap|; someone|click|the fingers; ~singer|snap|along; "
        "~dancer|snap|the fingers; ~magician|snap|the fingers; *people|snap|their fingers",
    ),
    "foot stomp": recorded(
        "stomping; foot; stamping; heavy; thumping",
        "stomp; stamp; thump; thud; kick; step",
        "foot stomp; stomp; stomping; foot stomping; stamping feet; stamp; stomping on the floor; angry "
        "stomping; feet stomping; people marching; marching; army marching; marching soldiers; boots "
        "stomping; flamenco stomp; flamenco; clogging; jumping on the floor; jumping; jump landing; landing; "
        "step dance; line dance; giant footsteps; aerobics; exercise; jumping jacks; crowd stomping; irish "
        "dance; folk dance; sumo; hop; hopping; bunny hop",
        "someone|stomp|; someone|stomp|on the floor; someone|stamp|~foot; *soldiers|march|; *feet|stomp|; "
        "*dancers|stomp|; someone|jump|on the floor; ~dancer|stamp|; ~giant|stomp|; *people|march|; "
        "someone|land|after ~jump; someone|hop|; ~flamenco dancer|stomp|",
    ),
    "hand clap": recorded(
        "clapping; hand; clap; palm; rhythmic",
        "clap; handclap; slap; clapping; pat",
        "hand clap; hand clapping; clap; clapping; handclap; hands clapping; people clapping; single clap; "
        "one person clapping; slow clap; clapping hands; rhythmic clapping; clapping along; pat-a-cake; "
        "clapping game; patty cake; clapping to music; hands; palms; clap twice; flamenco palmas; clapper; "
        "high five; coach clapping; man claps",
        "someone|clap|; someone|clap|hands; *hands|clap|; ~man|clap|; ~woman|clap|; ~child|clap|; "
        "someone|clap|to the beat; *people|clap|in rhythm; someone|clap|along; ~teacher|clap|; "
        "*girls|play|~clapping game; *friends|clap|each other's hands",
    ),
    "heartbeat": recorded(
        "heart; beating; pulsing; thumping; pounding",
        "heartbeat; beat; thump; pulse; throb; lub-dub",
        "heartbeat; heart beat; heart; heart beating; heart sounds; heart sounds_ heartbeat; beating heart; "
        "pulse; pounding heart; heart murmur; stethoscope; ultrasound; ekg; fetal heartbeat; throbbing; "
        "nervous heartbeat; racing heart; suspense heartbeat; heart rate; cardiac; lub dub",
        "~heart|beat|; ~heart|pound|; ~heart|thump|; ~pulse|throb|; ~doctor|listen|to ~heart; ~baby's "
        "heart|beat|; ~heart|race|",
    ),
    "heel tap": recorded(
        "heel; tapping; clicking; tap; high-heeled",
        "tap; click; clack; heel click; step",
        "heel tap; high heels; heels; heels clicking; heel clicks; high heels walking; stilettos; tap dance; "
        "tap dancing; tap shoes; tapping foot; foot tapping; tapping heels; tap dancer; woman walking in "
        "heels; catwalk; fashion model; click clack of heels; dance shoes; dress shoes; ballroom dancing; "
        "clogs; step dancing; tapping shoes; waiting impatiently",
        "*heels|click|; *high heels|click|; someone|tap|~foot; someone|dance|in tap shoes; ~woman|walk|in "
        "high heels; ~dancer|tap|; *heels|tap|on the floor; ~model|walk|the catwalk; *shoes|tap|; ~tap "
        "dancer|perform|",
    ),
    "sneeze": recorded(
        "sneezing; sniffling; nasal; explosive",
        "sneeze; achoo; sniffle; sniff; snort",
        "sneeze; sneezing; people sneezing; achoo; atchoo; man sneezing; woman sneezing; baby sneezing; "
        "sneezes; cat sneezing; dog sneezing; blowing nose; nose blowing; people nose blowing; sniffing; "
        "sniffle; hay fever; allergy; pollen; cold; tissue; runny nose; bless you",
        "someone|sneeze|; ~man|sneeze|; ~woman|sneeze|; ~baby|sneeze|; ~dog|sneeze|; ~cat|sneeze|; "
        "someone|blow|the nose; someone|sniffle|; ~child|sneeze|",
    ),
}
