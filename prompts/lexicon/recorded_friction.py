"""Recorded rubbing, scraping, rattling and rustling."""

from prompts.lexicon.entry import Entry, recorded

FRICTION: dict[str, Entry] = {
    "blade scrape": recorded(
        "scraping; metallic; blade; sharpening; steel; sharp",
        "scrape; shing; slide; grind; swipe; draw; ring",
        "blade scrape; sharpening a knife; sharpen knife; knife sharpening; sharpening; knife; sword draw; "
        "drawing a sword; unsheathing a sword; sword unsheathed; sword sheath; sheathing a sword; blade; "
        "sword scrape; knives; scissors; cutting with scissors; cutting paper with scissors; scissors "
        "cutting hair; haircut; hairdresser; shears; ice skates; ice skating; whetstone; honing; razor; "
        "shaving with a razor; machete; scythe; dagger; metal file; filing metal; filing (rasp); rasp; "
        "saber; peeling potatoes; peeler; grater; spatula",
        "someone|sharpen|~knife; someone|draw|~sword; ~blade|scrape|on a whetstone; "
        "~knight|unsheathe|~sword; *swords|scrape|together; someone|cut|paper with scissors; "
        "*scissors|snip|; someone|cut|hair with scissors; ~skater|glide|over the ice; someone|file|metal; "
        "someone|scrape|~knife on steel; ~barber|cut|hair; someone|sheathe|~sword; someone|peel|~potato",
    ),
    "book handling": recorded(
        "book; paper; handling; leafing; leather-bound",
        "thump; flip; flop; drop; rustle; shuffle; close",
        "book handling; book; books; book drop; book closing; closing a book; opening a book; book placed on "
        "a table; dropping a book; stack of books; library; bookshelf; notebook; putting a book down; "
        "magazine; newspaper; thick book; bible; album; diary; paperback; picking up a book; stamp; stamping "
        "a passport; stapler",
        "someone|close|~book; someone|open|~book; someone|drop|~book; ~book|fall|on the table; "
        "someone|put|~book on a shelf; someone|slam|~book shut; someone|flip|through a magazine; "
        "someone|stack|books; ~librarian|sort|books; *books|fall|over; someone|staple|papers",
    ),
    "chalk screech": recorded(
        "chalk; screeching; blackboard; scratching; squeaky",
        "screech; squeak; scratch; scrape; squeal",
        "chalk; chalk screech; chalk on a blackboard; writing on blackboard with chalk; blackboard; "
        "chalkboard; writing with chalk; chalk squeak; nails on a chalkboard; fingernails on chalkboard; "
        "teacher writing on the board; drawing with chalk; school board; chalk drawing; whiteboard marker; "
        "marker squeak; squeaky marker; marker on a whiteboard; sidewalk chalk; squeegee; wet glass squeak",
        "someone|write|on ~blackboard; someone|write|with chalk; ~teacher|write|on the board; "
        "~chalk|screech|on a blackboard; ~chalk|squeak|; someone|draw|with chalk; *fingernails|screech|on a "
        "chalkboard; ~marker|squeak|on a whiteboard; someone|write|on ~whiteboard",
    ),
    "cloth rustle": recorded(
        "cloth; fabric; rustling; textile; clothing; swishing",
        "rustle; swish; ruffle; brush; shuffle; movement; flap",
        "cloth rustle; cloth; clothing; clothes rustling; clothes; fabric; fabric rustling; shirt; jacket; "
        "coat; putting on a jacket; taking off a coat; dressing; getting dressed; undressing; bed sheets; "
        "bedding; blanket; making a bed; curtain; drawing the curtains; curtains opening; towel; drying with "
        "a towel; shaking out a rug; folding laundry; laundry; pillow; scarf; dress; skirt; silk; sleeve; "
        "costume; cloth movement; trousers; jeans; wiping with a cloth; cleaning with a rag; dusting; wiping "
        "a table; scrubbing; rubbing hands; rubbing; hug; embrace; backpack; sleeping bag; dancing; "
        "stretching; yoga; carpet rubbing; shoe polish; polishing; sweeping; broom; sweeping the floor; "
        "flag; mop",
        "*clothes|rustle|; fabric|rustle|; someone|put on|~jacket; someone|take off|~coat; "
        "someone|fold|laundry; someone|shake|~blanket; someone|draw|the curtains; someone|wipe|~table with a "
        "cloth; someone|rub|~cloth; someone|dry|with ~towel; someone|dress|; ~dress|swish|; "
        "someone|make|~bed; someone|polish|~shoe; someone|sweep|the floor; someone|shake out|~towel; "
        "someone|rub|hands together; ~curtain|flutter|",
    ),
    "digging": recorded(
        "digging; shovelling; earthy; gravelly; shovel",
        "dig; scoop; shovel; scrape; crunch; spade",
        "digging; digging a hole; shovel; shoveling; shoveling dirt; shoveling snow; snow shovel; shovelling "
        "gravel; spade; digging in sand; digging soil; gardening; garden; hoe; raking; rake; grave digging; "
        "gravedigger; trowel; digging in dirt; beach sand digging; sandcastle; trench; pickaxe digging; dog "
        "digging; burying; plowing; archaeology; scooping sand; planting; digging with hands; excavating",
        "someone|dig|~hole; someone|shovel|snow; someone|shovel|dirt; someone|dig|in the sand; "
        "~shovel|scrape|; ~gardener|dig|; someone|rake|leaves; someone|scoop|gravel; ~dog|dig|in the ground; "
        "someone|bury|~box; ~spade|cut|into the soil; *workers|dig|~trench; someone|hoe|the garden",
    ),
    "door creak": recorded(
        "creaking; creaky; squeaky; door; hinge; rusty",
        "creak; squeak; groan; squeal; creaking",
        "door creak; creaking door; creaky door; squeaky door; door hinge; squeaky hinge; old door opening; "
        "haunted house door; hinge; gate creak; creaky gate; rusty gate; rusty hinge; creaking; creaking "
        "hinges; door opening slowly; squeaking door; spooky door; attic door; swinging gate; door creaking "
        "open; cupboard creaking; swing set squeak; playground swing; train wheels squealing; squeal; squeak",
        "~door|creak|; ~door|creak|open; ~gate|creak|; ~hinge|squeak|; ~old door|groan|; ~door|squeak|; "
        "someone|open|~creaky door; ~rusty gate|swing|; ~swing|squeak|; *hinges|creak|; ~cupboard|creak|open",
    ),
    "glass rubbing": recorded(
        "glass; rubbing; squeaky; wiping; singing",
        "squeak; rub; squeal; hum; wipe; whine",
        "glass rubbing; rubbing glass; cleaning a window; window cleaning; wiping glass; wiping a window; "
        "squeaky glass; squeegee on glass; washing windows; finger on glass; wet finger on a glass; glass "
        "harp; glass harmonica; wine glass singing; singing glass; rubbing the rim of a glass; polishing "
        "glass; mirror cleaning; cleaning a mirror; washing the dishes; squeaky clean; balloon rubbing; "
        "rubbing a balloon; wiping a screen",
        "someone|clean|~window; someone|wipe|~glass; someone|rub|~wine glass; someone|rub|the rim of a "
        "glass; ~finger|squeak|on glass; someone|wash|~window; ~squeegee|squeak|; someone|polish|~mirror; "
        "someone|rub|~balloon; ~window cleaner|wipe|~pane",
    ),
    "hand saw": recorded(
        "sawing; saw; rasping; carpentry; wood",
        "saw; rasp; cut; stroke; sawing; grind",
        "hand saw; handsaw; saw; sawing; sawing wood; wood sawing; cutting wood with a saw; carpenter; "
        "carpentry; woodworking; sawing a plank; sawing a log; hacksaw; sawing metal; bow saw; tree saw; "
        "pruning saw; cutting a branch; crosscut saw; fretsaw; sandpaper; sanding; sanding wood; rasping "
        "wood; wood file; planing timber; planing wood; plane; bread knife; cutting bread; slicing bread; "
        "workshop",
        "someone|saw|wood; someone|saw|~plank; ~carpenter|saw|; someone|saw|through ~log; ~saw|cut|through "
        "wood; someone|cut|~branch with a saw; someone|sand|~table; ~lumberjack|saw|~tree; "
        "someone|plane|~board; someone|saw|~pipe; ~handsaw|rasp|; someone|slice|bread",
    ),
    "keys jingling": recorded(
        "jingling; key; keyring; metallic; jangling",
        "jingle; jangle; rattle; clink; tinkle",
        "keys jingling; keys; keys jangling; key; key ring; keyring; bunch of keys; car keys; house keys; "
        "jingling; jingle; jangle; keychain; picking up keys; dropping keys; shaking keys; jailer's keys; "
        "dog tags; dog collar; collar jingling; spurs; bracelet; bracelets; jewelry; jewellery; necklace; "
        "chain jewelry; jingle_ tinkle; harness; medals",
        "*keys|jingle|; *keys|jangle|; someone|shake|~bunch of keys; someone|pick up|~set of keys; ~key "
        "ring|jingle|; someone|drop|~key; ~jailer|rattle|~bunch of keys; someone|take out|~car key; "
        "~collar|jingle|; *bracelets|jingle|",
    ),
    "leather handling": recorded(
        "leather; creaking; handling; belt; saddle",
        "creak; stretch; squeak; rustle; slap; movement",
        "leather; leather handling; leather creak; leather jacket; leather belt; belt; belt buckle; "
        "unbuckling a belt; saddle; saddle creak; leather bag; purse; handbag; wallet; opening a wallet; "
        "leather gloves; putting on gloves; gloves; leather couch; leather sofa; leather chair; boots; "
        "lacing boots; tying shoelaces; shoes; holster; armor straps; glove stretch; briefcase; suitcase; "
        "luggage; backpack strap; seat belt; seatbelt",
        "~leather jacket|creak|; someone|open|~wallet; someone|buckle|~belt; ~saddle|creak|; someone|put "
        "on|~leather glove; someone|sit|on a leather sofa; someone|lace|~boot; leather|creak|; "
        "someone|open|~purse; someone|fasten|~seat belt; someone|pack|~suitcase; someone|tie|~shoe",
    ),
    "leaves rustling": recorded(
        "rustling; leafy; foliage; dry; swishing",
        "rustle; swish; crunch; shuffle; brush; crackle",
        "leaves rustling; rustling leaves; leaves; dry leaves; wind in the trees; wind rustling leaves; "
        "trees in the wind; autumn leaves; fall leaves; foliage; bush; bushes; rustling bushes; moving "
        "through bushes; walking through leaves; branches swaying; hedge; raking leaves; pile of leaves; "
        "grass swaying; tall grass; corn field; reeds; rustle; rustling; palm trees; tree shaking; ferns; "
        "forest floor; picking leaves; straw; hay; leaf blower",
        "*leaves|rustle|; *leaves|rustle|in the wind; *trees|sway|; ~bush|rustle|; wind|rustle|the leaves; "
        "someone|walk|through leaves; *branches|sway|; someone|rake|leaves; ~tree|rustle|; "
        "~animal|move|through the bushes; *reeds|swish|; someone|push|through the bushes; grass|rustle|; "
        "*leaves|blow|around",
    ),
    "metal rattle": recorded(
        "rattling; metallic; loose; tinny; jangling; clattering",
        "rattle; clatter; jangle; shake; clank; jingle; chatter",
        "metal rattle; rattling metal; metal rattling; rattle; chains; chain; chain rattling; chains "
        "rattling; dragging chains; rattling chain; fence rattling; chain link fence; shopping cart; cart; "
        "trolley; shopping trolley; toolbox; cutlery drawer rattling; loose metal; machine rattling; gate "
        "rattling; cage; cage rattling; rattling cage; shutters; roller shutter; garage door; metal shutter; "
        "anchor chain; tambourine; playing tambourine; sleigh bells; jingle bells; bicycle chain; bike "
        "chain; armor; armour; knight in armour; metal cart; ratchet; ratchet_ pawl; washboard; playing "
        "washboard; gears crank; pots rattling; trash can; harness; spray can shaken",
        "~chain|rattle|; *chains|rattle|; someone|shake|~chain; someone|drag|~chain; ~fence|rattle|; "
        "~cart|rattle|; someone|push|~shopping cart; ~gate|rattle|; metal|rattle|; ~cage|rattle|; "
        "someone|shake|~metal box; ~toolbox|rattle|; someone|play|~tambourine; ~shutter|rattle|; ~garage "
        "door|roll|up; ~knight|move|in armour; ~trolley|rattle|past",
    ),
    "metal sheet shaking": recorded(
        "metal; sheet; wobbling; thunderous; tinny",
        "wobble; shake; rumble; warble; thunder; boom",
        "metal sheet shaking; metal sheet; sheet metal; thunder sheet; wobbling metal; shaking sheet metal; "
        "tin sheet; corrugated iron; corrugated metal roof; baking tray; baking sheet wobble; aluminium "
        "sheet; saw blade wobble; musical saw; flexible metal; metal panel shaking; stage thunder; foil; "
        "aluminum foil; tin foil; flexatone; roof sheet flapping",
        "~metal sheet|wobble|; someone|shake|~sheet of metal; ~tin roof|shake|; ~thunder sheet|rumble|; "
        "someone|bend|~metal sheet; ~baking tray|wobble|; ~metal panel|shake|; someone|crumple|aluminium "
        "foil; sheet metal|rumble|",
    ),
    "metal spring": recorded(
        "springy; spring; bouncy; coiled; twanging",
        "boing; twang; spring; bounce; sproing; wobble; creak",
        "spring; metal spring; springs; boing; coil spring; bouncing spring; door stopper; door stop spring; "
        "spring twang; sproing; mattress springs; bed springs; squeaky bed; creaking bed; jumping on a bed; "
        "trampoline; trampoline springs; bouncing on trampoline; pogo stick; slinky; spring bounce; spring "
        "reverb; bounce cartoon; jack in the box; coil; twang; ruler twang; ruler on a table; mousetrap; jaw "
        "harp; mouth harp; shock absorber; diving board",
        "~spring|bounce|; ~spring|boing|; ~metal spring|twang|; ~bed|squeak|; someone|jump|on ~trampoline; "
        "someone|bounce|on ~trampoline; someone|jump|on ~bed; someone|pluck|~spring; ~ruler|twang|; "
        "~mattress|creak|; someone|bounce|on ~pogo stick; ~mousetrap|snap|; ~diving board|spring|",
    ),
    "page turning": recorded(
        "paper; page; turning; flipping; leafing",
        "turn; flip; rustle; page turn; flick; shuffle",
        "page turning; page turn; turning a page; turning pages; turning the page; book page; flipping "
        "pages; pages; reading a book; leafing through a book; magazine pages; newspaper; reading a "
        "newspaper; flipping through a notebook; turn of a page; notebook; comic; score; flipping paper; "
        "calendar page; map; scroll; reading; studying; flipchart",
        "someone|turn|~page; someone|flip|through ~book; *pages|turn|; someone|read|~newspaper; "
        "someone|leaf|through ~magazine; someone|turn|the pages of a book; ~page|flip|; ~reader|turn|~page; "
        "~student|flip|through a notebook; someone|unroll|~map",
    ),
    "paper or cardboard": recorded(
        "paper; cardboard; crumpling; rustling; tearing; papery",
        "crumple; rustle; tear; rip; crinkle; fold; shuffle",
        "paper; cardboard; paper or cardboard; paper rustling; crumpling paper; paper crumpling; crumpled "
        "paper; tearing paper; ripping paper; paper tearing; paper ripping; torn paper; tearing; rip; "
        "cardboard box; opening a box; opening a package; parcel; unwrapping; unwrapping a gift; gift wrap; "
        "wrapping paper; paper bag; envelope; opening an envelope; letter; folding paper; origami; shredding "
        "paper; paper shredder; shuffling papers; papers; documents; box cutter; tissue paper; crumpling_ "
        "crinkling; carton; cardboard tube; pizza box; money counting; banknotes; toilet paper; wallpaper; "
        "poster; cloth tearing; fabric tearing; tearing fabric",
        "someone|crumple|paper; someone|tear|paper; someone|rip|~sheet of paper; paper|rustle|; "
        "someone|open|~cardboard box; someone|unwrap|~gift; someone|fold|paper; someone|open|~envelope; "
        "~cardboard box|slide|; someone|shuffle|papers; paper|tear|; someone|tear up|~letter; "
        "someone|crumple|~paper bag; someone|shred|documents; someone|open|~package; someone|rip|~poster off",
    ),
    "plastic crinkle": recorded(
        "crinkling; plastic; crackling; crumpling; rustling; wrapper",
        "crinkle; crackle; rustle; crumple; crunch; crinkling",
        "plastic crinkle; plastic bag; plastic bags; crinkling plastic; crinkling; crumpling plastic; bag of "
        "chips; bag of crisps; crisp packet; chip bag; opening a bag of chips; opening a packet; packet; "
        "wrapper; candy wrapper; unwrapping candy; unwrapping a candy; sweet wrapper; cellophane; shopping "
        "bag; grocery bag; plastic wrap; cling film; bubble wrap; plastic packaging; packaging; food "
        "wrapper; trash bag; garbage bag; plastic bottle crushing; crushing a plastic bottle; crinkle; "
        "rustling bag; snack bag; raincoat; tarp",
        "~plastic bag|rustle|; someone|crinkle|~plastic bag; someone|unwrap|~candy; someone|open|~bag of "
        "chips; plastic|crinkle|; someone|crumple|plastic; someone|crush|~plastic bottle; ~wrapper|crinkle|; "
        "someone|open|~packet; ~packet|rustle|; someone|pop|bubble wrap; someone|pack|~grocery bag; "
        "someone|tear open|~wrapper",
    ),
    "plastic rattle": recorded(
        "rattling; plastic; hollow; light; toy",
        "rattle; clatter; shake; clack; chatter; click",
        "plastic rattle; rattling plastic; baby rattle; rattle; toy rattle; pill bottle; shaking pills; "
        "pills; pill bottle shaking; tic tacs; lego; lego bricks; plastic toys; toy box; plastic beads; "
        "plastic container shaking; plastic lid rattle; clothes hangers; plastic cutlery; rubik's cube; "
        "spray paint can shaking; maracas; box of tic tacs; building blocks; plastic bricks; remote control; "
        "cassette; cassette tape; cd case; jewel case; hangers; salt shaker; seeds in a bottle",
        "~plastic box|rattle|; someone|shake|~pill bottle; someone|shake|~rattle; ~toy|rattle|; "
        "someone|shake|~plastic container; someone|pour|lego bricks; *pills|rattle|; *beads|rattle|; "
        "someone|solve|~puzzle cube; ~baby|shake|~rattle; *plastic blocks|clatter|; someone|open|~cd case",
    ),
    "plastic sheet wobble": recorded(
        "wobbling; plastic; flexible; bendy; warping",
        "wobble; warble; flap; bend; wub; shake",
        "plastic sheet wobble; plastic sheet; wobbling plastic; plastic sheet shaking; flexible plastic; "
        "x-ray film; shaking an x-ray film; laminated sheet; acetate sheet; wobble board; wobble; plastic "
        "ruler; bending plastic; overhead foil; plastic folder; polycarbonate sheet; cutting mat; bendy "
        "plastic; flexing; water cooler jug",
        "~plastic sheet|wobble|; someone|wobble|~plastic sheet; someone|shake|~plastic sheet; "
        "someone|bend|~plastic ruler; plastic|warp|; ~sheet of plastic|flap|; someone|flex|~plastic board",
    ),
    "playing cards": recorded(
        "card; shuffling; riffling; flicking; casino",
        "shuffle; riffle; flick; flip; deal; slap; snap",
        "playing cards; cards; card; card shuffle; shuffling cards; card shuffling; dealing cards; card "
        "game; deck of cards; poker; poker game; blackjack; dealer; casino cards; magician; card trick; card "
        "flip; card being dealt; cards fanned; solitaire; tarot; trading cards; riffle shuffle; uno; credit "
        "card; swiping a card; cards in bicycle spokes",
        "someone|shuffle|cards; someone|shuffle|~deck of cards; someone|deal|cards; ~dealer|shuffle|~deck; "
        "someone|flip|~card; ~magician|fan|the cards; ~card|slide|across the table; someone|riffle|cards; "
        "*cards|fall|on the table; someone|play|~card game",
    ),
    "rolling": recorded(
        "rolling; rumbling; wheeled; round",
        "roll; rumble; spin; rolling; trundle",
        "rolling; roll; ball rolling; rolling ball; marble; marbles; marble rolling; bowling ball; bowling "
        "ball rolling; bowling; striking bowling; bowling alley; skateboard; skateboarding; skateboard "
        "rolling; skateboarder; roller skates; roller skating; rollerblading; scooter; kick scooter; "
        "longboard; rolling suitcase; suitcase wheels; luggage wheels; cart wheels; wagon; wheelbarrow; "
        "stroller; pram; office chair rolling; rolling barrel; barrel; rolling stone; toy car; spinning "
        "coin; spinning top; roulette; roulette wheel; bicycle; bicycle coasting; bike riding; riding a "
        "bicycle; cycling; wheelchair; wheels; rolling pin; ball bearing; hoop; pool ball rolling; fidget "
        "spinner",
        "~ball|roll|; ~marble|roll|; ~skateboard|roll|; someone|ride|~skateboard; ~skateboarder|roll|past; "
        "someone|roll|~bowling ball; ~bowling ball|roll|down the lane; someone|skate|on roller skates; "
        "someone|pull|~suitcase; ~barrel|roll|; ~cart|roll|; someone|push|~wheelbarrow; "
        "someone|ride|~bicycle; ~wheel|turn|; ~roulette wheel|spin|; ~toy car|roll|across the floor; "
        "someone|push|~stroller; ~coin|spin|",
    ),
    "scraping": recorded(
        "scraping; grating; dragging; rough; abrasive; friction",
        "scrape; grate; drag; rasp; scuff; grind",
        "scraping; scrape; scraping metal; scraping sound; dragging; dragging furniture; chair dragging; "
        "dragging a chair; moving furniture; sliding a table; chair scraping the floor; dragging a body; "
        "dragging a box; sliding a heavy object; scraper; paint scraper; ice scraper; scraping ice off a "
        "windscreen; windshield ice; spatula; scraping a pan; scraping a bowl; spoon scraping; guiro; "
        "guiros; playing guiro; washboard; stone grinding; mortar and pestle; grinding spices; pepper mill; "
        "grindstone; stone on stone; scraping a carrot; grating cheese; cheese grater; skis; skiing; "
        "snowboard; sled; grinding; trowel; snow scraping; putty knife; scuffing; shuffle",
        "someone|scrape|~pan; someone|drag|~chair; ~chair|scrape|on the floor; someone|drag|~table; "
        "metal|scrape|; someone|scrape|ice off a windshield; someone|scrape|paint; someone|play|~guiro; "
        "someone|grind|spices in a mortar; ~stone|grind|on stone; someone|drag|~box across the floor; "
        "someone|grate|cheese; someone|scrape|~wall; ~skier|scrape|over the ice; ~shovel|scrape|on concrete; "
        "someone|scrape|~güiro with a stick; something|scrape|against ~wall",
    ),
    "scratching": recorded(
        "scratching; scratchy; rough; clawing; itchy",
        "scratch; scrape; scratching; claw; rub; scuff",
        "scratching; scratch; nails scratching; fingernails scratching; fingernails; claws; cat scratching; "
        "cat scratching a post; scratching post; scratching wood; scratching a surface; dog scratching; dog "
        "scratching at the door; scratching an itch; scratching head; scratching beard; stubble; rat "
        "scratching; mouse scratching in the wall; record scratch; dj scratching; vinyl scratch; disc "
        "scratching; turntable; scratching (performance technique); rubbing sandpaper; brushing; brush; "
        "hairbrush; brushing hair; combing hair; comb; scrubbing; scrubbing the floor; scrub brush; "
        "toothbrush; brushing teeth; broom; sweeping; scouring; steel wool; velcro; stick in sand; scratch "
        "card; scratching a lottery ticket",
        "someone|scratch|~surface; ~cat|scratch|~post; ~dog|scratch|at the door; *fingernails|scratch|on "
        "~board; *claws|scratch|; someone|scratch|~table; ~dj|scratch|~record; someone|brush|teeth; "
        "someone|scrub|the floor; someone|brush|hair; someone|comb|hair; ~mouse|scratch|in the wall; "
        "someone|sweep|the floor with a broom; someone|scratch|~lottery ticket; someone|scratch|an itch; "
        "someone|scrub|~pan; someone|open|~velcro strap",
    ),
    "screws in a box": recorded(
        "rattling; screw; nail; small metal; hardware",
        "rattle; clatter; jingle; shake; shuffle",
        "screws in a box; screws; box of screws; box of nails; nails; nuts and bolts; bolts; shaking a box "
        "of screws; rummaging through screws; toolbox contents; small parts; hardware box; tin of buttons; "
        "buttons; jar of nails; paper clips; pins; rattling screws; sorting screws; beads in a box; drawer "
        "of junk; rummaging; searching through a drawer",
        "someone|shake|~box of screws; someone|rummage|through screws; *screws|rattle|; *nails|rattle|in "
        "~tin; someone|pour out|screws; someone|search|through ~toolbox; someone|sort|nuts and bolts; "
        "*bolts|rattle|; *screws|fall|on the floor",
    ),
    "sliding door or drawer": recorded(
        "sliding; drawer; rolling; gliding; cabinet",
        "slide; roll; whoosh; thunk; rumble; glide",
        "sliding door; sliding door or drawer; drawer; drawers; opening a drawer; closing a drawer; opening "
        "or closing drawers; drawer open or close; drawer sliding; desk drawer; kitchen drawer; filing "
        "cabinet; patio door; glass sliding door; closet door; wardrobe sliding door; van door; van sliding "
        "door; elevator door; train doors; window sliding; opening a window; closing a window; sash window; "
        "blinds; venetian blinds; pulling the blinds; barn door; shoji; cash drawer; dresser; power windows_ "
        "electric windows; opening or closing car electric windows; tray sliding",
        "someone|open|~drawer; someone|close|~drawer; ~drawer|slide|open; ~sliding door|open|; "
        "someone|slide|~door open; someone|open|~window; someone|close|~filing cabinet; ~door|slide|shut; "
        "~patio door|slide|; someone|pull|the blinds; ~van door|slide|; someone|slam|~drawer",
    ),
    "tape peeling": recorded(
        "tape; peeling; sticky; ripping; adhesive",
        "rip; peel; tear; screech; stretch",
        "tape; tape peeling; peeling tape; duct tape; sticky tape; packing tape; packaging tape; scotch "
        "tape; adhesive tape; tape dispenser; taping a box; sealing a box; pulling tape; ripping tape off; "
        "velcro; velcro ripping; peeling a sticker; sticker; plaster; band aid; masking tape; wrapping a "
        "parcel; peeling off; cellotape; peeling an orange",
        "someone|peel|tape off ~box; someone|pull|tape off a roll; tape|rip|; someone|tape|~box shut; "
        "someone|tear off|~strip of tape; someone|seal|~parcel with tape; someone|peel off|~sticker; "
        "velcro|rip|; someone|rip|duct tape",
    ),
    "windscreen wiper": recorded(
        "wiper; squeaking; rubber; windshield; rainy",
        "swipe; squeak; swish; wipe; thump",
        "windscreen wiper; windscreen wipers; windshield wiper; windshield wipers; wipers; wiper blades; car "
        "wipers; wipers in the rain; driving in the rain; wiper squeak; car windshield; rainy windscreen; "
        "inside a car in the rain; squeaky wipers; car wash; rubber blade",
        "*windshield wipers|squeak|; *wipers|swish|back and forth; ~windscreen wiper|wipe|; *wipers|thump|; "
        "~car|drive|in the rain with wipers on; ~wiper|squeak|over the glass",
    ),
    "wood creak": recorded(
        "creaking; wooden; old; groaning; timber; squeaky",
        "creak; groan; squeak; crack; creaking",
        "wood creak; creaking wood; creaky floor; creaking floorboards; floorboards; creaky floorboard; "
        "floor creaking; creaky stairs; creaking chair; rocking chair; wooden ship; ship creaking; boat "
        "creaking; old ship; sailing ship; creaking mast; rowing; rowboat; rowboat_ canoe_ kayak rowing; "
        "rope creak; rope stretching; rope under tension; hanging rope; creaking tree; tree creaking; wooden "
        "bridge; haunted house; creak; attic; hammock; barrel creak; mast; swing rope; wooden wheel; "
        "windmill; sailing; dock",
        "wood|creak|; *floorboards|creak|; ~chair|creak|; ~rocking chair|creak|; ~ship|creak|; ~boat|creak|; "
        "~tree|creak|in the wind; ~rope|creak|; *stairs|creak|; ~floor|creak|; ~wooden bridge|groan|; "
        "someone|row|~boat; someone|rock|in ~chair; ~mast|groan|",
    ),
    "wood rattle": recorded(
        "rattling; wooden; clacking; loose; hollow",
        "rattle; clatter; clack; knock; chatter",
        "wood rattle; wooden rattle; rattling wood; wooden blocks rattling; wooden sticks rattling; bamboo; "
        "bamboo chimes; wooden wind chimes; wooden beads; castanets; playing castanets; claves; wood "
        "shaking; rattling door; door rattling; door shaking; rattling drawer; mahjong tiles; mahjong; "
        "dominoes; chess pieces; shuffling dominoes; abacus; wooden crate shaking; pencils; pencils in a "
        "box; loom; weaving loom; wooden cart; wooden spoons; drumsticks; wooden ratchet; scrabble tiles; "
        "puzzle pieces; jenga; knitting needles",
        "wood|rattle|; ~door|rattle|; someone|rattle|~door; *wooden blocks|clatter|; *bamboo sticks|clack|; "
        "someone|shake|~wooden box; someone|play|the castanets; someone|shuffle|dominoes; *wooden "
        "beads|rattle|; *pencils|rattle|in ~box; ~wooden cart|rattle|; someone|play|mahjong",
    ),
    "wood scraping": recorded(
        "scraping; wooden; rubbing; dragging; grating",
        "scrape; drag; rub; slide; grate; scuff",
        "wood scraping; scraping wood; wooden chair dragging; dragging a wooden chair; chair legs on the "
        "floor; dragging a table; wood on wood; wooden crate dragging; pushing a crate; moving a wooden box; "
        "rubbing sticks; wood rubbing; whittling; carving wood; wood carving; chisel; chiseling; planing "
        "timber; planing; wood plane; sanding a board; sandpaper; sliding a wooden lid; pushing furniture; "
        "wooden guiro; rasp on wood; scraping bark; stick on a fence; oar",
        "someone|drag|~wooden chair; wood|scrape|on wood; someone|push|~crate; someone|carve|wood; "
        "someone|whittle|~stick; someone|sand|~board; ~table|scrape|over the floor; someone|chisel|wood; "
        "someone|rub|two sticks together; ~wooden box|slide|across the floor; someone|plane|timber",
    ),
    "writing or erasing": recorded(
        "writing; scribbling; pencil; pen; scratching; drawing",
        "scribble; scratch; stroke; scrawl; squeak; rub",
        "writing; writing or erasing; writing with a pencil; pencil; pencil writing; pen; writing with a "
        "pen; scribbling; scribble; handwriting; drawing; sketching; sketch; drawing with a pencil; "
        "colouring; crayon; charcoal drawing; erasing; eraser; rubbing out; rubber eraser; marker; felt tip "
        "pen; fountain pen; quill; signing a document; signature; note taking; taking notes; student writing "
        "an exam; calligraphy; painting; paintbrush; brush strokes; stylus; drawing on paper; pencil "
        "sharpener; sharpening a pencil; doodling; ballpoint pen",
        "someone|write|with ~pencil; someone|write|on paper; someone|draw|with ~pencil; someone|scribble|; "
        "~pencil|scratch|on paper; someone|erase|~word; someone|sign|~document; ~student|write|; "
        "someone|sketch|~portrait; ~pen|scratch|on paper; someone|take|notes; someone|rub out|~line; "
        "someone|write|~letter; ~artist|paint|with a brush; someone|sharpen|~pencil",
    ),
    "zipper": recorded(
        "zipping; zipper; jacket; metallic; quick",
        "zip; zipper; unzip; pull; rip",
        "zipper; zip; zip up; unzip; unzipping; zipping; zipper (clothing); zipping up a jacket; unzipping a "
        "bag; jacket zipper; bag zipper; tent zipper; unzipping a tent; opening a backpack; closing a "
        "suitcase; sleeping bag zipper; trousers zip; hoodie; boots zipper; ziplock bag; zips",
        "someone|zip up|~jacket; someone|unzip|~bag; ~zipper|zip|; someone|open|~tent; "
        "someone|close|~zipper; someone|unzip|~backpack; someone|pull|~zipper; someone|zip|~suitcase shut; "
        "someone|unzip|~tent",
    ),
}
