"""Recorded doors, falls and breaks."""

from prompts.lexicon.entry import Entry, recorded

BREAKS: dict[str, Entry] = {
    "blade stab": recorded(
        "stabbing; piercing; bloody; slicing; blade",
        "stab; slice; cut; slash; thrust; hit; squish",
        "stab; stabbing; blade stab; knife stab; stabbing with a knife; sword stab; sword hit flesh; "
        "slicing; slice; cutting; chopping food; chopping vegetables; chop; chopping (food); cutting "
        "vegetables; cutting meat; knife cutting; knife on a cutting board; cutting an onion; slicing a "
        "tomato; cucumber; cabbage; cleaver; butcher; meat cleaver; knife throw; throwing knife; knife in "
        "wood; impale; spear; gore; murder; dicing; kitchen knife; chef cutting; salad; cutting fruit; "
        "cutting watermelon; chopping board",
        "someone|stab|with ~knife; ~knife|stab|into meat; someone|chop|vegetables; someone|slice|~tomato; "
        "someone|cut|~onion; someone|chop|~cabbage; ~chef|chop|herbs; ~sword|slice|through flesh; "
        "~butcher|cut|meat; someone|throw|~knife; ~knife|hit|~cutting board; someone|cut|~watermelon; "
        "~spear|pierce|~shield; ~cook|chop|carrots",
    ),
    "cracking": recorded(
        "cracking; brittle; snapping; crunchy; breaking",
        "crack; snap; crunch; creak; split; break",
        "cracking; crack; ice cracking; cracking ice; ice cubes cracking; egg crack; cracking an egg; "
        "breaking an egg; eggs; eggshell; nut cracking; cracking nuts; nutcracker; walnut; walnuts; peanut "
        "shells; celery snap; snapping celery; celery; carrot snap; snapping a carrot; breaking carrots; "
        "lettuce; breaking lettuce; cabbage leaf; twisting vegetables; vegetables snapping; crackle; "
        "breaking a cookie; snapping chocolate; breaking crackers; dry pasta breaking; spaghetti breaking; "
        "breaking spaghetti; crab shell; lobster; shell cracking; bone cracking; frozen lake cracking; "
        "glacier; ground cracking; splinter; cracking knuckles; coconut; opening a pistachio; crunchy "
        "leaves; bubble wrap popping; ice cube tray",
        "ice|crack|; someone|crack|~egg; someone|crack|~nut; someone|snap|~celery stick; "
        "someone|break|~carrot; someone|twist|~lettuce; someone|break|~cookie; ~shell|crack|; the "
        "lake|crack|; someone|break|spaghetti; someone|crack|~walnut; ~egg|crack|; someone|snap|~chocolate "
        "bar; the ground|crack|; someone|twist|ice out of ~tray; ~bone|crack|",
    ),
    "crash": recorded(
        "crashing; smashing; violent; chaotic; destructive",
        "crash; smash; collision; wreck; impact; clatter",
        "crash; car crash; car accident; collision; smash; smashing; smash_ crash; vehicle crash; train "
        "crash; plane crash; crashing; wreck; shelf falling; things crashing down; pots crashing; crash "
        "bang; crash sound; clattering crash; impact with debris; falling dishes crash; drum kit falling; "
        "cupboard collapse; building collapse; kitchen accident; trash cans knocked over; crash through a "
        "wall; demolition derby; bicycle crash; motorcycle crash; breaking; destroying furniture; fall down "
        "the stairs",
        "~car|crash|; ~car|crash|into ~wall; something|crash|to the ground; ~shelf|crash|down; "
        "*cars|collide|; ~vehicle|smash|into ~tree; *things|crash|down; ~plane|crash|; someone|knock|over "
        "~trash can; ~stack of boxes|collapse|; ~bicycle|crash|; someone|smash|~television",
    ),
    "debris falling": recorded(
        "falling; debris; rubble; crumbling; collapsing",
        "fall; crumble; clatter; shower; collapse; rattle; trickle",
        "debris falling; debris; rubble; rubble falling; falling debris; crumbling; crumbling wall; "
        "collapsing wall; ruins; dirt falling; sand falling; pouring sand; falling dust; pouring gravel; "
        "gravel pouring; gravel falling; ceiling collapsing; plaster falling; building collapsing; "
        "demolition debris; falling bricks; pieces falling; small debris; shards falling; rubble sliding; "
        "earth falling; dumping gravel; dumping rubble; unloading gravel; pouring rice; rice; beans; pouring "
        "beans; grain; hail; seeds; pouring lentils; pouring cereal",
        "debris|fall|; rubble|crumble|; ~wall|crumble|; ~ceiling|collapse|; *pieces|fall|on the ground; "
        "gravel|pour|; ~building|collapse|; someone|pour|gravel; sand|trickle|; dirt|fall|on ~coffin; "
        "someone|pour|rice; *beans|pour|into ~bowl; ~truck|dump|rubble; hail|fall|",
    ),
    "door closing": recorded(
        "door; closing; slamming; shutting; heavy",
        "slam; close; thud; click; bang; shut; thunk",
        "door closing; door; doors; closing a door; door slam; door slamming; slamming door; slam; slamming; "
        "shutting a door; door shut; front door closing; car door; car door closing; car door slam; closing "
        "a car door; opening or closing car doors; cupboard closing; cupboard opening or closing; cupboard "
        "open or close; cabinet closing; fridge closing; refrigerator door; oven door; microwave door; "
        "closing the microwave; gate closing; heavy door closing; door bang; house door; angry exit; leaving "
        "a room; prison door; trunk closing; car boot; hood closing; washing machine door; garage closing; "
        "fridge door; locker closing",
        "~door|close|; ~door|slam|; someone|close|~door; someone|slam|~door; ~car door|close|; "
        "~door|bang|shut; someone|shut|~cupboard; someone|close|~fridge; ~gate|close|; someone|leave|and "
        "slams the door; ~car door|slam|; someone|close|~oven; someone|close|the trunk; ~door|open|and "
        "closes; someone|slam|~car door",
    ),
    "door knock": recorded(
        "knocking; door; rapping; wooden; knuckle",
        "knock; rap; tap; bang; pound",
        "door knock; knocking; knock; knock knock; knocking on a door; knocking on door; knocking on a "
        "wooden door; knock on the door; rapping; rap at the door; visitor; pounding on a door; banging on "
        "the door; police knocking; knuckles; knuckles on wood; door knocker; knocker; knocking on a window; "
        "knocking on a table; tapping on a door; trick or treat; delivery at the door; knocking on wood; "
        "fist on a door; neighbour knocking",
        "someone|knock|on ~door; someone|knock|at the door; someone|bang|on ~door; someone|pound|on ~door; "
        "*knuckles|rap|on ~door; someone|rap|on ~wooden door; ~visitor|knock|; someone|tap|on ~window; "
        "~policeman|knock|at the door; someone|knock|on wood",
    ),
    "door opening": recorded(
        "door; opening; handle; creaking; latch",
        "opening; click; creak; squeak; turn; swing",
        "door opening; opening a door; door opens; open the door; door handle; door knob; doorknob; turning "
        "a doorknob; front door opening; car door opening; opening a car door; opening the fridge; fridge "
        "opening; cupboard opening; opening a cupboard; cabinet opening; gate opening; opening a gate; "
        "entering a room; coming home; wardrobe opening; oven opening; opening the microwave; door "
        "unlatching; heavy door opening; opening a chest; treasure chest opening; opening a lid; closet "
        "opening; entrance",
        "~door|open|; someone|open|~door; someone|open|~car door; someone|open|~cupboard; someone|open|the "
        "fridge; someone|turn|~doorknob; ~gate|open|; someone|enter|~room; ~door|swing|open; "
        "someone|open|~chest; someone|pull|~door open; someone|come|home",
    ),
    "glass breaking": recorded(
        "glass; breaking; shattering; smashing; brittle",
        "shatter; smash; crash; break; crack; tinkle",
        "glass breaking; breaking glass; glass; shattering glass; glass shatter; shatter; smash; smashed "
        "window; window breaking; window smash; broken window; breaking a window; bottle breaking; smashing "
        "a bottle; broken bottle; glass smash; wine glass breaking; dropping a glass; mirror breaking; "
        "broken mirror; windscreen smash; windshield shattering; light bulb breaking; vase breaking; plate "
        "breaking; plate smashing; smashing plates; dish breaking; breaking dishes; vase smash; glass "
        "shards; crystal breaking; chandelier falling; aquarium breaking; broken glass; ice breaking; broken "
        "crockery",
        "glass|shatter|; ~window|shatter|; ~glass|break|; someone|break|~window; someone|smash|~bottle; "
        "~bottle|break|on the floor; someone|drop|~glass; ~plate|smash|; ~mirror|shatter|; ~light "
        "bulb|burst|; ~vase|break|; someone|throw|~stone through a window; glass|smash|; "
        "~brick|crash|through ~window",
    ),
    "glass clink": recorded(
        "glass; clinking; crystal; glassy; tinkling; bright",
        "clink; ting; chink; tinkle; ping; tap; ding",
        "glass clink; glass; glasses; clinking glasses; clink; chink_ clink; toast; cheers; champagne toast; "
        "wine glass; wine glasses; glass bottles; bottles clinking; bottle; bottle clink; beer bottles; milk "
        "bottles; glass tap; tapping a glass; glass jar; jars; ice cubes in a glass; ice in a glass; ice "
        "cubes; cocktail; bartender; bar glasses; crystal glass; glass marbles; marbles; marble clink; pool; "
        "pool balls; billiards; billiard balls; snooker; striking pool; snooker balls; pool balls colliding; "
        "cue ball; glass vial; test tubes; potion; perfume bottle; glass on a table; chandelier; lamp; "
        "window tap; glass beads; aquarium; jar lid",
        "*glasses|clink|; someone|clink|glasses; *bottles|clink|; someone|tap|~glass; *people|toast|; "
        "*billiard balls|click|together; someone|play|pool; someone|strike|~cue ball; *ice cubes|clink|in "
        "~glass; *marbles|clink|; someone|put|~glass on the table; ~bartender|put|~glass on the counter; "
        "*players|play|billiards; ~spoon|hit|~glass; ~snooker ball|hit|another; ~glass|ring|",
    ),
    "gun handling": recorded(
        "gun; mechanical; metallic; clicking; tactical",
        "click; cock; reload; clack; rack; slide",
        "gun handling; gun; gun cocking; cocking a gun; reloading; reload; gun reload; loading a gun; rifle "
        "bolt; bolt action; pump shotgun; shotgun pump; pumping a shotgun; magazine; clip inserted; magazine "
        "inserted; safety catch; trigger; dry fire; empty gun click; revolver spin; cylinder spin; russian "
        "roulette; holster; gun holster; drawing a gun; pistol slide; racking the slide; ammo; ammunition; "
        "bullets; bullet shells; shell casings; shell casing drop; assault rifle handling; weapon; weapon "
        "handling; gun being loaded; sniper; cleaning a gun; paintball marker",
        "someone|reload|~gun; someone|cock|~pistol; someone|load|~rifle; someone|pump|~shotgun; "
        "~soldier|reload|; *shell casings|fall|; someone|insert|~magazine; ~gun|click|; someone|rack|the "
        "slide; someone|pull|the trigger of an empty gun; someone|spin|the cylinder of ~revolver; "
        "someone|draw|~pistol; ~sniper|load|~bullet",
    ),
    "heavy slam": recorded(
        "heavy; slamming; massive; booming; huge",
        "slam; thud; boom; bang; impact; thump; crash",
        "heavy slam; slam; heavy impact; heavy thud; massive hit; weights; weights dropping; dropping "
        "weights; barbell; barbell drop; dropping a barbell; dumbbell; dumbbells; weight lifting; "
        "weightlifting; weightlifter; deadlift; gym; gym weights; kettlebell; heavy object falling; heavy "
        "box; container; dumpster; dumpster lid; garbage truck; safe; vault door; vault; blast door; giant "
        "footstep; heavy drop; piano falling; anvil drop; heavy door; castle gate; portcullis; tailgate; "
        "tailgate slam; truck bed; loading a truck; furniture falling; refrigerator falling; cargo; pile "
        "driver; body slam; wrestling; wrestler slammed; tree falling; giant stomp; car hood slam; steel "
        "beam drop; pallet drop; sub impact",
        "~weightlifter|drop|~barbell; someone|drop|~heavy weight; ~barbell|slam|on the floor; something "
        "heavy|fall|; *weights|crash|on the gym floor; ~vault door|slam|; ~container|slam|down; "
        "someone|drop|~dumbbell; ~tailgate|slam|; ~wrestler|slam|~opponent; ~castle gate|slam|shut; "
        "~giant|stomp|; someone|slam|~heavy lid; ~dumpster lid|bang|; ~heavy box|land|on the floor",
    ),
    "key in lock": recorded(
        "lock; key; clicking; unlocking; metallic",
        "click; turn; clunk; unlock; rattle; clack",
        "key in lock; key; lock; unlocking; unlocking a door; locking a door; key turning; turning a key; "
        "keys in the door; door lock; padlock; unlocking a padlock; deadbolt; bolt; lock picking; lockpick; "
        "handcuffs; handcuff; safe dial; combination lock; opening a safe; car lock; bike lock; cell door "
        "key; locker lock; lock click; locking up; ignition key; mailbox lock; jail keys; unlock",
        "someone|unlock|~door; someone|lock|~door; ~key|turn|in ~lock; someone|put|~key in the lock; "
        "someone|open|~padlock; someone|pick|~lock; ~lock|click|; someone|bolt|~door; someone|lock|~pair of "
        "handcuffs; someone|turn|~key; ~deadbolt|slide|",
    ),
    "latch click": recorded(
        "latch; clicking; metallic; clasp; snapping",
        "click; clack; snap; clunk; latch",
        "latch; latch click; latch clicking; gate latch; door latch; buckle; seat belt click; seatbelt "
        "buckle; clasp; briefcase latch; suitcase latches; snap lock; clip; carabiner; hook; bolt latch; "
        "window latch; box latch; lunchbox; toolbox latch; fastening a buckle; helmet strap click; snap "
        "button; press stud; purse clasp; locket; pen case; guitar case; padlock click; lighter lid; car "
        "seat; ski binding; bra clasp",
        "~latch|click|; someone|close|~latch; someone|fasten|~seat belt; ~buckle|click|; "
        "someone|open|~briefcase; someone|click|~carabiner; someone|lift|~gate latch; ~clasp|snap|shut; "
        "someone|clip|~buckle; someone|open|~guitar case; ~latch|snap|shut",
    ),
    "lid": recorded(
        "lid; jar; pot; container; metallic",
        "lid; clank; clack; pop; clink; close; scrape",
        "lid; lid closing; putting on a lid; jar lid; opening a jar; unscrewing a lid; screwing a lid; "
        "unscrewing a jar; bottle cap; bottle cap opening; pot lid; pan lid; saucepan lid; trash can lid; "
        "bin lid; closing the bin; trash bin; toilet lid; toilet seat; toilet seat closing; lunch box; "
        "tupperware; plastic container; cookie tin; tin lid; teapot lid; piano lid; laptop closing; closing "
        "a laptop; closing a box; pill box; kettle lid; coffin lid; cooler; washing machine lid; lipstick "
        "cap; pen cap; thermos; spice jar; paint tin",
        "someone|put|~lid on ~pot; someone|open|~jar; ~lid|clank|; someone|close|~lid; "
        "someone|unscrew|~bottle cap; someone|lift|~lid; ~pot lid|clatter|; someone|close|~lunch box; "
        "someone|open|~trash can; ~toilet seat|fall|down; someone|close|~laptop; someone|open|~tupperware "
        "box; ~bin lid|slam|",
    ),
    "metal door": recorded(
        "metal; door; gate; iron; prison; heavy",
        "slam; clang; bang; close; clank; rattle",
        "metal door; steel door; iron door; iron gate; metal gate; gate; prison door; jail cell; jail cell "
        "door; cell door; prison gate; locker; locker door; school locker; metal cabinet; cage door; bunker "
        "door; container door; ship hatch; hatch; fire door; elevator gate; oven door; mailbox; metal locker "
        "slam; furnace door; submarine hatch; garage door; dishwasher door; fuse box; bank vault; shutter "
        "door",
        "~metal door|slam|; ~iron gate|close|; ~cell door|clang|shut; someone|close|~locker; ~gate|clang|; "
        "someone|open|~steel door; ~guard|close|~prison door; someone|slam|~locker; ~hatch|close|; "
        "someone|open|~metal gate",
    ),
    "metal falling": recorded(
        "falling; metallic; clattering; clanging; dropped",
        "clatter; clang; crash; fall; drop; clank",
        "metal falling; falling metal; dropping metal; metal pipe falling; pipe falling; metal drop; dropped "
        "wrench; wrench drop; tool drop; dropping tools; tray drop; dropping a tray; pan drop; dropping a "
        "pan; pots falling; metal bar falling; metal rod drop; metal clatter; scrap metal; scrapyard; "
        "hubcap; hubcap spin; bucket falling; metal bowl spinning; trophy; metal beam falling; sword drop; "
        "dropping a sword; shield drop; armour falling; dropping keys; manhole cover drop; ladder falling; "
        "bicycle falling over; cutlery falling; can falling",
        "~metal pipe|fall|; ~metal bar|clatter|to the floor; someone|drop|~wrench; someone|drop|~tray; "
        "~pan|crash|to the floor; *pots|fall|; ~sword|clatter|on the floor; ~hubcap|spin|on the ground; "
        "metal|fall|; someone|drop|~metal rod; ~ladder|fall|; *tools|fall|",
    ),
    "popping": recorded(
        "popping; bubbly; bursting; plopping; snappy",
        "pop; plop; burst; snap; click; bubble pop",
        "pop; popping; burst_ pop; cork; cork pop; cork popping; champagne cork; champagne; champagne bottle "
        "opening; wine cork; opening a wine bottle; uncorking; bottle opening; opening a bottle; beer bottle "
        "opening; popcorn; popcorn popping; popping popcorn; microwave popcorn; balloon pop; balloon; bubble "
        "wrap; popping bubble wrap; bubble pop; bubble gum; bubblegum pop; chewing gum pop; mouth pop; lip "
        "pop; pop sound; plunger; suction cup; jar pop; toaster; toaster pops; toast popping up; pimple; "
        "tongue click; pop-up; popping joints; party popper; plop; seal breaking; pill blister pack; soap "
        "bubbles; tennis ball can",
        "~cork|pop|; someone|pop|~cork; popcorn|pop|; someone|open|~bottle of champagne; ~balloon|pop|; "
        "someone|pop|~balloon; someone|pop|bubble wrap; ~bubble|pop|; someone|open|~bottle of wine; "
        "someone|pop|bubble gum; ~toaster|pop|; ~plunger|pop|; someone|pop|with the lips; *kernels|pop|in "
        "~pan",
    ),
    "rock breaking": recorded(
        "rock; breaking; cracking; crumbling; stone",
        "crack; break; crumble; split; smash; crunch",
        "rock breaking; breaking rocks; stone breaking; splitting stone; boulder breaking; boulder cracking; "
        "rock smash; smashing rocks; rock crusher; stone crusher; breaking stone; crumbling stone; statue "
        "breaking; cracking stone; cliff crumbling; crushing rocks; quarry; stone shatter; rock explosion; "
        "breaking concrete; ground splitting; geode; breaking a geode",
        "~rock|break|; ~boulder|crack|; someone|break|~rock; ~stone|split|; ~statue|crumble|; "
        "~crusher|crush|rocks; someone|smash|~stone with ~hammer; ~cliff|crumble|; ~stone|shatter|",
    ),
    "rock falling": recorded(
        "falling; rocky; tumbling; boulder; stone",
        "fall; tumble; rumble; drop; slide; thud; clatter",
        "rock falling; falling rocks; rocks; rockfall; rockslide; rock slide; landslide; avalanche; boulder; "
        "boulder rolling; rolling boulder; stones falling; pebbles falling; gravel slide; cliff rocks; "
        "stones tumbling; rocks rolling down a hill; cave in; mine collapse; mountain slide; stone drop; "
        "dropping stones; dumping rocks; rocks in a pile; rocks tumbling; quarry rocks; cobbles falling",
        "*rocks|fall|; ~boulder|roll|down the hill; *stones|tumble|down; ~rockslide|rumble|; "
        "*rocks|slide|down; ~rock|fall|from ~cliff; *pebbles|fall|; someone|drop|~rock; ~cave|collapse|; "
        "~truck|dump|rocks; *stones|roll|",
    ),
    "switch click": recorded(
        "clicking; switch; button; mechanical; plastic",
        "click; clack; tick; tap; snap; press; switch",
        "switch click; switch; light switch; turning on the light; turning off the light; button; button "
        "press; pressing a button; button click; click; clicking; clickety-clack; keyboard; computer "
        "keyboard; typing; typing on a keyboard; typing on computer keyboard; keyboard typing; mechanical "
        "keyboard; key press; keystrokes; laptop typing; typewriter; typing on typewriter; mouse click; "
        "mouse clicking; computer mouse; pen click; clicking a pen; ballpoint pen click; remote control; "
        "remote button; game controller; gamepad; calculator; toggle switch; circuit breaker; lamp switch; "
        "pull chain lamp; flashlight; torch switch; camera button; elevator button; keypad; dial pad; "
        "telephone dialing; phone buttons; texting; typing on a phone; turn signal; indicator; blinker; car "
        "turn signal; cassette player button; tape recorder; walkman; stapler; stopwatch; toaster lever; "
        "hole punch; counter clicker; ratchet; snap fastener; rotary phone; joystick",
        "someone|click|~switch; someone|press|~button; someone|flip|~light switch; someone|type|on "
        "~keyboard; someone|click|~mouse; someone|type|; someone|click|~pen; someone|turn on|the light; "
        "*keys|click|; someone|press|buttons on ~remote; ~switch|click|; someone|type|on ~typewriter; "
        "someone|type|on ~computer; *fingers|type|on ~laptop; someone|turn off|~lamp; someone|tap|on ~phone; "
        "~turn signal|click|; ~secretary|type|~letter; ~gamer|press|buttons",
    ),
    "tool handling": recorded(
        "tool; workshop; metallic; mechanical; handling",
        "clank; clink; rattle; click; clatter; ratchet; clunk",
        "tool handling; tool; tools; toolbox; tool box; rummaging in a toolbox; wrench; ratchet; ratchet "
        "wrench; socket wrench; screwdriver; screwing; tightening a screw; pliers; picking up tools; putting "
        "down a tool; workshop; mechanic; garage; car repair; fixing a car; repairing; plumber; workbench; "
        "vise; clamp; tape measure; measuring tape; spanner; tightening a bolt; assembling furniture; gears; "
        "pulleys; hand drill; jack; car jack; changing a tyre; bicycle repair; fishing reel; fishing; "
        "equipment; gear handling; climbing gear; metal objects handled; soldering; watchmaker; lock repair; "
        "pepper grinder; hand crank; cranking; winch; winding; wind-up toy; music stand",
        "~mechanic|use|~wrench; someone|pick up|~tool; someone|turn|~ratchet; someone|tighten|~bolt; "
        "someone|rummage|in ~toolbox; someone|put down|~tool; *tools|clank|; someone|turn|~screwdriver; "
        "someone|repair|~bicycle; ~plumber|fix|~pipe; someone|wind|~crank; someone|pull|~tape measure; "
        "~worker|handle|tools; ~fisherman|wind|~reel",
    ),
    "wood breaking": recorded(
        "wood; breaking; splintering; snapping; cracking",
        "crack; snap; break; splinter; crunch; split; crash",
        "wood breaking; breaking wood; wood snap; snapping wood; wood crack; wood splintering; splinter; "
        "splintering; branch; branch breaking; branch snap; breaking a branch; breaking a stick; stick snap; "
        "twig; twig snap; twigs breaking; snapping twigs; stepping on a twig; plank breaking; broken plank; "
        "board breaking; karate board break; door breaking; breaking down a door; breaking furniture; chair "
        "breaking; table breaking; crate smash; crate breaking; fence breaking; tree breaking; tree "
        "cracking; falling tree crack; wooden bridge collapsing; pencil snap; breaking a pencil; bamboo "
        "breaking; broomstick; baseball bat breaking; log split; splitting wood; kicking down a door",
        "~branch|snap|; ~stick|break|; someone|break|~stick; someone|snap|~twig; ~plank|break|; "
        "wood|splinter|; wood|break|; someone|break|~wooden board; someone|kick|down ~door; someone|step|on "
        "~twig; ~tree|crack|; ~crate|smash|; ~chair|break|; someone|snap|~pencil; ~karate "
        "fighter|break|~board; someone|split|~log",
    ),
    "wood falling": recorded(
        "falling; wooden; tumbling; clattering; timber",
        "fall; clatter; crash; tumble; thud; drop; knock",
        "wood falling; falling wood; wood drop; dropping wood; wood planks falling; planks dropping; "
        "stacking wood; stacking firewood; log drop; dropping logs; logs rolling; tree falling; timber; "
        "falling tree; wooden blocks falling; jenga; jenga tower falling; blocks falling; dominoes falling; "
        "lumber; lumber drop; wooden box dropping; crate drop; chair falling over; knocked over chair; "
        "wooden stick drop; dropping sticks; bowling pins; bowling pins falling; pins falling; skittles; "
        "skittles falling; striking bowling; bowling strike; bowling impact; pencil drop; broom falling; "
        "wooden spoon drop; picture frame falling; shelf collapse; baseball bat drop; toy blocks",
        "*planks|fall|; ~log|drop|; ~tree|fall|; someone|drop|~plank; *bowling pins|fall|; *wooden "
        "blocks|tumble|; ~chair|fall|over; someone|stack|firewood; *logs|roll|; ~crate|fall|; someone|knock "
        "down|bowling pins; ~bowling ball|crash|into the pins; *sticks|clatter|on the floor; ~jenga "
        "tower|collapse|; someone|drop|~wooden box; *skittles|fall|",
    ),
}
