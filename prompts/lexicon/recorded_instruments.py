"""Recorded instruments."""

from prompts.lexicon.entry import Entry, recorded

INSTRUMENTS: dict[str, Entry] = {
    "bass or tom drum": recorded(
        "drum; bass; tom; booming; deep; percussive",
        "boom; beat; hit; thump; drum; roll; kick; thud",
        "bass or tom drum; bass drum; kick drum; drum; drums; tom; tom tom; floor tom; playing bass drum; "
        "drum kit; playing drum kit; drumming; drummer; drum solo; drum beat; timpani; playing timpani; "
        "playing tympani; kettledrum; taiko; taiko drum; japanese drum; war drum; war drums; surdo; frame "
        "drum; hand drum; hand drums; djembe; hands on djembe; playing djembe; conga; congas; playing "
        "congas; cajon; playing timbales; timbales; tribal drums; african drum; marching drum; marching band "
        "drums; parade drum; drum roll; big drum; percussion; bodhran; oil drum; drum circle; powwow drum",
        "someone|play|the drums; ~drummer|play|~bass drum; ~drum|boom|; someone|beat|~drum; "
        "someone|hit|~tom; *hands|play|~djembe; someone|play|~djembe; someone|play|the congas; "
        "~drummer|play|~solo; someone|play|the timpani; *drums|beat|; someone|hit|~kick drum; "
        "~musician|hit|~drum; someone|play|~cajon; *drummers|play|taiko drums",
    ),
    "cymbal": recorded(
        "cymbal; crashing; shimmering; splashy; brassy",
        "crash; cymbal; splash; hit; ride; roll; tss; shimmer",
        "cymbal; cymbals; playing cymbal; cymbal crash; crash cymbal; ride cymbal; hi-hat; hi hat; hihat; "
        "splash cymbal; cymbal roll; cymbal swell; china cymbal; orchestra cymbals; marching cymbals; clash "
        "cymbals; finger cymbals; zills; drum kit cymbal; drummer hitting cymbal; ba dum tss; closed hi-hat; "
        "open hi-hat; sizzle cymbal; playing drum kit; playing tambourine",
        "~cymbal|crash|; someone|hit|~cymbal; ~drummer|hit|~cymbal; someone|play|the cymbals; "
        "someone|play|the hi-hat; *cymbals|clash|; someone|crash|two cymbals together; ~ride cymbal|ring|; "
        "~cymbal|shimmer|; ~drummer|tap|~hi-hat",
    ),
    "gong or singing bowl": recorded(
        "gong; resonant; ringing; meditative; deep; bronze",
        "gong; ring; bong; hum; strike; resonance; toll",
        "gong; playing gong; gong hit; gong strike; singing bowl; singing bowls; tibetan singing bowl; "
        "tibetan bowl; crystal bowl; meditation bowl; meditation; temple gong; tam-tam; temple bell; "
        "buddhist temple; sound bath; sound healing; dinner gong; chinese gong; gamelan; rubbing a singing "
        "bowl; striking a bowl; resonating bowl; yoga bowl; bowl gong; zen",
        "someone|strike|~gong; ~gong|ring|; someone|play|~singing bowl; ~singing bowl|hum|; ~gong|sound|; "
        "~monk|strike|~gong; someone|hit|~gong; someone|rub|~singing bowl; ~monk|play|~bowl; ~gong|crash|",
    ),
    "kalimba": recorded(
        "kalimba; plucked; tinkling; thumb; african",
        "note; pluck; tone; ting; plink",
        "kalimba; thumb piano; mbira; sansula; playing kalimba; kalimba note; kalimba melody; plucked "
        "kalimba; thumb harp; lamellophone; african thumb piano; metal tines; tongue drum; steel tongue "
        "drum; kalimba music; likembe; hand piano",
        "someone|play|~kalimba; ~kalimba|play|; someone|pluck|~kalimba; ~thumb piano|tinkle|; "
        "someone|play|~thumb piano; *thumbs|pluck|~kalimba; ~musician|play|~mbira",
    ),
    "mallet percussion": recorded(
        "mallet; melodic; wooden; tuned; bright; ringing",
        "note; hit; tone; melody; roll; ding; plink; strike",
        "mallet percussion; marimba; playing marimba_ xylophone; marimba_ xylophone; playing marimba; "
        "xylophone; playing xylophone; vibraphone; playing vibraphone; vibes; glockenspiel; playing "
        "glockenspiel; balafon; toy xylophone; metallophone; celesta; chromatic percussion; xylophone "
        "melody; marimba notes; mallets; orchestral percussion; gamelan; tubular bells; orff instruments; "
        "crotales; lithophone; children's xylophone; percussion; steelpan; playing steelpan; steel drums; "
        "handpan; tongue drum; water glasses music; toy piano; hang; bell lyre; cimbalom; tuned percussion",
        "someone|play|~marimba; someone|play|~xylophone; someone|play|~vibraphone; "
        "someone|play|~glockenspiel; ~mallet|hit|~bar; *mallets|strike|~xylophone; ~musician|play|~melody on "
        "the marimba; ~child|play|~toy xylophone; someone|play|~balafon; ~percussionist|play|~vibraphone; "
        "~marimba|play|",
    ),
    "music box note": recorded(
        "music box; tinkling; delicate; mechanical; dreamy",
        "note; melody; tune; tinkle; chime; plink",
        "music box; music box note; music box melody; wind-up music box; musical box; jewelry box music; "
        "ballerina box; lullaby; crib mobile; baby mobile; tinkling melody; celesta; toy music; carousel "
        "music; winding a music box; nursery music; hand-cranked music box; ice cream truck_ ice cream van; "
        "snow globe music; lullaby music",
        "~music box|play|; ~music box|tinkle|; someone|wind up|~music box; someone|open|~music box; ~music "
        "box|play|~lullaby; someone|crank|~music box; ~baby mobile|play|~tune",
    ),
    "plucked string": recorded(
        "plucked; stringed; string; twanging; acoustic; strummed",
        "pluck; strum; twang; note; chord; string",
        "plucked string; guitar; acoustic guitar; playing acoustic guitar; electric guitar; playing electric "
        "guitar; guitar strum; strum; strumming; guitar chord; guitar note; bass guitar; playing bass "
        "guitar; playing banjo; banjo; ukulele; playing ukulele; mandolin; playing mandolin; harp; playing "
        "harp; sitar; playing sitar; zither; playing zither; koto; lute; oud; shamisen; balalaika; "
        "pizzicato; violin pizzicato; double bass; playing double bass; harpsichord; playing harpsichord; "
        "lyre; dulcimer; string plucking; plucking a string; guitarist; tapping guitar; tuning a guitar; "
        "playing steel guitar_ slide guitar; rubber band guitar; erhu; playing erhu; pipa; kora; piano "
        "string; piano; playing piano; cello; playing cello; violin; playing violin_ fiddle; string "
        "instrument",
        "someone|play|~guitar; someone|strum|~guitar; someone|pluck|~string; someone|play|~banjo; "
        "someone|play|~ukulele; someone|play|~harp; ~guitarist|play|; someone|play|~sitar; ~guitar|twang|; "
        "someone|play|~mandolin; someone|tune|~guitar; ~bassist|pluck|~bass; ~musician|play|~lute; "
        "~violinist|pluck|~violin; someone|play|~bass guitar",
    ),
    "shaker": recorded(
        "shaker; rattling; rhythmic; percussive; dry",
        "shake; rattle; shaker; chick; swish",
        "shaker; shakers; maraca; maracas; egg shaker; cabasa; rattle (instrument); rainstick; rain stick; "
        "caxixi; shekere; shaking maracas; percussion shaker; rattle; tambourine; playing tambourine; rice "
        "in a bottle; salt shaker; cocktail shaker; shaking a cocktail; bead shaker; baby rattle; vibraslap; "
        "latin percussion; sand shaker; gourd rattle; jingle stick; shaking seeds; pepper shaker",
        "someone|shake|~maraca; someone|shake|~shaker; someone|play|the maracas; *maracas|shake|; "
        "someone|shake|~egg shaker; ~shaker|rattle|; ~percussionist|shake|~rattle; "
        "~bartender|shake|~cocktail; someone|turn|~rainstick; someone|shake|~tambourine",
    ),
    "snare drum": recorded(
        "snare; drum; rattling; snappy; military; crisp",
        "snare; roll; hit; crack; beat; rimshot; tap",
        "snare drum; snare; playing snare drum; snare roll; drum roll; drumroll; rimshot; military drum; "
        "marching snare; marching band; side drum; drum line; drumline; rudiments; drum fill; drum practice; "
        "brushes on a snare; drum corps; snare hit; parade; drumsticks on a snare; beatboxing; beat boxing; "
        "drum machine; drum kit; drum pad; timbales; playing timbales; circus drum roll",
        "someone|play|~snare drum; ~snare drum|roll|; ~drummer|play|~snare; someone|hit|~snare; "
        "~drummer|play|~drum roll; ~marching band|drum|; someone|practice|on ~snare drum; ~snare|crack|; "
        "*drummers|march|with snare drums",
    ),
    "tabla": recorded(
        "tabla; hand-played; indian; hand; percussive; ringing",
        "beat; hit; slap; tap; drum; tone; note",
        "tabla; playing tabla; tablas; tabla drums; indian drums; indian percussion; hand drum; hand drums; "
        "hand drumming; djembe; playing djembe; hands on djembe; djembe drum; conga; congas; playing congas; "
        "bongo; bongos; playing bongo; bongo drums; cajon; playing cajon; darbuka; doumbek; dholak; "
        "mridangam; udu; clay pot drum; ghatam; frame drum; riq; hands drumming; hand percussion; african "
        "drumming; drumming with hands; pandeiro; talking drum; tabla tarang; carnatic music; bodhran; drum "
        "circle",
        "someone|play|the tabla; someone|play|~tabla; *hands|play|~drum; someone|play|the bongos; "
        "someone|play|~bongo; someone|drum|with the hands; someone|play|~conga; someone|tap|~djembe with the "
        "hands; *hands|drum|on ~djembe; someone|slap|~cajon; someone|beat|~hand drum; ~man|play|the djembe; "
        "~musician|play|~darbuka",
    ),
}
