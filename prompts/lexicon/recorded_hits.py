"""Recorded hits."""

from prompts.lexicon.entry import Entry, recorded

HITS: dict[str, Entry] = {
    "anvil": recorded(
        "anvil; ringing; forged; blacksmith; iron",
        "clang; ring; strike; ding; hit; clank",
        "anvil; anvil hit; hammer on anvil; blacksmith; blacksmithing; forge; forging; forging swords; "
        "forging metal; smithy; horseshoe; shoeing a horse; farrier; hammering metal; hammering steel; "
        "hammering hot iron; metalworking; smith hammering; railway spike; hammering a rail; ringing anvil; "
        "dwarf smith; bell maker",
        "~blacksmith|hammer|on ~anvil; ~hammer|strike|~anvil; someone|forge|~sword; ~anvil|ring|; "
        "~smith|hammer|hot iron; someone|hit|~anvil; ~farrier|forge|~horseshoe; someone|hammer|metal",
    ),
    "ball bounce": recorded(
        "bouncing; ball; rubber; basketball; springy",
        "bounce; thud; dribble; pong; thump; hit",
        "ball bounce; ball bouncing; ball; balls; bouncing ball; basketball; basketball bounce; dribbling; "
        "dribbling a basketball; basketball game; playing basketball; tennis ball; tennis; playing tennis; "
        "table tennis; ping pong; ping pong ball; playing table tennis; squash; playing squash; playing "
        "badminton; racket hitting a ball; tennis racket; racquetball; volleyball; playing volleyball; "
        "soccer ball; football; shot football; kicking a ball; soccer; football kick; handball; beach ball; "
        "rubber ball; bouncing; super ball; medicine ball; golf ball; baseball bat hitting a ball; baseball; "
        "cricket bat; juggling; pinball; dodgeball; paddle; pickleball; ball game; ball against a wall",
        "~ball|bounce|; ~basketball|bounce|; someone|dribble|~basketball; someone|bounce|~ball; ~tennis "
        "ball|bounce|; someone|hit|~ball with a racket; *people|play|tennis; *players|play|table tennis; "
        "someone|kick|~football; ~ball|hit|~wall; *players|play|basketball; ~ping pong ball|bounce|; "
        "someone|hit|~baseball with a bat; *children|play|with ~ball; *players|play|squash; "
        "*players|play|volleyball; someone|juggle|~ball; ~racket|hit|~ball",
    ),
    "bones rattling": recorded(
        "bony; rattling; bone; skeletal; dry",
        "rattle; clatter; crack; crunch; clack; snap",
        "bones; bones rattling; bone; skeleton; skeletons; skeleton walking; rattling bones; bone break; "
        "bone crack; bone breaking; bones cracking; cracking knuckles; knuckles; knuckle crack; neck crack; "
        "joint cracking; skull; rib cage; bone crunch; halloween; teeth chattering; teeth; shells; "
        "seashells; shell shaker; antlers; hollow bones; chiropractor",
        "*bones|rattle|; ~skeleton|walk|; ~bone|break|; someone|crack|the knuckles; ~skeleton|rattle|; "
        "*bones|crunch|; *teeth|chatter|; someone|shake|~bag of bones; *shells|rattle|; someone|break|~arm; "
        "someone|crack|the neck",
    ),
    "brick or concrete hit": recorded(
        "brick; concrete; stony; masonry; heavy",
        "hit; thud; clack; crack; impact; knock; smash",
        "brick; bricks; brick hit; concrete hit; brick or concrete hit; hitting a brick wall; sledgehammer "
        "on concrete; breaking concrete; cinder block; concrete block; brick drop; bricklayer; bricklaying; "
        "wall hit; sledgehammer; demolishing a wall; paving stone; tile hit; laying bricks; chisel on "
        "concrete; stacking bricks; hammering a wall",
        "~brick|fall|on the ground; ~hammer|hit|~brick; someone|hit|~concrete wall; "
        "~sledgehammer|hit|concrete; someone|stack|bricks; someone|break|~brick; ~bricklayer|lay|bricks; "
        "*bricks|knock|together; someone|drop|~concrete block",
    ),
    "can crushing": recorded(
        "crushing; can; aluminium; crumpled; tinny",
        "crush; crunch; crumple; crack; pop; crinkle",
        "can crushing; crushing a can; aluminium can; aluminum can; soda can; beer can; crushed can; "
        "crumpling a can; stepping on a can; can crush; crushing; crush; tin can crush; recycling; recycling "
        "cans; car crusher; squashing a can; can squeeze; hydraulic press; hydraulic press crushing; "
        "crumpling metal; car dent; opening a can; can opener; pull tab; sardine can",
        "someone|crush|~can; someone|crumple|~soda can; ~can|crunch|; someone|step|on ~can; "
        "someone|squeeze|~beer can; ~press|crush|~can; someone|open|~can; ~boot|crush|~can; "
        "someone|flatten|~can",
    ),
    "ceramic clink": recorded(
        "ceramic; china; porcelain; crockery; pottery",
        "clink; clank; clatter; tap; ting; chink",
        "ceramic clink; ceramic; porcelain; china; plates; plate; dishes; dishes_ pots_ and pans; dish; "
        "stacking plates; washing dishes; doing the dishes; dishwasher loading; loading the dishwasher; tea "
        "cup; teacup; cup; cups; mug; mugs; coffee cup; saucer; cup on a saucer; bowl; bowls; crockery; "
        "setting the table; restaurant dishes; kitchen dishes; pottery; clay pot; vase; flower pot; tile; "
        "tiles; tea set; clinking dishes; clanging dishes; teapot; coffee mug put down; sink full of dishes; "
        "tableware; toilet lid; terracotta",
        "*dishes|clink|; *plates|clatter|; someone|stack|plates; someone|wash|dishes; ~cup|clink|on ~saucer; "
        "someone|put down|~mug; someone|set|the table; *bowls|clank|; someone|drop|~plate; "
        "~waiter|collect|the dishes; *cups|clink|; someone|tap|~vase; *dishes|rattle|in the sink; "
        "~mug|hit|the table; someone|load|the dishwasher",
    ),
    "coins": recorded(
        "coin; metallic; jingling; change; monetary",
        "clink; jingle; chink; ring; drop; toss; tinkle",
        "coins; coin; coin drop; coin (dropping); coins dropping; dropping coins; coin flip; coin toss; "
        "tossing a coin; money; change; loose change; counting coins; counting money; coins jingling; coin "
        "purse; purse of gold; gold coins; treasure; treasure chest; piggy bank; coin in a jar; tip jar; "
        "vending machine coin; slot machine; slot machine payout; coins pouring; jackpot; casino coins; "
        "pocket change; pouring coins; penny; pennies; quarter; gold; handling coins; parking meter; coin "
        "spin; washer drop",
        "~coin|drop|; *coins|fall|on the floor; *coins|jingle|; someone|flip|~coin; someone|count|coins; "
        "someone|drop|~coin in a jar; ~coin|spin|on the table; someone|pour|coins; ~slot machine|pay "
        "out|coins; someone|toss|~coin; someone|shake|~piggy bank; *coins|clink|; someone|pay|with coins; "
        "~purse|jingle|",
    ),
    "cutlery": recorded(
        "cutlery; silverware; metallic; clinking; kitchen",
        "clink; clatter; clank; rattle; scrape; jingle",
        "cutlery; silverware; cutlery_ silverware; fork; forks; spoon; spoons; knife and fork; eating with "
        "cutlery; dropping a fork; dropping a spoon; fork on a plate; stirring with a spoon; stirring "
        "coffee; stirring tea; stir; stirring; spoon in a cup; teaspoon; cutlery drawer; tableware; dining; "
        "restaurant; dinner; whisk; whisking eggs; beating eggs; whisking; ladle; tongs; chopsticks; "
        "utensils; kitchen utensils; knives; setting cutlery; spoon tapping a glass; playing the spoons; "
        "mixing in a bowl; mess kit; picnic",
        "*forks|clink|; ~spoon|clink|in ~cup; someone|stir|~cup of coffee; someone|eat|with ~knife and fork; "
        "someone|drop|~fork; ~fork|scrape|on ~plate; someone|whisk|eggs; *spoons|clatter|; someone|stir|tea "
        "with a spoon; someone|search|through the cutlery drawer; *knives and forks|clatter|; "
        "someone|tap|~glass with a spoon; someone|mix|batter in ~bowl; *people|eat|dinner",
    ),
    "dice": recorded(
        "dice; rolling; board game; clattering; casino",
        "roll; clatter; rattle; throw; tumble; click",
        "dice; die; dice roll; rolling dice; throwing dice; shaking dice; dice cup; board game; backgammon; "
        "yahtzee; craps; casino dice; dice on a table; dungeons and dragons; tabletop game; game night; "
        "monopoly; gambling; dice shaking in hand; dice throw; knucklebones; marbles in hand; tumbling dice; "
        "ludo; roll of the dice; jacks",
        "someone|roll|~die; *dice|roll|; someone|throw|dice; someone|shake|dice; *dice|tumble|on the table; "
        "~gambler|roll|the dice; *people|play|~board game; someone|rattle|dice in a cup; *dice|clatter|",
    ),
    "dull hit": recorded(
        "dull; muffled; thudding; padded; hollow; blunt",
        "hit; thud; thump; knock; impact; bump; whack; smack",
        "dull hit; hit; impact; thud; thump; bump; knock; whack; whack_ thwack; thwack; muffled hit; hitting "
        "a ball; racket hit; racket hitting a ball; tennis racket; bat hitting a ball; baseball bat; "
        "baseball; cricket; cricket bat; golf shot; golf; hockey stick; playing hockey; hockey puck; "
        "lacrosse; badminton shuttlecock; shuttlecock; kicking a ball; soccer kick; football kick; shot "
        "football; volleyball spike; playing volleyball; bumping into a wall; hitting a pillow; hitting a "
        "mattress; hitting a sack; beating a carpet; dodgeball hit; drum pad; hitting a cushion; boxing bag; "
        "punching bag; falling object; stick hit; hitting a box; thunk; crate hit; bowling pins; bowling "
        "impact; skittles; pins; body hit; tackle; football tackle; hitting the floor; fist on the table; "
        "table thump; paddle hit; knock over; dart hitting the board",
        "something|hit|the ground; someone|hit|~ball with a bat; someone|hit|~ball; ~ball|hit|~bat; "
        "someone|kick|~ball; ~object|thump|; someone|bump|into ~wall; someone|hit|~cushion; "
        "someone|beat|~carpet; ~player|spike|~volleyball; someone|bang|on the table; something|thud|; "
        "~bowling ball|hit|the pins; ~player|hit|~puck; someone|hit|~punching bag; ~box|thud|on the floor; "
        "~fist|hit|the table; ~racket|hit|~shuttlecock",
    ),
    "hammering": recorded(
        "hammering; hammer; pounding; banging; carpentry",
        "hammer; bang; pound; knock; hit; blow; whack",
        "hammering; hammer; hammer blows; hammering nails; hammering a nail; nailing; nail; nails; driving a "
        "nail; carpenter hammering; mallet; pounding; banging; construction hammering; hammering wood; "
        "hammering on a roof; roofers; roofing; tent peg; hammering a stake; fence post; hammer hits; "
        "hanging a picture; building a shed; diy; handyman; hammer and chisel; chiseling stone; sculptor; "
        "tapping with a hammer; rubber mallet; meat tenderizer; tenderizing meat; pile driving; woodworking; "
        "sledgehammer; tack hammer; nail gun",
        "someone|hammer|~nail; someone|hammer|; ~carpenter|hammer|; someone|hammer|on wood; ~hammer|pound|; "
        "someone|drive|~nail into ~wall; *workers|hammer|on the roof; someone|nail|~board; "
        "someone|hammer|~stake into the ground; ~hammer|hit|~nail; ~sculptor|chisel|stone; "
        "someone|pound|meat with a mallet; someone|bang|with ~hammer",
    ),
    "melon knock": recorded(
        "melon; hollow; fruity; ripe; knocking",
        "knock; tap; thump; thud; slap; smash",
        "melon; melon knock; knocking on a melon; watermelon; watermelon knock; tapping a watermelon; "
        "slapping a watermelon; pumpkin; pumpkin smash; coconut; coconuts; coconut shells; gourd; hollow "
        "fruit; fruit; squash; cutting a melon; smashing a watermelon; head hit; skull hit; hollow knock; "
        "calabash; hitting a pumpkin; knocking on a head; papaya; pineapple; potato; apple drop",
        "someone|knock|on ~melon; someone|tap|~watermelon; someone|slap|~watermelon; someone|smash|~pumpkin; "
        "~melon|fall|; someone|thump|~gourd; *coconuts|knock|together; someone|hit|~pumpkin; "
        "someone|tap|~coconut",
    ),
    "metal hit": recorded(
        "metallic; metal; steel; iron; clanging; ringing",
        "hit; clang; clank; clink; ring; ping; impact; bang; ding",
        "metal hit; metal impact; metal; metal clang; clang; clank; clanking; clanging; metal bang; hitting "
        "metal; hitting a railing; railing; drumstick on a railing; metal pole; pole hit; metal pipe; pipe "
        "hit; steel pipe; metal bar; metal rod; sword clash; sword fight; swords; swords clashing; fencing; "
        "sword hitting armour; shield hit; sword hitting a shield; axe on metal; hitting a car; lamp post; "
        "crowbar; metal knock; metal tap; tapping metal; metal ping; triangle; playing triangle; cowbell; "
        "cattle_ bovinae cowbell; agogo; tuning fork; playing tuning fork; horseshoe; rail; radiator; fence "
        "pole; goal post; bullet hitting metal; metal barrel; oil drum hit; hammer on metal; weights "
        "clinking; gate hit; hitting a street sign; bolt; playground slide; robot hit; golf club; iron bar",
        "someone|hit|~metal pipe; ~hammer|hit|metal; *swords|clash|; ~drumstick|hit|~railing; "
        "someone|bang|on metal; metal|clang|; someone|tap|~metal pole; ~sword|hit|~shield; "
        "someone|strike|~metal bar; someone|hit|~railing with ~stick; ~knight|fight|with ~sword; "
        "~pipe|clang|; someone|hit|~lamp post; someone|play|~cowbell; ~bar|ring|; someone|hit|~radiator; "
        "*metal objects|clink|; ~ball|hit|~goal post",
    ),
    "metal plate hit": recorded(
        "metal; plate; sheet; flat; ringing; clanging",
        "hit; clang; bang; gong; ring; clank; slap",
        "metal plate hit; metal plate; steel plate; hitting a metal plate; metal sheet hit; metal sign; "
        "street sign hit; metal roof; car hood; car bonnet hit; hitting a car; car body; metal tray; tray "
        "hit; baking tray; shield; shield hit; armor plate; metal table; metal panel; metal door knock; "
        "metal lid; hubcap; dumpster; hitting a dumpster; tank hit; shooting a steel target; steel target; "
        "metal desk; filing cabinet hit; kick a metal door; steelpan; playing steelpan; steel drum; handpan; "
        "hang drum; metal wall; shovel hit; frying pan hit",
        "~hammer|hit|~metal plate; someone|hit|~steel plate; someone|bang|on ~metal sheet; ~stone|hit|~metal "
        "sign; someone|hit|~tray; someone|kick|~car; someone|hit|~metal table; ~bullet|hit|~steel target; "
        "~ball|hit|~metal panel; someone|play|~steel drum; someone|play|~handpan; someone|bang|on ~car hood",
    ),
    "metal pot hit": recorded(
        "pot; metal; pan; kitchen; hollow; ringing",
        "clang; bong; clank; ring; hit; ding",
        "metal pot hit; pot; pots; pots and pans; pan; pans; pan hit; frying pan; frying pan hit; saucepan; "
        "cooking pot; wok; banging pots; hitting a pot with a spoon; cauldron; kettle hit; bucket; bucket "
        "drum; metal bucket; bucket drumming; metal bowl; mixing bowl; sink; kitchen clanging; pot on the "
        "stove; putting a pan on the stove; cookware; watering can; milk can; bell pot; dishes_ pots_ and "
        "pans; kitchen pots; metal cup",
        "someone|bang|~pot; *pots and pans|clang|; someone|hit|~pan with ~spoon; someone|hit|~frying pan; "
        "someone|put|~pan on the stove; ~pot|clang|; someone|drum|on ~bucket; *pans|clank|; "
        "~cook|bang|~saucepan; someone|tap|~metal bowl; someone|kick|~bucket; ~ladle|hit|~pot",
    ),
    "pickaxe on stone": recorded(
        "pickaxe; mining; stone; sharp; ringing",
        "hit; strike; clink; crack; chip; clang",
        "pickaxe; pickaxe on stone; pick axe; mining; miner; mine; coal mine; gold mine; pickaxe hitting "
        "rock; digging rock; breaking rock with a pickaxe; quarry; chisel on stone; chiseling; stone "
        "carving; sculpting stone; stonemason; rock climbing; climbing axe; ice axe; rock hammer; geologist; "
        "minecraft; pick; hammer on rock; archaeologist; hacking at stone; dwarf mining",
        "~miner|hit|~rock with a pickaxe; ~pickaxe|strike|stone; someone|mine|coal; someone|chisel|stone; "
        "~pickaxe|hit|rock; *miners|work|in ~tunnel; someone|hack|at ~stone wall; ~climber|swing|~ice axe; "
        "~sculptor|carve|stone; ~mason|hit|~stone",
    ),
    "plastic hit": recorded(
        "plastic; hollow; light; cheap; plasticky",
        "hit; tap; knock; thud; clack; pop; drop",
        "plastic hit; plastic; plastic bottle; plastic bottle hit; plastic cup; plastic box; plastic bucket; "
        "plastic bucket hit; bucket drumming; plastic barrel; plastic container; plastic lid; dropping a "
        "plastic bottle; plastic toy; toy; toys; toy drop; plastic impact; plastic drop; tupperware; plastic "
        "crate; bottle flip; water bottle; water bottle drop; plastic chair; plastic plate; plastic tray; "
        "plastic pipe; pvc pipe; trash bin; plastic bin; wheelie bin; phone drop; phone put on a table; "
        "dropping a phone; remote control; tapping on plastic; air hockey; air hockey puck; frisbee catch; "
        "helmet; helmet hit; watering can; plastic spoon; plastic table; ping pong paddle; keyboard put "
        "down; hollow plastic",
        "someone|hit|~plastic bottle; ~plastic cup|fall|; someone|tap|~plastic box; someone|drop|~plastic "
        "bottle; someone|flip|~bottle; someone|drum|on ~plastic bucket; ~toy|fall|on the floor; "
        "someone|drop|~phone; ~plastic lid|hit|the floor; someone|knock|on plastic; ~player|hit|~air hockey "
        "puck; someone|put|~phone on the table; ~plastic bucket|fall|; someone|hit|~helmet",
    ),
    "poker chips": recorded(
        "chip; casino; clicking; stacking; clay",
        "click; clack; clink; stack; shuffle; riffle; drop",
        "poker chips; poker chip; casino chips; chips; stacking chips; chip shuffle; shuffling chips; "
        "betting; bet; poker; casino; roulette chips; checkers; draughts; checkers pieces; backgammon; "
        "backgammon pieces; go stones; othello; chess; chess piece; chess pieces; moving a chess piece; "
        "dominoes; domino; mahjong; mahjong tiles; game pieces; tokens; tiles; air hockey; carrom; carrom "
        "board; billiards; pool; snooker; pool balls; pool break; stack of chips; tiddlywinks; shuffleboard",
        "someone|stack|poker chips; someone|shuffle|poker chips; *chips|click|; someone|bet|; "
        "~player|throw|chips on the table; *chips|clink|together; someone|move|~chess piece; "
        "someone|play|checkers; ~gambler|stack|~pile of chips; someone|play|dominoes; *players|play|snooker; "
        "someone|push|~stack of chips; someone|play|carrom",
    ),
    "projectile hit": recorded(
        "projectile; thrown; striking; sharp; target",
        "hit; impact; thud; thunk; strike; whack",
        "projectile hit; projectile; bullet impact; bullet hit; arrow hit; arrow hitting a target; arrow in "
        "wood; dart; darts; playing darts; dart hitting a board; dartboard; knife throwing; axe throwing; "
        "thrown axe; spear hit; rock thrown; stone hitting a wall; snowball hit; paintball; paintball hit; "
        "airsoft; pellet; bb gun; slingshot hit; tomato thrown; egg thrown; ball hitting a target; catapult "
        "stone; shuriken; ninja star; crossbow bolt; target hit; bullets hitting a wall; egg throw; water "
        "balloon; mud thrown; clay pigeon",
        "~arrow|hit|~target; ~dart|hit|the board; someone|throw|~dart; ~bullet|hit|~wall; ~axe|hit|~target; "
        "~knife|stick|in wood; someone|throw|~axe; ~snowball|hit|~window; ~spear|hit|~shield; "
        "~paintball|hit|~target; ~bolt|hit|~tree; *bullets|hit|the sand; someone|throw|darts",
    ),
    "punch": recorded(
        "punching; fleshy; fighting; meaty; brutal",
        "punch; hit; smack; thump; blow; kick; jab",
        "punch; punching; fist fight; fistfight; fight; fighting; boxing; boxer; boxing gloves; punching "
        "bag; heavy bag; kickboxing; mma; martial arts; karate chop; karate; kung fu; taekwondo; kick; "
        "kicking; body hit; face punch; punch in the face; uppercut; brawl; bar fight; combat; knockout; "
        "beating; pummel; sparring; fist; stomach punch; wrestling; slap fight; headbutt; elbow; street "
        "fight; jab; body blow; action movie fight; football tackle; hitting meat; tackling; judo throw",
        "someone|punch|~man; ~boxer|punch|~bag; someone|punch|; *men|fight|; ~fist|hit|~face; "
        "someone|kick|~opponent; *boxers|spar|; someone|hit|~punching bag; someone|throw|~punch; "
        "~fighter|kick|; *people|fight|; someone|beat|~thief; someone|chop|~board with the hand; "
        "~wrestler|tackle|~opponent",
    ),
    "ricochet": recorded(
        "ricocheting; whining; bullet; zinging; deflected",
        "ricochet; zing; whine; ping; whizz; pew",
        "ricochet; bullet ricochet; ricocheting bullet; bullet whizz; bullet fly by; bullet passing; zing; "
        "western shootout; bullet bouncing off metal; whizzing bullet; bullet whistle; stray bullet; "
        "gunfight; bullet deflected; pinging bullet; sniper bullet; spaghetti western; laser; shrapnel",
        "~bullet|ricochet|; ~bullet|whizz|past; ~bullet|ping|off ~rock; *bullets|ricochet|; ~bullet|zing|; "
        "~shot|ricochet|off ~wall; *bullets|whizz|overhead",
    ),
    "rock hit": recorded(
        "stone; rock; rocky; hard; pebble; gritty",
        "hit; knock; clack; click; impact; tap; thud",
        "rock hit; stone hit; rock; stone; stones; rocks hitting; rock on rock; stones knocking together; "
        "hitting stones; banging rocks together; pebble; pebbles; throwing a rock; throwing stones; rock "
        "impact; stone impact; stone knock; tapping stones; curling stone; curling; flint; flint stones; "
        "petanque; boule; cave man; stone age; stone drop on floor; marble slab; tombstone; rock wall; stone "
        "tap; hitting a rock with a stick; stick on rocks; drumstick on a rock; skipping stones",
        "~stone|hit|~rock; *stones|knock|together; someone|bang|two rocks together; someone|hit|~rock; "
        "someone|throw|~stone; ~pebble|hit|~wall; ~rock|hit|the ground; someone|tap|~stone with ~stick; "
        "~hammer|hit|~rock; ~stone|clack|; someone|hit|~rock with ~drumstick",
    ),
    "soft thud": recorded(
        "soft; muffled; cushioned; thudding; gentle; padded",
        "thud; thump; flop; plop; bump; fall; landing",
        "soft thud; thud; thump; thump_ thud; soft thump; body fall; body falling; falling down; person "
        "falling; falling on the floor; collapsing; pillow; pillow fight; pillow hit; mattress; falling on a "
        "bed; jumping on a bed; sitting down; sitting on a couch; couch; cushion; bean bag; sandbag; sack; "
        "sack drop; bag drop; dropping a bag; backpack drop; suitcase drop; dropping clothes; putting a "
        "parcel down; landing on grass; landing on a mat; gymnast landing; long jump; judo; snow falling off "
        "a roof; teddy bear; plush toy; cloth drop; towel drop; book on a bed; leather ball; boxing glove; "
        "kneeling; cat landing; dough; kneading dough; slapping dough; bread dough; flour sack; gymnastics",
        "someone|fall|on the floor; ~body|fall|; something soft|fall|; someone|sit|down on ~couch; "
        "~sack|drop|; someone|hit|~pillow; someone|drop|~bag; ~gymnast|land|on ~mat; someone|knead|dough; "
        "~pillow|hit|~bed; someone|fall|onto ~bed; ~bag|thud|on the floor; someone|beat|~pillow; "
        "~sandbag|drop|; someone|land|softly; ~cat|jump|off ~table",
    ),
    "tin can hit": recorded(
        "tin; can; hollow; tinny; metallic",
        "hit; clank; clink; clatter; tap; plink; kick",
        "tin can hit; tin can; can; cans; tin cans; kicking a can; can kicked; can rolling; can falling; "
        "soda can; soda can drop; beer can; empty can; tin; tin drum; hitting a can; shooting cans; cans "
        "knocked over; can pyramid; paint can; tin bucket; cans on a string; tin box; biscuit tin; canned "
        "food; food can; metal mug; spray can; oil can; tin cup; drop a can; stacking cans",
        "someone|kick|~tin can; ~can|fall|; someone|hit|~tin can; ~tin can|roll|; someone|drop|~soda can; "
        "~stone|hit|~can; *cans|clatter|; someone|stack|cans; someone|tap|~tin; someone|shoot|at ~tin can; "
        "*cans|rattle|behind ~car",
    ),
    "wood chopping": recorded(
        "chopping; wood; axe; lumberjack; splitting",
        "chop; whack; hack; thunk; split; hit; crack",
        "wood chopping; chopping wood; chop; axe; ax; axe chop; axe hitting wood; axe on a log; chopping a "
        "tree; cutting down a tree; lumberjack; woodcutter; splitting logs; splitting firewood; firewood; "
        "log splitting; hatchet; tomahawk; axe in wood; felling a tree; tree felling; hacking at a tree; "
        "chopping logs; machete; forester; chopping a log; chopping block; wood splitter; maul; kindling; "
        "wedge; tree chopping",
        "someone|chop|wood; ~axe|hit|~log; someone|chop|~tree; ~lumberjack|chop|~tree; someone|split|~log "
        "with ~axe; someone|chop|firewood; ~axe|chop|into wood; ~woodcutter|hack|at ~trunk; someone|cut|down "
        "~tree; someone|split|firewood; someone|swing|~axe at ~log; ~hatchet|hit|wood",
    ),
    "wood hit": recorded(
        "wooden; wood; woody; hollow; oak; bamboo",
        "hit; knock; tap; clack; thunk; tock; rap; impact; clonk",
        "wood hit; wood impact; wood; wooden; hitting wood; wood knock; wood tap; tapping on wood; tapping a "
        "table; table knock; knocking on wood; stick on wood; drumstick on wood; wood block; woodblock; "
        "temple block; claves; sticks; wooden sticks; sticks hitting; stick fight; wooden sword; kendo; "
        "baseball bat; cricket bat; bat hit; cutting board; chopping board; gavel; judge's gavel; wooden "
        "mallet; croquet; croquet mallet; wood on wood; wooden box; wooden bowl; crate; fence; fence hit; "
        "hitting a tree; tree trunk hit; stump; log; drumming on a table; fingers drumming on a table; "
        "finger tapping; wooden spoon; rolling pin; chess; domino; wooden toy; walking stick; cane; cane "
        "tapping; wooden table; desk; desk bang; guitar body tap; cajon; ruler; coconut; nunchaku; hitting a "
        "bench; rimshot; drumsticks; bamboo; bamboo stick",
        "someone|hit|~wooden block; ~stick|hit|wood; someone|tap|on ~table; someone|knock|on wood; "
        "*sticks|clack|together; ~drumstick|hit|~wooden board; ~judge|bang|~gavel; someone|hit|~tree with "
        "~stick; someone|tap|~cane; someone|hit|~fence with ~stick; *fingers|drum|on ~table; "
        "someone|play|~wood block; ~bat|hit|~ball; someone|hit|~log; ~mallet|hit|wood; "
        "someone|strike|~wooden box; wood|knock|; someone|bang|on ~desk",
    ),
}
