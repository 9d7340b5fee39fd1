"""Words for friction, liquids, air, fire and weather."""

from prompts.lexicon.entry import Entry, words

NATURE: dict[str, Entry] = {
    "scrape": Entry(
        words("scraping; scratchy; grating; grinding; screeching; dragging"),
        words("scrape; scratch; screech; grind; squeak; scratching; drag; creak; squeal; rasp"),
        words(
            "scrape; scraping; scratch; scratching; metal scraping; stone scraping; chair dragging; "
            "dragging furniture; dragging a chair; nails on a chalkboard; chalk on blackboard; "
            "writing on blackboard with chalk; knife sharpening; sharpen knife; sharpening a knife; screech; "
            "squeaky door; door creak; creaking door; sliding door; skating; ice skating; skiing; "
            "disc scratching; dj scratching; sliding box; shovel; shoveling snow; shovelling; scraping ice; "
            "raking leaves; rake; grinding; dragging a body; pencil writing; playing guiro; "
            "scraping a plate; sliding furniture; train wheels squealing; trowel; grating cheese; squeaking; "
            "hinge"
        ),
        {
            "*": words(
                "someone|scrape|~metal pan; someone|drag|~chair across the floor; "
                "~chair|scrape|on the floor; someone|scratch|on a blackboard; "
                "*nails|scratch|on a chalkboard; someone|sharpen|~knife; ~blade|scrape|on stone; "
                "someone|drag|~heavy box; ~shovel|scrape|on concrete; ~knife|scrape|toast; "
                "someone|write|with chalk; *skis|scrape|over ice; ~door|creak|; "
                "someone|slide|~crate over the ground; *skates|scratch|the ice; someone|rake|gravel; "
                "~stick|scrape|along a wall; someone|scrape|~surface; someone|scratch|a table with a stick; "
                "someone|scratch|~rock; ~fork|scratch|a plate; something|scrape|along the ground"
            )
        },
    ),
    "saw": Entry(
        words("sawing; rasping; hand saw; saw"),
        words("saw cut; saw stroke; rasp; sawing; cut"),
        words(
            "saw; sawing; sawing wood; wood saw; hand saw; handsaw; hacksaw; saw cutting; "
            "cutting wood with a saw; chainsaw; chain saw; chainsawing trees; chainsaw cutting a tree; "
            "circular saw; table saw; jigsaw; band saw; carpenter; carpenter sawing; planing timber; "
            "wood plane; filing metal; file; filing; metal saw; bow saw; sawmill; lumberjack sawing; "
            "cutting a plank; sanding; sandpaper on wood; rasp; saw through a log; electric saw; "
            "wood workshop; tree surgeon"
        ),
        {
            "*": words(
                "someone|saw|wood; ~hand saw|cut|through a plank; ~carpenter|saw|~board; "
                "someone|saw|through ~log; ~saw|cut|wood; ~chainsaw|cut|~tree; "
                "someone|cut|~plank with a saw; ~lumberjack|saw|~trunk; someone|saw|~metal pipe; "
                "~hacksaw|cut|through metal; ~saw|go|back and forth; someone|plane|~piece of timber; "
                "someone|file|~piece of metal; ~circular saw|cut|~beam; someone|saw|~branch; "
                "someone|sand|~board; ~chainsaw|buzz|; someone|use|~saw"
            )
        },
    ),
    "rub": Entry(
        words("rubbing; soft; rustling; brushing; scrubbing"),
        words("rub; rustle; brush stroke; swish; scrub; wipe; shuffle; crinkle"),
        words(
            "rub; rubbing; rubbing hands; hand rubbing; rubbing cloth; rustle; rustling; rustling paper; "
            "paper rustling; ripping paper; paper tearing; crumpling paper; sweeping; sweeping the floor; "
            "broom; brush; brushing; brushing teeth; brushing hair; toothbrush; scrubbing; "
            "scrubbing the floor; scrubbing a pan; wiping; wiping a window; cleaning a window; polishing; "
            "polishing shoes; sponge; eraser; drawing; sketching; pencil; painting a wall; stroking a cat; "
            "petting; people shuffling; shuffling feet; shuffling cards; sleeping bag; zipper; fabric rub; "
            "massage; drying hands; sandpaper; rub a balloon; turning pages; page turn; scratching an itch; "
            "rubbing skin"
        ),
        {
            "*": words(
                "someone|rub|their hands together; *hands|rub|; someone|rub|~piece of cloth; "
                "someone|sweep|the floor; ~broom|sweep|the floor; someone|brush|their teeth; "
                "someone|scrub|~pan; someone|wipe|~window; ~cloth|rub|on a table; someone|polish|~shoe; "
                "someone|stroke|~cat; someone|crumple|~sheet of paper; someone|turn|the pages of a book; "
                "~sponge|rub|~plate; ~brush|rub|on a canvas; someone|rub|~balloon; someone|brush|~horse; "
                "someone|wipe|the table with a rag; *fingers|rub|on fabric; *sleeves|rub|; "
                "~pencil|rub|on paper; someone|tear|~sheet of paper; someone|rub|the surface with a stick"
            )
        },
    ),
    "pour": Entry(
        words("pouring; flowing; running; streaming; gushing; watery; liquid"),
        words("pour; stream; gurgle; flow; trickle; gush; rush of water; flush"),
        words(
            "pour; pouring; pouring water; water pouring; water; running water; flowing water; "
            "coffee poured; pouring coffee; coffee; pouring tea; tea; pouring a drink; drink being poured; "
            "pouring beer; beer; wine poured; pouring wine; pouring milk; filling a glass; filling a cup; "
            "filling a bottle; tap; tap running; faucet; faucet running; water tap; sink; sink filling; "
            "bathtub filling; shower; toilet flush; toilet flushing; flush; river; river flowing; stream; "
            "stream burbling; brook; creek; waterfall; waterfall burbling; fountain; hose; water hose; "
            "spraying water; sprinkler; garden hose; water flow; pumping water; canal; watering can; "
            "watering plants; ocean; ocean waves; sea waves; waves; sea; surf; beach; spring; "
            "draining water; drain; juice; liquid; fluid; water jet; pressure washer; pouring sand"
        ),
        {
            "*": words(
                "someone|pour|water into ~glass; someone|pour|~cup of coffee; *water|flow|; "
                "someone|pour|~drink; ~tap|run|; ~faucet|run|; ~toilet|flush|; ~river|flow|; "
                "~stream|burble|; ~waterfall|rush|; someone|fill|~glass; someone|fill|~bathtub; "
                "someone|flush|~toilet; someone|take|a shower; ~waiter|pour|wine; someone|pour|beer; "
                "~brook|babble|; ~fountain|run|; ~hose|spray|water; someone|water|the plants; "
                "*waves|roll|onto the beach; someone|pour|tea from ~pot; someone|pour|milk into a bowl; "
                "~shower|run|; ~bottle|get|filled; *waves|crash|on the shore; ~barista|pour|coffee; "
                "someone|empty|~bucket of water; someone|wash|their hands"
            )
        },
    ),
    "drip": Entry(
        words("dripping; wet; watery; leaky; trickling"),
        words("drip; drop; droplet; plink; plop; water drop; drip drop; blip"),
        words(
            "drip; drips; dripping; water drip; water dripping; dripping water; dripping tap; "
            "dripping faucet; leaky tap; leaky faucet; leaking faucet; leak; leaking pipe; leaking roof; "
            "roof leak; water drop; water drops; droplets; drip drop; drops in a bucket; drop of water; "
            "single drop; icicle melting; cave drips; cave; wet cave; dripping ceiling; sink drip; "
            "raindrops from a gutter; plink; plip plop; eye dropper; blood dripping; honey drip; pipette; "
            "droplet falling; water droplet; melting ice; gutter drip; drizzle drops; dripping icicles"
        ),
        {
            "*": words(
                "~tap|drip|; ~faucet|drip|; *water|drip|; *drops|fall|into ~puddle; "
                "*water drops|fall|into ~bucket; ~leaky pipe|drip|; ~drop|fall|into water; "
                "*droplets|drip|from the ceiling; ~faucet|leak|; ~roof|leak|; *drops|drip|in a cave; "
                "~icicle|drip|; ~gutter|drip|; *drops of water|hit|the sink; *droplets|plop|into a pool; "
                "~drop of water|land|on the surface; ~bathroom tap|drip|into the sink; *drops|trickle|down; "
                "*raindrops|drip|from a leaf"
            )
        },
    ),
    "splash": Entry(
        words("splashing; wet; watery; splashy; sloshing"),
        words("splash; plunge; plop; slosh; splosh; dive; water splash; squelch"),
        words(
            "splash; splashing; water splash; splashing water; big splash; stone in water; "
            "rock thrown in water; throwing stones into a lake; jumping into a pool; pool jump; dive; "
            "diving; diving into water; cannonball; swimming; swimmer; sloshing water; slosh; sloshing; "
            "squishing water; puddle; puddle jump; jumping in puddles; stepping in a puddle; "
            "footsteps in water; walking through water; footsteps in mud; mud; boat oars; rowing; rowboat; "
            "rowboat_ canoe_ kayak rowing; paddling; kayak; canoe; fish jumping; duck splash; belly flop; "
            "bathtub splash; bath; bathing; slapping water; plunge; water hit; plop; wading; "
            "hitting water with a drumstick; bucket of water thrown; splash in a pool; toss in water; "
            "drop in the pond; water balloon"
        ),
        {
            "*": words(
                "*water|splash|; ~stone|splash|into the water; ~rock|fall|into water; "
                "someone|jump|into ~pool; someone|dive|into the water; ~swimmer|splash|; "
                "someone|throw|~rock into the lake; ~child|jump|in ~puddle; someone|splash|in the water; "
                "someone|step|in ~puddle; *oars|splash|; ~fish|jump|out of the water; someone|swim|; "
                "*children|splash|in a pool; ~dog|splash|through water; someone|slap|the water; "
                "someone|row|~boat; *water|slosh|in a bucket; someone|walk|through water; "
                "~ball|plop|into the pond; ~drumstick|hit|the water; someone|wade|through a stream; "
                "~duck|splash|in a pond; something|fall|into the water"
            )
        },
    ),
    "bubbles": Entry(
        words("bubbling; gurgling; underwater; boiling; bubbly"),
        words("bubble; gurgle; blub; blurp; glug; fizz; burble; bloop"),
        words(
            "bubbles; bubble; bubbling; underwater; underwater bubbles; underwater bubbling; bubbling water; "
            "boiling; boiling water; boiling pot; pot boiling; simmering; simmering soup; soup; stew; "
            "aquarium; fish tank; scuba diver; scuba diving; diver breathing; snorkel; blowing bubbles; "
            "blowing bubbles through a straw; straw in drink; air bubbles; gurgle; gurgling; "
            "people gargling; gargling; water cooler; lava; mud pool; cauldron; witch's brew; potion; "
            "fizzy drink; soda fizz; champagne fizz; effervescent tablet; hot tub; jacuzzi; "
            "coffee percolator; kettle boiling; geyser; hot spring; ocean burbling; submarine; glug; "
            "popping bubbles; frying; sizzling"
        ),
        {
            "*": words(
                "*bubbles|rise|; *bubbles|pop|; *bubbles|rise|in the water; ~pot|bubble|; *water|boil|; "
                "*water|bubble|; someone|blow|bubbles; someone|blow|bubbles through a straw; "
                "~pot of soup|simmer|; ~kettle|boil|; ~cauldron|bubble|; ~diver|breathe|underwater; "
                "someone|gargle|; ~aquarium|bubble|; *air bubbles|gurgle|; ~drink|fizz|; ~fish tank|bubble|; "
                "*bubbles|float|up; ~hot spring|bubble|; *lava pools|bubble|; ~bottle|glug|; ~mud pool|blub|"
            )
        },
    ),
    "wind": Entry(
        words("windy; howling; blowing; airy; gusty; whooshing"),
        words("gust; whoosh; howl; breeze; swoosh; blast of air; wind; draft; hiss"),
        words(
            "wind; windy; wind blowing; blowing wind; wind noise; strong wind; howling wind; gust; gusts; "
            "gust of wind; gusty; breeze; gentle breeze; storm wind; windstorm; gale; hurricane; tornado; "
            "tornado roaring; typhoon; blizzard; snowstorm; snow storm; sandstorm; desert wind; winter wind; "
            "mountain wind; arctic wind; wind in the trees; wind rustling leaves; trees in the wind; "
            "wind on microphone; air; airflow; whoosh; swoosh; draft; windy field; wind through grass; "
            "sailing; flying; gliding; paragliding; skydiving; air blowing; wind whistling; air leak; "
            "steam hissing; hiss; blowing air; breath; blizzard howling; stormy"
        ),
        {
            "*": words(
                "*gusts of wind|blow|; ~wind|blow|; ~wind|howl|; ~strong wind|blow|; ~breeze|blow|; "
                "~wind|whistle|through the trees; ~storm|rage|; ~gale|blow|; ~wind|rustle|the leaves; "
                "~wind|blow|against a microphone; ~blizzard|howl|; ~wind|sweep|over a field; "
                "~hurricane|roar|; ~gust|blow|through the window; *trees|sway|in the wind; ~cold wind|blow|; "
                "~wind|rush|by; ~tornado|roar|; ~draft|whistle|under the door; *leaves|blow|in the wind; "
                "*grasses|wave|in a breeze; air|rush|; ~wind|moan|"
            )
        },
    ),
    "fire": Entry(
        words("crackling; burning; fiery; blazing; roaring"),
        words("crackle; pop; roar; sizzle; flame; fire crackle; burn; whoosh of flame"),
        words(
            "fire; fire crackling; crackling fire; campfire; camp fire; bonfire; fireplace; fire place; "
            "log fire; burning wood; burning logs; flames; flame; burning; blaze; wildfire; forest fire; "
            "house fire; inferno; torch; torch burning; blowtorch; blowtorch igniting; flamethrower; candle; "
            "candle flame; match; match strike; lighting a match; strike lighter; lighter; lighting a fire; "
            "ignite; barbecue; grill; stove; wood stove; furnace; gas stove; crackle; crackling; "
            "crackling embers; embers; ember glow; hearth; burning paper; dragon fire; fire burning; "
            "burning branches; sparks; arc welding; welding; cozy fire"
        ),
        {
            "*": words(
                "~fire|crackle|; ~fire|burn|; ~campfire|crackle|; ~bonfire|burn|; *flames|crackle|; "
                "*flames|roar|; ~log fire|burn|; ~fireplace|crackle|; *logs|burn|; wood|burn|; "
                "~candle|burn|; ~torch|burn|; ~house|burn|down; ~forest fire|rage|; someone|light|~match; "
                "someone|light|~fire; *embers|crackle|; ~fire|blaze|in the hearth; ~stove|burn|; "
                "~lighter|flare|; ~blowtorch|ignite|; ~dragon|breathe|fire; *sparks|pop|from a fire; "
                "*branches|burn|; ~building|burn|; ~furnace|roar|"
            )
        },
    ),
    "rain": Entry(
        words("rainy; raining; pattering; wet weather; drizzly"),
        words("patter; downpour; shower; rain shower; drizzle; pitter-patter; rainfall"),
        words(
            "rain; raining; rainy; rainfall; heavy rain; light rain; rain falling; falling rain; "
            "rain on roof; rain on a window; rain on a tent; rain on umbrella; rain on leaves; rain storm; "
            "rainstorm; rain shower; shower of rain; downpour; drizzle; pouring rain; torrential rain; "
            "monsoon; hail; hailstorm; sleet; raindrops; rain drops; rainy day; rainy night; rainy street; "
            "rain in the forest; tropical rain; gentle rain; cloudburst; wet weather; rain pattering; "
            "rain hitting the ground; rain ambience; rain on a tin roof; storm rain; rain on a car; "
            "spring shower; it rains; bad weather"
        ),
        {
            "*": words(
                "it|rain|; it|pour|down with rain; rain|fall|; rain|patter|on the roof; rain|hit|~window; "
                "rain|drum|on ~tent; *raindrops|fall|; *raindrops|patter|on an umbrella; heavy rain|fall|; "
                "light rain|fall|; ~storm|pour|rain; it|drizzle|; hail|fall|; *raindrops|hit|the ground; "
                "rain|fall|on leaves; rain|come|down; rain|splatter|on the pavement; "
                "rain|patter|on a tin roof; *drops of rain|patter|; ~downpour|start|; rain|pour|; it|hail|; "
                "rain|lash|against the window"
            )
        },
    ),
    "thunder": Entry(
        words("thunderous; rumbling; stormy; rolling"),
        words(
            "thunderclap; rumble; thunder clap; crack of thunder; thunder roll; boom; clap of thunder; "
            "lightning strike; peal of thunder; thunder rumble"
        ),
        words(
            "thunder; thunderstorm; thunder storm; lightning; lightning strike; lightning bolt; "
            "lightning and thunder; thunder and lightning; thunderclap; thunder clap; clap of thunder; "
            "thunder rumble; rumbling thunder; distant thunder; rolling thunder; thunder roll; "
            "thunder crack; crack of thunder; storm; electrical storm; stormy night; storm clouds; "
            "thunderous boom; rumble; roll of thunder; lightning flash; storm thunder; heavy storm; "
            "loud thunder; sky rumbling; peal of thunder; thunderbolt; approaching storm; summer storm; "
            "earthquake; avalanche"
        ),
        {
            "*": words(
                "thunder|rumble|; thunder|crash|; thunder|roll|; thunder|boom|; lightning|strike|; "
                "~thunderstorm|rumble|; ~storm|rumble|; thunder|crack|; thunder|rumble|in the distance; "
                "lightning|crack|; lightning|flash|and thunder rolls; ~lightning bolt|strike|; "
                "thunder|roar|; thunder|clap|; ~thunderstorm|approach|; ~thunderstorm|rage|; "
                "thunder|growl|far away; ~storm|thunder|; ~bolt of lightning|hit|; "
                "the sky|rumble|with thunder; thunder|shake|the windows"
            )
        },
    ),
}
