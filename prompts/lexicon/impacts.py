"""Words for impacts by material, claps and shots."""

from prompts.lexicon.entry import Entry, words

# Ways to say an impact that hold for every material; {t} a struck thing, {m} a moving thing, {f} a
# floor, all with their material.
IMPACT_CLAUSES: dict[str, tuple[str, ...]] = {
    "strike": words(
        "~hammer|hit|~{t}; ~stick|hit|~{t}; ~drumstick|hit|~{t}; ~mallet|strike|~{t}; "
        "someone|hit|~{t} with a stick; someone|strike|~{t}; someone|hit|~{t}; someone|bang|on ~{t}; "
        "someone|beat|~{t}; someone|smack|~{t}; ~hand|slap|~{t}; ~rod|tap|~{t}; "
        "someone|pound|on ~{t};~{m}|hit|~{t}; someone|whack|~{t} with a drumstick; "
        "someone|tap|~{t} with a drumstick; someone|hammer|on ~{t}; ~{t}|get|hit; someone|kick|~{t}"
    ),
    "knock": words(
        "someone|knock|on ~{t}; someone|rap|on ~{t}; *knuckles|knock|on ~{t}; someone|tap|on ~{t}; "
        "~hand|knock|on ~{t}; ~fist|pound|on ~{t};someone|knock|at ~{t}; someone|bang|on ~{t}; "
        "someone|tap|~{t} with a finger; *fingers|drum|on ~{t}; someone|pat|~{t}"
    ),
    "bounce": words(
        "~{m}|bounce|; ~{m}|bounce|on the floor; ~{m}|bounce|up and down; ~{m}|bounce|on the ground; "
        "~{m}|hop|along the ground; ~ball|bounce|on ~{t}; someone|bounce|~{m}; someone|dribble|~{m}; "
        "~{m}|bounce|off a wall; ~{m}|jump|across the floor; ~{m}|hit|the ground"
    ),
    "drop": words(
        "~{m}|fall|on the floor; ~{m}|fall|; ~{m}|drop|on the ground; someone|drop|~{m}; ~{m}|tumble|down; "
        "~{m}|land|on the table; ~{m}|crash|to the ground; ~{m}|hit|the floor; "
        "someone|throw|~{m} on the floor; *things|fall|on ~{t}; someone|let go of|~{m}; ~{m}|slam|down; "
        "someone|put down|~{m}; ~{t}|fall|over"
    ),
    "chop": words(
        "~knife|chop|on ~{t}; someone|chop|on ~{t}; ~cleaver|hit|~{t}; someone|chop|vegetables on ~{t}; "
        "someone|cut|food on ~{t}; ~axe|hit|~{t}; someone|hack|at ~{t}; ~blade|strike|~{t}; "
        "someone|slice|onions on ~{t}; someone|chop|at ~{t} with an axe"
    ),
    "footstep": words(
        "someone|walk|on {f}; someone|run|on {f}; *footsteps|land|on {f}; *feet|step|on {f}; "
        "*shoes|walk|across {f}; *boots|stomp|on {f}; someone|step|on {f}; someone|march|over {f}; "
        "*high heels|click|on {f}; *footsteps|cross|{f}; someone|jog|on {f}; someone|tap dance|on {f}; "
        "someone|pace|up and down on {f}; someone|stamp|on {f}"
    ),
    "type": words(
        "*fingers|tap|on ~{t}; someone|tap|on ~{t} with the fingers; *fingertips|drum|on ~{t}; "
        "someone|type|on ~{t}; someone|press|keys on ~{t}; *fingernails|tap|on ~{t}"
    ),
    "shake": words(
        "someone|shake|~{m}; ~{m}|rattle|; ~{m}|rattle|in a box; someone|rattle|~{m}; ~{m}|shake|; "
        "*things|rattle|in ~{t}; ~{m}|knock|about; ~{m}|wobble|; ~{t}|rattle|"
    ),
}

IMPACTS: dict[str, Entry] = {
    "wood": Entry(
        words("wooden; wood; timber; oak; woody"),
        words(
            "knock; thunk; clack; tap; rap; thud; clunk; hit; bang; tock; impact; crack; click; clop; clatter"
        ),
        words(
            "wood; wood hit; wood knock; wood impact; knock knock; knocking; door knock; knocking on door; "
            "door slam; door slamming; slamming door; wooden footsteps; hitting wood;tapping on wood; "
            "wood block; temple block; claves; castanets; marimba; playing marimba; xylophone; "
            "playing xylophone; woodpecker pecking; chopping wood; wood chopping; axe chop; axe on log; "
            "hammering nails;hammering; hammer nail wood; drawer closing; cupboard door; cupboard closing; "
            "door closing; knocking on an oak door; hollow wood; cutting board; chopping food; "
            "chopping vegetables; rapping at the door;playing castanets; walking on floorboards; "
            "tree falling; branch snap; twig break; stick snap; horse clip-clop; horse hooves; pool balls; "
            "striking pool; billiards; baseball bat; chess piece; dominoes; wood plank; log drop; bowling; "
            "bowling pins; wooden sword; knocker"
        ),
        {
            "*": words(
                "~wooden block|knock|; ~door|slam|shut; someone|close|~drawer; ~cupboard door|shut|; "
                "someone|play|~marimba; someone|play|the xylophone; *bowling pins|crash|; ~branch|snap|; "
                "*billiard balls|click|together;someone|play|the castanets; *sticks|clack|together; "
                "someone|hammer|nails into wood; ~horse|trot|; *hooves|clop|on planks; "
                "~woodpecker|peck|at a tree; someone|open|~creaky door"
            ),
            "knock": words(
                "someone|knock|on ~oak door; someone|knock|at the door; ~visitor|knock|at the front door; "
                "someone|rap|on ~wooden table"
            ),
            "chop": words(
                "~knife|chop|on a wooden board; ~axe|chop|wood; someone|chop|firewood; "
                "~lumberjack|chop|~tree trunk; someone|chop|carrots on a cutting board; someone|split|~log"
            ),
            "strike": words("someone|hammer|nails into ~plank; ~bat|hit|~baseball; ~mallet|hit|~wood block"),
            "footstep": words(
                "someone|walk|up wooden stairs; *footsteps|creak|on the stairs; someone|walk|on a wooden "
                "bridge"
            ),
        },
        words(
            "wooden; wooden; oak; pine; plywood; bamboo; maple; birch; old wooden; hollow wooden; "
            "solid wood; timber"
        ),
        words(
            "door; table; board; box; desk; crate; plank; log; block; beam; fence; chair; cutting board; "
            "floor; panel; stick; wall; cabinet; bench; tree; stump; bar; surface"
        ),
        words(
            "ball; block; stick; box; plank; log; spoon; crate; bowl; toy; cube; bat; beam; board; chair; "
            "barrel"
        ),
        words(
            "a wooden floor; floorboards; a wood floor; wooden stairs; a parquet floor; wooden planks; "
            "a deck; a wooden bridge; the wooden porch; hardwood"
        ),
    ),
    "metal": Entry(
        words("metallic; metal; steel; iron; tinny; brassy; clanging"),
        words(
            "clang; clank; clink; bang; ring; ping; clatter; hit; impact; crash; tink; rattle; jingle; clonk"
        ),
        words(
            "metal; metal hit; metal impact; metal clang; metal bang; clang; metallic; clanging metal; pipe; "
            "metal pipe falling; anvil; hammer on anvil; forging swords; sword fight; sword clash; "
            "blacksmith;pots and pans; pan drop; keys jingling; coins; coin drop; coins dropping; cutlery; "
            "eating with cutlery; fork and knife; chains; chain rattle; tin can; can kicked; steel drum; "
            "steelpan; cymbal; playing cymbal; gong hit; playing gong; triangle; cowbell; "
            "vibraphone;playing vibraphone; glockenspiel; playing glockenspiel; car door; car door slam; "
            "locker; filing cabinet; metal gate; railing; drumstick on metal bar; typewriter; "
            "typing on typewriter; lock; bolt; wrench drop; spoon; scaffolding; manhole cover; "
            "bucket;cattle cowbell; playing tuning fork; playing washboard; slot machine; gears crank; "
            "hitting a railing; scissors; sink; radiator; hammer and chisel; dishes clanking"
        ),
        {
            "*": words(
                "~metal pipe|clang|; *coins|jingle|; *keys|jingle|; ~chain|rattle|; *swords|clash|; "
                "~blacksmith|forge|~sword; ~car door|slam|; ~locker|slam|shut; *pots and pans|clang|; "
                "*dishes|clank|; someone|eat|with cutlery;someone|play|the cymbals; "
                "someone|play|the vibraphone; someone|play|~steelpan; ~gate|bang|; ~cowbell|clank|; "
                "*gears|crank|; someone|stir|with ~spoon"
            ),
            "strike": words(
                "~drumstick|hit|~metal bar; ~blacksmith|hammer|on an anvil; ~hammer|hit|~nail; "
                "~sword|hit|~shield; someone|hit|~railing with a drumstick; ~crowbar|hit|~pipe"
            ),
            "drop": words(
                "*coins|drop|on the floor; ~wrench|fall|; someone|drop|~spoon; someone|drop|~frying pan; "
                "~tray|crash|down; *keys|fall|on the table"
            ),
            "type": words("someone|type|on ~typewriter; *typewriter keys|clack|; someone|tap|on ~tin"),
            "shake": words(
                "someone|shake|~bunch of keys; someone|shake|~chain; someone|shake|~bag of coins; "
                "someone|shake|~tambourine"
            ),
        },
        words(
            "metal; steel; iron; tin; copper; brass; aluminium; aluminum; rusty metal; cast iron; metallic; "
            "stainless steel; chrome"
        ),
        words(
            "bar; pipe; plate; pot; pan; lid; railing; rail; door; sheet; bucket; can; tube; pole; gate; "
            "barrel; tray; anvil; beam; sign; box; table; fence; shelf; grate; bowl; lamp post; surface; "
            "locker; rod; sink"
        ),
        words(
            "ball; can; lid; pipe; spoon; bucket; pan; rod; bolt; ring; tray; coin; nut; key; chain; tool; "
            "marble; cup; wrench; bowl; bearing; cube"
        ),
        words(
            "metal stairs; a metal floor; a steel grate; a metal walkway; a fire escape; an iron staircase; "
            "a steel plate; a metal bridge; a metal roof; a catwalk"
        ),
    ),
    "glass": Entry(
        words("glass; glassy; crystal; tinkling; brittle"),
        words("clink; ping; tinkle; smash; shatter; crash; chink; ring; tap; hit; crack; break; clinking"),
        words(
            "glass; glass breaking; glass smash; glass shatter; broken glass; window breaking; glass clink; "
            "clinking glasses; cheers; wine glass; bottle; bottle smash; bottle drop; toast; "
            "light bulb breaking; mirror breaking;tapping on glass; window knock; tapping window; "
            "champagne glasses; glass bottle; marbles; shattering window; crystal glass; "
            "ice cubes in a glass; ice cracking; glass jar; jar; glass impact; smashing glass; beer bottles; "
            "glass harp; glassware; knocking on the window; glass debris; glass crash; vase breaking"
        ),
        {
            "*": words(
                "~window|break|; ~bottle|smash|; *glasses|clink|; ~wine glass|ring|; "
                "*people|toast|with champagne glasses; ~mirror|shatter|; ~windscreen|crack|; "
                "~glass|shatter|into pieces; *ice cubes|clink|in a glass; *marbles|click|together; "
                "~light bulb|pop|; ~vase|break|; *bottles|clink|together"
            ),
            "knock": words(
                "someone|knock|on ~window; someone|tap|on the window pane; someone|tap|~wine glass with a "
                "fork"
            ),
            "drop": words(
                "someone|drop|~wine glass; ~bottle|fall|and breaks; ~jar|fall|off the shelf; "
                "someone|smash|~glass bottle on the ground"
            ),
            "footstep": words("someone|walk|on broken glass; *shoes|crunch|on broken glass"),
        },
        words("glass; crystal; thin glass; thick glass; clear glass; cracked glass; pyrex"),
        words(
            "window; bottle; pane; jar; tabletop; vase; cup; bowl; door; plate; mirror; tumbler; sheet; "
            "windshield; tank; bar; block; surface; table; screen"
        ),
        words(
            "ball; bottle; marble; jar; cup; bowl; vase; tumbler; ornament; bead; bulb; mug; tube; cube; "
            "ashtray"
        ),
        words("broken glass; glass shards; a glass floor; shards of glass; a glass bridge"),
    ),
    "ceramic": Entry(
        words("ceramic; porcelain; china; clay; earthenware"),
        words("clink; clatter; clack; rattle; chink; smash; tap; hit; crash; crack; plink; clunk"),
        words(
            "ceramic; ceramic hit; plate; plates; dishes; dish clatter; dishes clattering; crockery; "
            "plate breaking; plate smash; broken plate; mug; coffee cup; tea cup; cup on saucer; saucer; "
            "teapot; teapot lid; porcelain; china cup; pottery; flower pot;flower pot breaking; tile; tiles; "
            "bathroom tile; clay pot; doing the dishes; setting the table; stacking plates; mug on table; "
            "ceramic bowl; washing dishes; kitchen dishes; tile breaking; toilet lid; terracotta; "
            "ceramic smash; brick tile; vase of clay; dishes in a sink; dish rattle; cup drop"
        ),
        {
            "*": words(
                "*dishes|clatter|; *plates|clink|; ~cup|clink|on a saucer; someone|stack|plates; "
                "someone|set|the table; ~plate|break|; ~teapot lid|rattle|; ~flower pot|break|; "
                "someone|wash|the dishes; someone|put|~mug on the table; *cups and saucers|rattle|; "
                "~tile|crack|; ~roof tile|break|; someone|stir|~cup of tea"
            ),
            "drop": words(
                "someone|drop|~plate; ~mug|fall|on the floor; ~stack of plates|crash|down; "
                "someone|smash|~plate; ~flower pot|fall|off the balcony"
            ),
            "strike": words(
                "~spoon|tap|~mug; ~fork|hit|~plate; ~knife|scrape|~plate; ~drumstick|hit|~tile; "
                "someone|tap|~teacup with a spoon"
            ),
            "footstep": words("someone|walk|on bathroom tiles; *heels|click|on kitchen tiles"),
        },
        words("ceramic; porcelain; china; clay; earthenware; terracotta; glazed; stoneware; pottery"),
        words(
            "plate; cup; mug; bowl; tile; pot; vase; dish; teapot; saucer; sink; jug; flower pot; basin; "
            "platter; casserole; surface"
        ),
        words(
            "plate; cup; mug; bowl; vase; saucer; tile; ball; jug; figurine; dish; bead; pot; lid; "
            "piggy bank; cube"
        ),
        words(
            "ceramic tiles; a tiled floor; kitchen tiles; bathroom tiles; broken pottery; a tile floor; "
            "terracotta tiles"
        ),
    ),
    "plastic": Entry(
        words("plastic; rubber; hollow plastic; plasticky; vinyl; rubbery"),
        words(
            "tap; clack; click; rattle; thump; tick; knock; clatter; pop; hit; crunch; snap; bounce; thunk; "
            "crinkle; boing"
        ),
        words(
            "plastic; plastic hit; plastic bottle; plastic bottle crushing; crushing bottle; keyboard; "
            "keyboard typing; typing; typing on a keyboard; typing on computer keyboard; computer keyboard; "
            "mouse click; mouse clicking; button press; button click; remote control; light switch; switch; "
            "plastic bag; crinkling wrapper;plastic cup; lego; lego bricks; ping pong; table tennis; "
            "playing table tennis; ping pong ball; ball bounce; bouncing ball; basketball; "
            "basketball bounce; dribbling basketball; football kick; football; footballs; shot football; "
            "soccer ball; volleyball; playing volleyball; tennis; playing tennis; playing badminton; "
            "playing squash;dice; dice roll; bucket; plastic bucket; lid snap; tupperware; pen click; "
            "ballpoint pen; packet; chip bag; trash can; suitcase; camera shutter; phone buttons; "
            "game controller; maracas; shaker; pill bottle; rubber ball; skateboarding; golf ball; "
            "plastic chair; eating crisps; popping popcorn; credit card; tap on a plastic box; "
            "printer printing"
        ),
        {
            "*": words(
                "someone|click|~mouse; someone|press|~button; someone|crush|~plastic bottle; "
                "someone|flip|~light switch; *dice|roll|on the table; someone|click|~pen; "
                "~plastic bag|crinkle|; someone|open|~packet of crisps; *people|play|table tennis; "
                "someone|play|tennis; someone|kick|~football; *lego bricks|rattle|; ~lid|snap|shut; "
                "someone|shake|maracas; *popcorn kernels|pop|; ~camera shutter|click|"
            ),
            "bounce": words(
                "~basketball|bounce|; ~rubber ball|bounce|; ~ping pong ball|bounce|; "
                "someone|dribble|~basketball; ~tennis ball|bounce|; ~football|bounce|; ~beach ball|bounce|; "
                "~golf ball|bounce|; someone|bounce|~volleyball"
            ),
            "type": words(
                "someone|type|on ~keyboard; someone|type|on a computer; *fingers|type|on a laptop; "
                "someone|type|~text message; *keys|clack|on a keyboard; ~gamer|mash|~keyboard; "
                "*keyboard keys|click|"
            ),
            "shake": words(
                "someone|shake|~pill bottle; someone|shake|~box of beads; someone|shake|~spray can"
            ),
        },
        words(
            "plastic; rubber; pvc; hollow plastic; acrylic; vinyl; nylon; hard plastic; polystyrene; bakelite"
        ),
        words(
            "box; bottle; bucket; cup; lid; tub; crate; container; tube; case; pipe; bin; chair; board; "
            "keyboard; button; tray; toy; helmet; drum; panel; barrel; canister; surface; bag"
        ),
        words(
            "ball; bottle; cup; toy; lid; bucket; box; die; bead; brick; container; tube; block; duck; comb; "
            "case; pen; crate; cube"
        ),
        words(
            "a plastic mat; linoleum; a rubber mat; a vinyl floor; a gym floor; plastic sheeting; bubble wrap"
        ),
    ),
    "stone": Entry(
        words("stone; stony; rocky; gritty; concrete; gravelly; crunchy"),
        words(
            "crunch; clack; knock; thud; click; crack; thump; clatter; hit; clop; grind; tap; rumble; "
            "impact; footstep"
        ),
        words(
            "stone; stones; rock; rocks; rock hit; stone hit; gravel; gravel crunch; footsteps on gravel; "
            "footsteps on concrete; footsteps; walking; footstep; running; footsteps in a hallway; pebble; "
            "pebbles; brick; bricks; brick drop; concrete; rockslide; rocks falling; boulder; cobblestones; "
            "marble floor; granite; rubble; rock fall;stone throw; chiseling stone; hammer on rock; pickaxe; "
            "mining; hitting a rock; paving slab; dirt; sand; dirt footsteps; walking on gravel; "
            "footsteps on stone; high heels; people marching; people running; tombstone; "
            "hitting stone with a drumstick; gravel scatter; landslide; stairs; curling stone; chalk; "
            "jewels; people walking; jogging"
        ),
        {
            "*": words(
                "*rocks|tumble|down; *pebbles|clatter|; *stones|knock|together; ~brick|fall|; "
                "someone|throw|~pebble; *rocks|fall|down a slope; ~boulder|roll|down the hill; "
                "*bricks|clack|together; *gravel stones|scatter|; ~wall|collapse|; someone|crush|~rock; "
                "*soldiers|march|; *footsteps|approach|; someone|walk|by"
            ),
            "strike": words(
                "~pickaxe|hit|~rock; ~chisel|hit|~stone; ~drumstick|hit|~rock; someone|hit|~brick wall; "
                "~miner|hit|the rock face"
            ),
            "footstep": words(
                "someone|walk|on gravel; someone|walk|down the street; *boots|crunch|on gravel; "
                "someone|run|on the pavement; *footsteps|echo|in a corridor; someone|walk|along a path; "
                "*heels|click|on the sidewalk; someone|run|up the stairs; someone|walk|through dirt; "
                "someone|scuff|the ground"
            ),
            "drop": words(
                "someone|drop|~brick; *stones|drop|on the ground; *pebbles|fall|; someone|drop|~rock"
            ),
        },
        words(
            "stone; rock; concrete; granite; marble; brick; limestone; slate; sandstone; flint; solid rock; "
            "cement"
        ),
        words(
            "wall; slab; block; floor; step; pillar; tile; surface; pavement; bench; ledge; boulder; column; "
            "path; statue; kerb; table; ground; bowl"
        ),
        words("ball; block; pebble; slab; brick; boulder; chunk; disc; lump; statue; cube"),
        words(
            "gravel; concrete; stone; pebbles; cobblestones; the pavement; a stone floor; asphalt; rocks; "
            "stone steps; the sidewalk; marble; a gravel path; loose stones; the road; dirt"
        ),
    ),
    "drum": Entry(
        words("drum; drummy; booming; percussive; skin"),
        words("beat; hit; boom; thump; roll; tap; bang; pulse; stroke; thud; rhythm; pound"),
        words(
            "drum; drums; drum hit; drum beat; drumming; drum kit; playing drum kit; drum solo; drum roll; "
            "snare; snare drum; playing snare drum; bass drum; playing bass drum; kick drum; djembe; "
            "playing djembe; tabla; playing tabla; congas; playing congas; bongo; bongos; playing bongo; "
            "timpani; playing timpani; tympani; playing tympani; kettle drum; timbales; playing timbales; "
            "tom-tom; toms; tambourine; playing tambourine; taiko;taiko drum; hand drum; cajon; frame drum; "
            "tribal drums; war drums; percussion; percussion loop; marching drums; drummer; beatboxing; "
            "beat boxing; heartbeat; heart sounds; tapping guitar; bouncing on trampoline; trampoline; "
            "punching bag; african drum; conga drum; playing percussion; boomy thump; dhol; bodhran; darbuka"
        ),
        {
            "*": words(
                "someone|play|the drums; ~drummer|play|; someone|play|~djembe; someone|play|the tabla; "
                "someone|play|the congas; someone|play|the bongos; someone|play|~drum kit; *drums|beat|; "
                "~band|drum|; someone|beat|~drum; ~musician|play|timpani; ~marching band|drum|; "
                "~heart|beat|; someone|jump|on a trampoline; someone|punch|~punching bag; "
                "*tribal drums|pound|; someone|bang|~tambourine"
            ),
            "strike": words(
                "~drumstick|hit|~drum; ~drummer|hit|~snare; *sticks|hit|~drum skin; ~mallet|hit|~bass drum; "
                "*hands|slap|~conga; ~beater|strike|~kick drum"
            ),
            "bounce": words(
                "~ball|bounce|on a drum; *sticks|bounce|on ~snare drum; someone|bounce|on a trampoline"
            ),
            "type": words("*fingers|tap|on a hand drum; *fingers|drum|on a tabla"),
            "knock": words("*hands|pat|~bongo drum; *hands|tap|~djembe; someone|thump|~drum"),
        },
        words("skin; leather; goatskin; big bass; hand; snare; african; bongo; conga; kettle; tom; djembe"),
        words("drum; drumhead"),
        words("drum; tambourine; drumhead"),
        words("a big drum; a drum; a hollow drum"),
    ),
    "cloth": Entry(
        words("cloth; fabric; muffled; soft; textile; padded; cloth-like"),
        words("thud; thump; flop; rustle; pat; flap; swish; whump; hit; rub; pillow hit; whoosh; plop"),
        words(
            "cloth; fabric; cloth hit; pillow; pillow hit; pillow fight; hitting a pillow; cushion; "
            "punching a pillow; sofa; couch; bed; mattress; falling on bed; blanket; carpet; "
            "carpet footsteps; footsteps on carpet; footsteps on snow; walking on snow; footsteps on grass; "
            "walking in grass; leaves; footsteps in leaves; body fall; body hit; body slap; punch; punches; "
            "fight; kung fu; cloth flap; flag flapping; clothes; jacket; jacket rustle; towel; "
            "shaking a blanket; sheet; curtain; curtains; backpack; bag drop;stuffed toy; teddy bear; foam; "
            "sandbag; beating a carpet; laundry; bird wings flapping; cloth impact; soft thud; book drop; "
            "book; paper; cardboard box; snow; grass; shoe drop; hitting a cushion with a drumstick; "
            "clothes movement; people slapping; rope skipping; boxing; leaf rustle"
        ),
        {
            "*": words(
                "~flag|flap|; ~curtain|flap|; *clothes|rustle|; *children|have|a pillow fight; "
                "someone|punch|~pillow; someone|beat|~carpet; *wings|flap|; *boxers|punch|; "
                "someone|fold|~blanket; someone|put on|~coat; ~sheet|flap|on the line; "
                "someone|slap|~mattress; someone|fall|on the couch; ~body|fall|; *leaves|rustle|; "
                "*branches|rustle|"
            ),
            "drop": words(
                "~bag|drop|on the floor; ~pillow|fall|on the floor; someone|drop|~backpack; ~book|fall|; "
                "~body|hit|the ground; someone|flop|onto the bed; someone|drop|~pile of clothes"
            ),
            "strike": words(
                "someone|hit|~pillow; ~drumstick|hit|~cushion; someone|punch|~sandbag; someone|slap|~sofa; "
                "someone|hit|~leaf pile with a stick"
            ),
            "footstep": words(
                "someone|walk|on a carpet; someone|walk|on snow; someone|walk|through leaves; "
                "someone|walk|on grass; *slippers|shuffle|on a rug; *socks|pad|along the hall; "
                "*boots|crunch|in the snow"
            ),
            "shake": words(
                "someone|shake|~blanket; someone|shake|out ~towel; someone|shake|~rug; someone|shake|~jacket"
            ),
        },
        words(
            "cloth; fabric; cotton; leather; wool; velvet; felt; padded; canvas; stuffed; soft; denim; foam"
        ),
        words(
            "pillow; cushion; sofa; mattress; bag; blanket; carpet; jacket; curtain; chair; towel; bed; "
            "punching bag; sack; couch; surface"
        ),
        words(
            "ball; bag; pillow; cushion; toy; sack; coat; towel; blanket; doll; beanbag; glove; shoe; "
            "bundle; cube"
        ),
        words(
            "a carpet; a rug; snow; grass; dry leaves; a carpeted floor; a soft mat; moss; a lawn; sand; "
            "a blanket"
        ),
    ),
    "clap": Entry(
        words("hand; clapping; applauding; sharp"),
        words("clap; handclap; applause; slap; hand clap; snap; finger snap"),
        words(
            "clap; clapping; applause; hand clap; hand clapping; people clapping; hands clapping; handclaps; "
            "clapping hands; audience clapping; crowd applause; crowd clapping; rhythmic clapping; "
            "round of applause; finger snap; finger snapping; people finger snapping; slow clap; ovation; "
            "standing ovation; clap along; flamenco palmas; high five; slap; cheering and clapping; "
            "people cheering; claps"
        ),
        {
            "*": words(
                "someone|clap|; *hands|clap|; *people|clap|; ~audience|applaud|; ~crowd|clap|; "
                "someone|clap|their hands; someone|applaud|; ~child|clap|; *two hands|clap|together; "
                "someone|snap|their fingers; ~crowd|applaud|after a show; *spectators|clap|along; "
                "~man|clap|his hands; ~woman|clap|her hands; *palms|slap|together; "
                "someone|give|a round of applause; *fans|clap|; *two people|high-five|"
            )
        },
    ),
    "gunshot": Entry(
        words("gun; rifle; pistol; explosive; firing; weapon"),
        words(
            "gunshot; shot; bang; blast; crack; burst; report; explosion; pop; gun shot; volley; discharge"
        ),
        words(
            "gunshot; gun shot; gunshots; gunfire; gun; shooting; shots fired; rifle; rifle shot; pistol; "
            "pistol shot; handgun; revolver; shotgun; shotgun blast; machine gun; machine gun fire; "
            "machine gun shooting; machine gun burst; cap gun; cap gun shooting; toy gun; sniper; "
            "sniper rifle; musket; firing muskets; cannon; firing cannon; artillery; explosion; bomb; "
            "grenade; firecracker; firecrackers; lighting firecrackers; fireworks; "
            "fireworks banging;fireworks exploding; starter pistol; gun range; assault rifle; "
            "automatic gunfire; ak-47; uzi; battle; war; explosions; volcano explosion; missile launch; "
            "balloon pop; detonation; dynamite; western shootout; weapon firing; bullet"
        ),
        {
            "*": words(
                "~gun|fire|; ~rifle|fire|; ~pistol|fire|; someone|shoot|~gun; someone|fire|~rifle; "
                "someone|fire|~pistol; someone|shoot|~shotgun; ~machine gun|fire|; ~soldier|shoot|; "
                "*guns|fire|; ~cannon|fire|; ~bomb|explode|; *fireworks|explode|; *firecrackers|bang|; "
                "~balloon|pop|; ~sniper|shoot|; ~hunter|shoot|~rifle; *soldiers|open|fire; ~cap gun|pop|; "
                "~grenade|explode|; ~cowboy|shoot|~revolver; someone|pull|the trigger; *shots|ring|out; "
                "~cannon|boom|; *muskets|fire|; ~police officer|fire|~handgun"
            )
        },
    ),
}
