"""Recorded liquids."""

from prompts.lexicon.entry import Entry, recorded

LIQUIDS: dict[str, Entry] = {
    "mud squelch": recorded(
        "muddy; squelching; wet; sticky; sloppy; gooey",
        "squelch; squish; splat; slop; suck; plop; step",
        "mud; mud squelch; muddy; squelching mud; walking in mud; footsteps in mud; stepping in mud; stuck "
        "in mud; wet mud; swamp; bog; marsh; quicksand; mud splash; mud bath; pigs in mud; clay; wet clay; "
        "pottery wheel; wet soil; manure; boots in mud; squelch; cow dung; wet sand; mud wrestling; mud "
        "puddle; sludge; potter",
        "someone|walk|in mud; *boots|squelch|in the mud; mud|squelch|; someone|step|in mud; "
        "someone|pull|~boot out of the mud; ~pig|roll|in the mud; someone|walk|through ~swamp; "
        "someone|throw|mud; someone|play|in the mud; ~potter|shape|wet clay; *feet|squelch|",
    ),
    "sea waves": recorded(
        "sea; ocean; wave; surf; coastal; crashing",
        "wave; surf; swell; crash; wash; roar; breaker",
        "sea waves; ocean waves; waves; sea; ocean; beach; surf; surfing; surfer; waves crashing; waves on "
        "the beach; waves lapping; shore; seashore; seaside; coast; waves_ surf; ocean burbling; lapping "
        "water; lake shore; tide; breaking waves; waves on rocks; rough sea; storm at sea; sailing; "
        "sailboat_ sailing ship; sailing boat; boat on the sea; tropical beach; cliffs; big wave; tsunami; "
        "harbour; lake waves; waves against a boat; seagulls and waves; kayak; canoe; paddling; ship at sea; "
        "boat_ water vehicle",
        "*waves|crash|; *waves|crash|on the shore; *waves|lap|; *waves|roll|onto the beach; the sea|roar|; "
        "*waves|break|on rocks; ~surfer|ride|~wave; ~wave|break|; the ocean|roar|; *waves|wash|ashore; "
        "~boat|sail|on the sea; water|lap|against ~boat; the tide|come|in",
    ),
    "slime squelch": recorded(
        "slimy; squelching; gooey; wet; sticky; squishy; gory",
        "squelch; squish; squirt; splat; slurp; slop; ooze",
        "slime; slime squelch; squelch; squish; squishing; squishing water; squishy; slime asmr; playing "
        "with slime; goo; gooey; jelly; jello; gore; guts; blood; blood splatter; flesh; flesh tearing; "
        "meat; raw meat; mixing meat; squeezing a sponge; wet sponge; sponge; washing a sponge; soapy hands; "
        "washing hands with soap; lotion; shampoo; squeezing ketchup; ketchup bottle; mayonnaise; squirt; "
        "mixing dough; kneading wet dough; mashed potatoes; mixing pasta; macaroni; monster guts; alien "
        "slime; snail; slug; octopus; tentacle; fish flopping; fish; raw egg; peeling an orange; squeezing "
        "an orange; wet kiss; toothpaste; gelatin; cream; pudding; shaving cream; wet cloth; wringing a "
        "towel; splat; tomato squash",
        "slime|squelch|; someone|squeeze|slime; someone|play|with slime; someone|squeeze|~sponge; "
        "someone|stir|~gooey mass; something wet|squelch|; someone|mash|potatoes; someone|squash|~tomato; "
        "~tentacle|slither|; someone|knead|wet dough; someone|squeeze|~ketchup bottle; someone|mix|raw meat; "
        "blood|splatter|; someone|squeeze|~orange; ~fish|flop|",
    ),
    "toilet flush": recorded(
        "flushing; toilet; bathroom; gurgling; swirling",
        "flush; gurgle; swirl; rush; drain",
        "toilet flush; toilet flushing; flushing toilet; toilet; flush; flushing; restroom; bathroom; "
        "lavatory; wc; urinal; urinal flush; draining; drain; sink draining; bath draining; bathtub "
        "emptying; water going down the drain; gurgling drain; cistern; cistern filling; airplane toilet; "
        "public toilet; loo",
        "~toilet|flush|; someone|flush|~toilet; ~toilet|gurgle|; water|drain|from ~sink; ~sink|drain|; "
        "~cistern|fill|; someone|use|the bathroom and flushes; water|swirl|down the drain",
    ),
    "underwater": recorded(
        "underwater; submerged; muffled; bubbling; deep; aquatic",
        "gurgle; rumble; bubble; ambience; swirl; hum",
        "underwater; underwater ambience; diving; scuba diving; scuba; snorkeling; submarine; sonar; deep "
        "sea; under water; submerged; swimming underwater; aquarium; underwater bubbling; diver; divers; "
        "fish tank; deep ocean; muffled water; sinking; drowning; whale; coral reef; sunken ship; freediver; "
        "hydrophone",
        "~diver|swim|underwater; someone|swim|under water; ~submarine|dive|; someone|dive|; "
        "*divers|breathe|underwater; ~ship|sink|; someone|snorkel|; *fish|swim|past; "
        "water|gurgle|underwater; someone|sink|in the sea",
    ),
    "water bubbles": recorded(
        "bubbling; bubbly; gurgling; boiling; watery",
        "bubble; gurgle; blub; boil; glug; simmer; pop",
        "water bubbles; bubbles; bubbling; bubbling water; boiling; boiling water; water boiling; pot "
        "boiling; boiling pot; simmering; simmer; soup boiling; stew; cooking pasta; kettle boiling; "
        "gurgling; gurgle; aquarium bubbles; fish tank bubbler; blowing bubbles through a straw; straw "
        "bubbles; hot tub; jacuzzi; whirlpool; cauldron; witch's cauldron; potion; lava; lava bubbling; mud "
        "pool; hookah; bong; water cooler; underwater bubbling; fermentation; coffee percolator; chemistry "
        "lab; swamp bubbles; blender bubbles; glug; glugging bottle; water jug; tar pit; rice cooker",
        "water|bubble|; water|boil|; ~pot|boil|; *bubbles|rise|; soup|simmer|; someone|blow|bubbles through "
        "a straw; ~cauldron|bubble|; ~aquarium|bubble|; lava|bubble|; ~potion|bubble|; ~kettle|boil|; ~water "
        "cooler|glug|; ~jacuzzi|bubble|; someone|boil|pasta",
    ),
    "water drip": recorded(
        "dripping; watery; wet; leaky; trickling",
        "drip; drop; plink; plop; droplet; trickle",
        "water drip; dripping; dripping water; water dripping; drip; drips; dripping tap; dripping faucet; "
        "leaky faucet; leaking tap; water drops; water drop; droplet; droplets; raindrop; raindrops; cave "
        "drips; dripping in a cave; leaking roof; leak; gutter dripping; melting icicles; icicles; coffee "
        "dripping; bathroom drip; sewer; drops falling in a bucket; pipette; iv drip; melting snow; drain "
        "drip; rain dripping; trickle_ dribble",
        "water|drip|; ~tap|drip|; ~faucet|drip|; *drops|fall|into ~bucket; ~roof|leak|; water|drip|in ~cave; "
        "*drops|plop|; *icicles|drip|; ~pipe|leak|; *raindrops|drip|from the roof; coffee|drip|",
    ),
    "water flowing": recorded(
        "flowing; running; watery; trickling; pouring; babbling",
        "stream; flow; trickle; pour; gush; babble; burble",
        "water flowing; running water; water running; stream; stream burbling; creek; brook; babbling brook; "
        "river; river flowing; tap; faucet; water tap_ faucet; running tap; kitchen sink; sink (filling or "
        "washing); washing hands; washing dishes; filling a glass; pouring water; pour; pouring; pouring a "
        "drink; pouring coffee; pouring tea; pouring beer; pouring wine; pouring milk; filling a bottle; "
        "filling a bucket; fill (with liquid); filling a bathtub; bathtub (filling or washing); shower; "
        "taking a shower; garden hose; hose; watering plants; watering can; fountain; water fountain; "
        "gutter; irrigation; sprinkler; spraying water; spray; gush; trickle_ dribble; peeing; urinating; "
        "pressure washer; fire hose; pumping water; pump (liquid); pouring a glass of water; jug; pitcher; "
        "teapot; canal; rapids; drinking fountain; well",
        "water|flow|; water|run|; ~stream|flow|; ~river|flow|; ~brook|babble|; someone|pour|water into "
        "~glass; someone|pour|~drink; someone|fill|~glass; someone|turn on|the tap; water|run|from ~faucet; "
        "someone|wash|hands; someone|take|~shower; someone|water|the plants; ~fountain|splash|; "
        "someone|pour|coffee; water|pour|; someone|fill|~bucket; ~creek|trickle|; someone|pour|beer; "
        "water|gush|from ~pipe; someone|fill|the bathtub; ~sprinkler|spray|; liquid|flow|",
    ),
    "water splash": recorded(
        "splashing; watery; wet; sloshing; plunging",
        "splash; splatter; plunge; plop; slosh; dive; splosh",
        "water splash; splash; splashing; splashing water; water splashing; splash_ splatter; jump into "
        "water; jumping into a pool; diving into a pool; dive; cannonball; swimming; swimmer; swimming pool; "
        "pool; swimming in a pool; kids in a pool; bath; taking a bath; bathtub splashing; sloshing; "
        "sloshing water; slosh; throwing a stone into water; stone in a pond; fish jumping; duck landing on "
        "water; paddle; paddling; oar; oars; rowing; rowing a boat; rowboat_ canoe_ kayak rowing; kayak; "
        "canoe; water fight; water balloon; bucket of water; throwing a bucket of water; car through a "
        "puddle; washing a car; mopping; wet mop; dishes in the sink; water slide; plunge; water polo; "
        "hippo; dolphin jumping; washing clothes; hand in water; stirring water; plop; animals bathing; dog "
        "shaking off water; rafting; water ski; belly flop in a pool",
        "someone|jump|into the water; water|splash|; someone|dive|into ~pool; someone|swim|; "
        "*children|splash|in ~pool; someone|throw|~stone into the water; something|plop|into the water; "
        "someone|splash|; ~fish|jump|; someone|paddle|~canoe; someone|row|~boat; *oars|splash|; "
        "~dolphin|leap|; someone|pour out|~bucket of water; someone|take|~bath; water|slosh|; "
        "~swimmer|swim|past; someone|splash|water on ~face; ~car|drive|through ~puddle; ~duck|splash|",
    ),
    "waterfall": recorded(
        "waterfall; roaring; cascading; rushing; thundering",
        "waterfall; cascade; roar; rush; torrent; falls",
        "waterfall; waterfalls; waterfall burbling; cascade; rapids; roaring water; rushing water; niagara "
        "falls; big waterfall; mountain waterfall; white water; dam; water rushing; weir; torrent; "
        "whitewater rafting; falls; flood; flooding; raging river; rushing river; water crashing down; "
        "canyon; spillway; hydroelectric dam; water gushing",
        "~waterfall|roar|; water|rush|; water|fall|over ~cliff; ~waterfall|crash|down; ~river|rush|; "
        "~torrent|rush|down the mountain; water|cascade|; *rapids|roar|; ~dam|overflow|; water|thunder|down",
    ),
}
