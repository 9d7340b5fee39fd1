"""Recorded footsteps."""

from prompts.lexicon.entry import Entry, recorded

FOOTSTEPS: dict[str, Entry] = {
    "animal footsteps": recorded(
        "animal; paw; padding; pattering; clawed",
        "footstep; step; patter; pad; paw step; scamper; scurry",
        "animal footsteps; animal walking; paws; paw steps; dog walking; dog running; dog nails on the "
        "floor; dog claws on wood; cat walking; mouse pattering; patter; pattering; scurrying; rat "
        "scurrying; mouse running; animal running; deer walking; elephant walking; hooves walking; goat "
        "walking; squirrel running; scampering; puppy running; bear walking; claws clicking; padding feet; "
        "sheep walking; livestock walking; crab walking; chicken walking; lizard running; insect walking; "
        "hedgehog in leaves",
        "~dog|walk|on the floor; ~dog|run|; ~mouse|scurry|; ~cat|walk|; *paws|patter|; ~animal|run|past; "
        "*rats|scurry|; ~deer|walk|; *claws|click|on the floor; ~elephant|walk|; ~squirrel|scamper|; "
        "~puppy|run|across the floor; ~goat|walk|",
    ),
    "footsteps in water": recorded(
        "wading; splashing; wet; watery; sloshing",
        "footstep; splash; step; slosh; squelch; wade",
        "footsteps in water; walking in water; wading; wading through water; walking in a puddle; stepping "
        "in a puddle; puddle; puddles; jumping in puddles; running through water; walking in a stream; "
        "walking in shallow water; rain boots; wellies; walking in the rain; walking in the sea; walking on "
        "a wet beach; swamp walking; walking in a river; splashing footsteps; sloshing; wet footsteps; "
        "flooded street; crossing a river; horse in water",
        "someone|walk|in water; someone|wade|through water; someone|step|in ~puddle; someone|jump|in "
        "~puddle; someone|run|through the water; *feet|splash|in ~stream; *boots|splash|through puddles; "
        "~child|jump|in puddles; someone|cross|~river on foot; someone|walk|along the shore",
    ),
    "footsteps on carpet": recorded(
        "soft; carpet; muffled; padded; carpeted",
        "footstep; step; footfall; thud; pad",
        "footsteps on carpet; walking on carpet; carpet; carpet footsteps; rug; walking on a rug; soft "
        "footsteps; barefoot; bare feet; barefoot walking; socks; walking in socks; slippers; hotel "
        "corridor; tiptoe; tiptoeing; sneaking; quiet footsteps; indoor footsteps; gym mat; walking on a "
        "mat; creeping; sneaking around; walking in the house; dance in socks; ballet",
        "someone|walk|on ~carpet; someone|walk|barefoot; someone|tiptoe|; someone|sneak|; *feet|pad|on the "
        "carpet; someone|walk|in socks; someone|step|on ~rug; someone|creep|through the house; "
        "someone|shuffle|in slippers; ~ballet dancer|step|",
    ),
    "footsteps on concrete": recorded(
        "concrete; hard; pavement; street; walking",
        "footstep; step; footfall; clack; scuff; stride",
        "footsteps on concrete; footsteps; walking; walk_ footsteps; walking on concrete; pavement; "
        "sidewalk; walking on pavement; street footsteps; walking down the street; running on asphalt; "
        "running; people running; jogging; jogger; asphalt; sneakers; shoes on concrete; parking garage; "
        "walking in an alley; footsteps in a corridor; hallway; sprinting; run; walk; shuffle; people "
        "shuffling; shuffling feet; basketball shoes; sneakers squeaking; squeaky shoes; person walking; "
        "pedestrian; man walking; woman walking; parkour; skateboard push; gym floor; approaching footsteps; "
        "footsteps coming closer",
        "someone|walk|on concrete; someone|walk|down the street; someone|run|; someone|walk|; "
        "*footsteps|approach|; *footsteps|echo|in a hallway; ~man|walk|on the pavement; ~woman|walk|past; "
        "~jogger|run|past; someone|jog|on asphalt; *shoes|scuff|on concrete; *people|walk|on the sidewalk; "
        "*people|run|; *sneakers|squeak|on the floor; *people|shuffle|",
    ),
    "footsteps on dirt": recorded(
        "dirt; earthy; dusty; soil; trail",
        "footstep; step; footfall; crunch; thud; scuff",
        "footsteps on dirt; walking on dirt; dirt road; dirt path; walking on soil; trail; hiking; hiker; "
        "hiking trail; walking on earth; walking on a path; mud path; walking on the ground; farm field; "
        "walking in a field; dusty ground; running on dirt; desert walking; western boots; baseball field; "
        "running track; footsteps in the forest; walking through the forest; wanderer",
        "someone|walk|on ~dirt road; someone|walk|on a trail; ~hiker|walk|; someone|run|on ~dirt path; "
        "*boots|step|on dirt; someone|walk|through ~field; someone|walk|through the forest; someone|hike|; "
        "*feet|step|on soil; ~farmer|walk|in ~field",
    ),
    "footsteps on grass": recorded(
        "grassy; grass; soft; lawn; rustling",
        "footstep; step; swish; footfall; rustle",
        "footsteps on grass; walking on grass; grass; lawn; running on grass; walking in a meadow; grass "
        "footsteps; walking through tall grass; garden walk; football pitch; soccer field; running on a "
        "field; park walk; walking through a field of grass; golf course; field; walking through weeds; bush "
        "walk; walking on leaves; walking through dry leaves; leaves crunching underfoot",
        "someone|walk|on grass; someone|run|on the grass; someone|walk|through tall grass; *feet|step|on "
        "grass; ~player|run|over the pitch; ~dog|run|on the grass; someone|walk|across the lawn; "
        "someone|walk|through dry leaves; *leaves|crunch|underfoot",
    ),
    "footsteps on gravel or sand": recorded(
        "gravel; sandy; crunchy; pebble; gritty",
        "footstep; step; crunch; scuff; footfall",
        "footsteps on gravel or sand; footsteps on gravel; walking on gravel; gravel; gravel crunching; "
        "gravel path; driveway; pebbles; pebble beach; walking on pebbles; walking on sand; sand; beach "
        "walk; walking on the beach; footsteps on sand; running on gravel; crunching gravel; railway "
        "ballast; stony path; shingle; gravel road; sand dune; volleyball on the beach; walking on broken "
        "glass; crunchy footsteps",
        "someone|walk|on gravel; someone|run|on gravel; gravel|crunch|underfoot; someone|walk|on sand; "
        "someone|walk|on the beach; *boots|crunch|on gravel; someone|step|on pebbles; *footsteps|crunch|on "
        "the driveway; someone|jog|on ~gravel path; *feet|sink|into the sand",
    ),
    "footsteps on metal": recorded(
        "metal; metallic; clanging; hollow; ringing",
        "footstep; step; clang; clank; thud",
        "footsteps on metal; walking on metal; metal stairs; metal staircase; fire escape; metal grate; "
        "metal grating; walking on a grate; catwalk metal; steel stairs; ladder; climbing a ladder; metal "
        "ladder; metal platform; metal bridge; ship deck; submarine; space station; spaceship corridor; "
        "scaffold; running up metal stairs; gangway; robot walking; robot footsteps; ramp; escalator steps; "
        "container roof; manhole cover step",
        "someone|walk|on ~metal grate; someone|climb|~metal ladder; someone|run|up metal stairs; "
        "*boots|clang|on metal; someone|walk|down the fire escape; ~robot|walk|; *footsteps|ring|on a steel "
        "deck; ~sailor|walk|on the deck; someone|climb|~ladder; *feet|clank|on the grating",
    ),
    "footsteps on snow or ice": recorded(
        "snowy; crunching; icy; winter; crisp",
        "footstep; crunch; step; footfall; squeak",
        "footsteps on snow or ice; footsteps on snow; walking on snow; snow; snow footsteps; crunching snow; "
        "walking in snow; walking in the snow; snow crunch; snowshoes; winter walk; fresh snow; deep snow; "
        "ice; walking on ice; icy path; running in snow; snowy forest; cross country skiing; skiing; "
        "sledding; sled; snowball; making a snowball; snowboarding; snowman; ice skating; frozen lake; "
        "hiking in snow; ski boots; frost",
        "someone|walk|in the snow; someone|walk|on snow; snow|crunch|underfoot; *footsteps|crunch|in the "
        "snow; *boots|crunch|on snow; someone|run|through the snow; someone|walk|on ice; ~skier|ski|down the "
        "slope; someone|make|~snowball; someone|walk|on a frozen lake; ~child|play|in the snow; "
        "someone|sled|down the hill",
    ),
    "footsteps on stone": recorded(
        "stone; cobblestone; hard; echoing; tiled",
        "footstep; step; clack; footfall; tap",
        "footsteps on stone; walking on stone; stone floor; cobblestones; cobblestone street; marble floor; "
        "walking on tiles; tile floor; tiles; church footsteps; footsteps in a church; cathedral; castle; "
        "dungeon; stone stairs; cave footsteps; museum; temple; walking on rocks; old town; footsteps "
        "echoing; crypt; stone bridge; bathroom floor; courtyard; knight walking; monk walking; sandals; "
        "plaza",
        "someone|walk|on stone; someone|walk|on cobblestones; *footsteps|echo|on ~marble floor; "
        "someone|walk|on tiles; *footsteps|echo|in ~church; someone|climb|stone stairs; someone|walk|across "
        "the courtyard; *sandals|slap|on stone; ~monk|walk|through the cloister; *steps|echo|in the castle",
    ),
    "footsteps on wood": recorded(
        "wooden; wood; hollow; creaky; floorboard",
        "footstep; step; thud; clack; knock; creak",
        "footsteps on wood; walking on wood; wooden floor; wood floor footsteps; hardwood floor; parquet; "
        "floorboards; wooden stairs; walking up the stairs; running down the stairs; stairs; staircase; "
        "deck; porch; walking on a porch; wooden bridge; boardwalk; pier; dock; stage; walking on stage; "
        "saloon; cabin; attic footsteps; footsteps upstairs; running upstairs; cowboy boots; wooden planks; "
        "treehouse; dance floor; gymnasium; running on a treadmill; treadmill; walking indoors",
        "someone|walk|on ~wooden floor; someone|walk|up the stairs; someone|run|down the stairs; "
        "*footsteps|creak|on floorboards; *boots|step|on wood; someone|walk|across the stage; "
        "someone|walk|on ~pier; ~cowboy|walk|into the saloon; *footsteps|cross|the attic; someone|run|on "
        "~treadmill; someone|pace|in ~room",
    ),
}
