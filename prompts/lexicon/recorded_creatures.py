"""Recorded animals and monsters."""

from prompts.lexicon.entry import Entry, recorded

CREATURES: dict[str, Entry] = {
    "bird call": recorded(
        "bird; calling; squawking; shrill; avian",
        "call; cry; squawk; screech; chirp; caw; hoot; shriek",
        "bird call; bird calling; bird squawking; seagull; seagulls; seagull cry; gull; gulls; eagle; eagle "
        "screaming; hawk; hawk cry; falcon; parrot; parrot squawking; parrot talking; parakeet; macaw; "
        "cockatoo; peacock; pheasant crowing; owl; owl hooting; owl hoot; hoot; cuckoo; cuckoo bird calling; "
        "pigeon; pigeons; pigeon cooing; pigeon_ dove cooing; dove; coo; magpie; magpie calling; francolin "
        "calling; penguin; penguins braying; heron; crane call; vulture; kookaburra; loon; jay; kingfisher; "
        "bird screech; squawk; mynah bird singing; cheetah chirrup; bird vocalization; flamingo; pelican; "
        "ostrich; emu",
        "~bird|call|; ~seagull|cry|; *seagulls|squawk|; ~eagle|scream|; ~hawk|screech|; ~parrot|squawk|; "
        "~parrot|talk|; ~owl|hoot|; ~pigeon|coo|; *pigeons|coo|; ~dove|coo|; ~cuckoo|call|; "
        "~peacock|scream|; ~magpie|call|; ~bird|squawk|; ~penguin|bray|; ~bird|screech|; *gulls|cry|",
    ),
    "bird song": recorded(
        "singing; melodic; chirping; tweeting; warbling; songbird",
        "song; chirp; tweet; trill; warble; twitter; cheep",
        "bird song; birdsong; birds singing; bird singing; bird chirping; birds chirping; birds tweeting; "
        "chirping birds; bird chirping_ tweeting; songbird; sparrow; sparrows; robin; blackbird; "
        "nightingale; canary; canary calling; finch; wren; lark; thrush; wood thrush calling; warbler "
        "chirping; warbler; barn swallow calling; swallow; black capped chickadee calling; chickadee; "
        "baltimore oriole calling; oriole; starling; chirping; tweeting; tweet; dawn chorus; morning birds; "
        "spring birds; budgie; budgies; baby birds; chirp_ tweet; warbling",
        "~bird|sing|; *birds|sing|; ~bird|chirp|; *birds|chirp|; ~songbird|sing|; ~robin|sing|; "
        "*sparrows|chirp|; ~canary|sing|; ~blackbird|sing|; ~nightingale|sing|; *birds|tweet|; "
        "*birds|chirp|in a tree; ~chickadee|call|; ~bird|tweet|; ~bird|warble|; *birds|sing|in the morning; "
        "*birds|chirp|in the background; ~swallow|twitter|",
    ),
    "cat meow": recorded(
        "cat; meowing; feline; mewing; kitten",
        "meow; mew; miaow; yowl; caterwaul; hiss",
        "cat; cats; cat meow; cat meowing; meow; meowing; kitten; kittens; kitten meowing; hungry cat; "
        "miaow; kitty; tomcat; cat crying; cat caterwauling; caterwaul; cat hissing; cat growling; cats "
        "fighting; angry cat; siamese cat; house cat; cat at the door; pet cat; feline; mewing",
        "~cat|meow|; ~kitten|meow|; ~kitten|mew|; *cats|fight|; ~cat|yowl|; ~cat|meow|at the door; "
        "*cats|meow|; ~hungry cat|meow|; ~cat|hiss|; ~cat|cry|; ~cat|growl|",
    ),
    "cat purr": recorded(
        "purring; cat; contented; feline",
        "purr; rumble; purring",
        "cat purr; purring; cat purring; purr; purring cat; happy cat; cat on a lap; petting a cat; stroking "
        "a cat; contented cat; sleeping cat; kitten purring; cat being petted",
        "~cat|purr|; ~kitten|purr|; someone|stroke|~purring cat; someone|pet|~cat; ~cat|purr|on a lap; "
        "~sleepy cat|purr|",
    ),
    "cow moo": recorded(
        "cow; mooing; cattle; bovine; farm",
        "moo; low; bellow; mooing",
        "cow; cows; cow moo; moo; mooing; cow lowing; cattle; cattle mooing; cattle_ bovinae; calf; bull; "
        "bull bellowing; ox; buffalo; bison; herd of cows; cows in a barn; dairy farm; cow in a field; "
        "livestock; milking; farm animals; moose; elk; elk bugling; yak",
        "~cow|moo|; *cows|moo|; ~bull|bellow|; ~calf|moo|; *cattle|low|; ~cow|bellow|; ~cow|moo|in ~barn; "
        "*cattle|moo|; ~buffalo|grunt|; ~elk|bugle|",
    ),
    "creature growl": recorded(
        "monstrous; growling; beastly; snarling; demonic; creature",
        "growl; snarl; roar; grunt; howl; screech; groan",
        "creature growl; monster; monster growl; monster roar; beast; beast growl; zombie; zombie groan; "
        "zombies; demon; ghost; dragon; dragon roar; dinosaur; dinosaur roar; dinosaurs bellowing; t-rex; "
        "werewolf; ogre; troll; orc; goblin; alien; alien creature; snarl; snarling; growl; growling; ghoul; "
        "vampire; godzilla; giant; monster screaming; halloween monster; horror; bear growl; angry animal; "
        "groan; people battle cry",
        "~monster|growl|; ~monster|roar|; ~creature|growl|; ~zombie|groan|; ~beast|snarl|; ~dragon|roar|; "
        "~dinosaur|roar|; ~demon|growl|; ~werewolf|snarl|; ~alien|screech|; ~troll|grunt|; ~creature|snarl|; "
        "~goblin|shriek|; ~animal|growl|",
    ),
    "crickets or cicadas": recorded(
        "chirping; insect; cricket; cicada; summer",
        "chirp; chirping; buzz; trill; stridulation",
        "crickets; cricket; cicadas; cicada; crickets or cicadas; cricket chirping; crickets chirping; "
        "cicadas buzzing; grasshopper; grasshoppers; katydids; insects chirping; insects at night; summer "
        "insects; insect sounds; locusts; night crickets; field crickets; insects; chirping insects; bugs; "
        "bugs chirping",
        "*crickets|chirp|; ~cricket|chirp|; *cicadas|buzz|; *cicadas|sing|; *insects|chirp|; "
        "*grasshoppers|chirp|; ~grasshopper|chirp|; ~cicada|buzz|; *crickets|sing|; *bugs|chirp|",
    ),
    "crow caw": recorded(
        "crow; cawing; raven; croaking; harsh",
        "caw; croak; call; cawing; cry",
        "crow; crows; crow caw; crow cawing; caw; cawing; raven; ravens; rook; rooks; jackdaw; crows in a "
        "tree; raven croaking; murder of crows; black bird cawing; caw caw; blackbirds cawing; crows "
        "fighting",
        "~crow|caw|; *crows|caw|; ~raven|croak|; ~raven|caw|; *crows|call|in a tree; *rooks|caw|; "
        "~crow|call|; ~murder of crows|caw|; ~jackdaw|call|",
    ),
    "dog bark": recorded(
        "dog; barking; canine; yapping; puppy",
        "bark; woof; yap; yip; ruff; arf",
        "dog; dogs; dog bark; dog barking; dogs barking; barking; barking dog; woof; bow-wow; dog bow-wow; "
        "yip; yapping; puppy; puppy barking; small dog barking; big dog barking; guard dog; chihuahua; "
        "german shepherd; terrier; hound; dog baying; baying hounds; beagle; poodle; fox barking; fox; sea "
        "lion barking; seal; seal barking; chinchilla barking; dog fight; kennel; dog park; pet dog; dog at "
        "the door",
        "~dog|bark|; *dogs|bark|; ~puppy|bark|; ~dog|yap|; ~guard dog|bark|; ~dog|bark|at the postman; "
        "~dog|woof|; ~hound|bay|; ~fox|bark|; ~terrier|yap|; ~dog|bark|in the distance; ~sea lion|bark|; "
        "*dogs|bark|in ~yard; ~seal|bark|",
    ),
    "dog growl": recorded(
        "growling; snarling; dog; angry; aggressive",
        "growl; snarl; growling; grr",
        "dog growl; dog growling; growling dog; angry dog; snarling dog; aggressive dog; dog snarling; dog "
        "fighting; dog playing tug; puppy growling; pitbull; rottweiler; guard dog growling; dog protecting "
        "food; wolf growling; dog chewing a toy; bear growling",
        "~dog|growl|; ~dog|snarl|; ~angry dog|growl|; *dogs|growl|; ~puppy|growl|; ~wolf|growl|; "
        "~dog|growl|at a stranger; ~dog|chew|~toy; ~dog|growl|and barks",
    ),
    "dog whine": recorded(
        "whining; whimpering; dog; puppy; sad",
        "whine; whimper; yelp; cry; squeal",
        "dog whine; dog whining; dog whimpering; whimpering; whimper; whining puppy; puppy whining; puppy "
        "crying; hurt dog; dog yelp; dog crying; yelp; sad dog; dog begging; whimper (dog); dog locked out; "
        "lonely dog; dog in pain",
        "~dog|whine|; ~puppy|whimper|; ~dog|whimper|; ~dog|yelp|; ~puppy|cry|; ~dog|beg|; ~hurt dog|whine|; "
        "~dog|whine|at the door; *puppies|whine|",
    ),
    "frog croak": recorded(
        "frog; croaking; amphibian; pond; toad",
        "croak; ribbit; chirp; croaking; call",
        "frog; frogs; frog croak; frog croaking; frogs croaking; croak; ribbit; toad; toads; bullfrog; tree "
        "frog; pond frogs; swamp frogs; frog chorus; frogs in a pond; toad calling; amphibian; spring "
        "peepers",
        "~frog|croak|; *frogs|croak|; ~toad|croak|; ~bullfrog|croak|; *frogs|call|in ~pond; *frogs|chirp|; "
        "~tree frog|call|; ~frog|ribbit|",
    ),
    "hen, duck or goose": recorded(
        "poultry; clucking; quacking; honking; farmyard",
        "cluck; quack; honk; cackle; gobble; peep",
        "hen; hens; chicken; chickens; chicken clucking; clucking; cluck; duck; ducks; duck quacking; ducks "
        "quacking; quack; goose; geese; goose honking; geese honking; turkey; turkey gobbling; gobble; "
        "poultry; chicken coop; henhouse; chicks; baby chicks; duckling; ducklings; swan; waterfowl; duck "
        "pond; farm birds; hen_ duck or goose; fowl; quail; guinea fowl; gosling",
        "~hen|cluck|; *chickens|cluck|; ~duck|quack|; *ducks|quack|; ~goose|honk|; *geese|honk|; "
        "~turkey|gobble|; *chicks|cheep|; ~chicken|cackle|; *ducks|quack|on ~pond; *hens|scratch|in ~yard; "
        "~duckling|peep|; ~swan|honk|",
    ),
    "horse gallop": recorded(
        "galloping; hoof; horse; trotting; clopping",
        "gallop; hoofbeat; clop; trot; clip-clop; canter",
        "horse gallop; galloping; galloping horse; horse galloping; horse hooves; hooves; hoofbeats; horse "
        "trotting; trot; horse running; horse walking; horse clip-clop; clip-clop; clip clop; horse and "
        "carriage; carriage; horse race; racehorses; cavalry; horse riding; horseback riding; cowboy; "
        "stampede; pony; donkey walking; horses running; rodeo; polo; horse on cobblestones",
        "~horse|gallop|; *horses|gallop|; ~horse|trot|; ~horse|walk|on cobblestones; *hooves|clop|; "
        "~rider|gallop|past; ~carriage|roll|past; ~cowboy|ride|; someone|ride|~horse; ~horse|canter|; "
        "*horses|race|; ~herd|stampede|; ~pony|trot|",
    ),
    "horse neigh": recorded(
        "neighing; horse; whinnying; equine",
        "neigh; whinny; nicker; bray",
        "horse neigh; horse neighing; neigh; neighing; whinny; horse whinnying; horse; horses; stallion; "
        "mare; foal; pony neighing; donkey; donkey braying; donkey_ ass braying; bray; zebra; zebra braying; "
        "mule; horse in a stable; stable; equine",
        "~horse|neigh|; ~horse|whinny|; *horses|neigh|; ~donkey|bray|; ~mule|bray|; ~zebra|bray|; "
        "~pony|whinny|; ~foal|nicker|; ~stallion|neigh|",
    ),
    "horse snort": recorded(
        "snorting; horse; blowing; breathing",
        "snort; blow; puff; nicker; huff",
        "horse snort; horse snorting; snorting; snort; horse breathing; horse blowing; horse puffing; camel; "
        "camel grunt; bull snorting; horse in stable; horse eating hay; horse sniffing; llama; hippo; rhino; "
        "nostrils",
        "~horse|snort|; *horses|snort|; ~horse|blow|; ~bull|snort|; ~horse|breathe|; ~camel|grunt|; "
        "~horse|huff|; ~horse|chew|hay; ~rhino|snort|",
    ),
    "insect buzz": recorded(
        "buzzing; insect; bee; flying; humming",
        "buzz; hum; whine; drone; bzz",
        "insect buzz; insect buzzing; insects buzzing; bee; bees; bee buzzing; bees buzzing; bee_ wasp_ etc. "
        "buzzing; bee_ wasp_ etc.; buzz; buzzing; wasp; hornet; bumblebee; fly; flies; fly buzzing; fly_ "
        "housefly buzzing; housefly; mosquito; mosquito buzzing; swarm; swarm of bees; beehive; hive; "
        "beekeeper; honey bees; gnat; gnats; dragonfly; beetle; flying insect; insect; fly swatter; bug "
        "zapper",
        "~bee|buzz|; *bees|buzz|; ~fly|buzz|; *flies|buzz|; ~mosquito|buzz|; ~wasp|buzz|; ~insect|buzz|; "
        "*insects|buzz|; ~swarm|buzz|; ~bumblebee|hum|; ~beehive|hum|; ~hornet|buzz|; *insects|swarm|around",
    ),
    "lion or tiger roar": recorded(
        "roaring; lion; tiger; fierce; big cat",
        "roar; growl; snarl; grunt",
        "lion; lions; lion roar; lion roaring; lions roaring; lions growling; tiger; tiger roar; tiger "
        "growl; roar; roaring; roaring cats (lions_ tigers); lion or tiger roar; leopard; panther; jaguar; "
        "cougar; puma; cheetah; big cat; lioness; zoo; bear; bear roar; bear roaring; grizzly; safari",
        "~lion|roar|; ~tiger|roar|; *lions|roar|; ~tiger|growl|; ~bear|roar|; ~leopard|growl|; "
        "~panther|snarl|; ~cougar|scream|; ~lion|growl|; ~jaguar|growl|",
    ),
    "pig grunt": recorded(
        "pig; grunting; oinking; snorting; farm",
        "grunt; oink; squeal; snort",
        "pig; pigs; pig grunt; pig oinking; oink; oinking; pigs oinking; pig squeal; pigs squealing; hog; "
        "hogs; boar; wild boar; piglet; piglets; sow; swine; pigsty; pig farm; pigs feeding; warthog; guinea "
        "pig",
        "~pig|oink|; *pigs|oink|; ~pig|grunt|; *pigs|grunt|; ~pig|squeal|; *piglets|squeal|; ~boar|grunt|; "
        "~hog|snort|; *pigs|feed|",
    ),
    "rattlesnake": recorded(
        "rattling; snake; hissing; serpent",
        "rattle; hiss; shake; warning",
        "rattlesnake; snake rattling; rattlesnake rattling; snake; snake hissing; snakes; rattling tail; "
        "viper; serpent; cobra; hissing snake; desert snake; rattler; snake hiss; alligators_ crocodiles "
        "hissing; crocodile; alligator; reptile; lizard",
        "~rattlesnake|rattle|; ~snake|rattle|; ~snake|hiss|; ~rattlesnake|shake|its tail; ~cobra|hiss|; "
        "~viper|hiss|; ~crocodile|hiss|; ~snake|slither|",
    ),
    "rooster crow": recorded(
        "crowing; rooster; cockerel; morning",
        "crow; cock-a-doodle-doo; crowing; call",
        "rooster; roosters; rooster crow; rooster crowing; roosters crowing; crowing; crowing_ "
        "cock-a-doodle-doo; cock-a-doodle-doo; cockerel; cock; cock crowing; chicken crowing; farm morning; "
        "wake up call; chicken_ rooster; dawn rooster; sunrise on a farm; rooster at dawn; bantam",
        "~rooster|crow|; *roosters|crow|; ~cockerel|crow|; ~cock|crow|at dawn; ~rooster|crow|in the morning; "
        "~chicken|crow|; ~rooster|call|",
    ),
    "sheep or goat bleat": recorded(
        "bleating; sheep; goat; farm; lamb",
        "bleat; baa; bleating; maa",
        "sheep; sheep bleating; bleat; bleating; goat; goats; goat bleating; goats bleating; lamb; lambs; "
        "flock of sheep; baa; sheep or goat bleat; kid goat; ram; ewe; farm animals bleating; shepherd; "
        "sheep in a field; sheep baaing; goats on a farm; alpaca; screaming goat",
        "~sheep|bleat|; *sheep|bleat|; ~goat|bleat|; *goats|bleat|; ~lamb|bleat|; *lambs|bleat|; "
        "~sheep|baa|; ~goat|scream|; ~flock of sheep|bleat|",
    ),
    "small animal squeak": recorded(
        "squeaking; rodent; tiny; squealing; small",
        "squeak; squeal; peep; chitter; chirp; chatter",
        "mouse; mice; mouse squeaking; mouse squeak; rat; rats; rats squeaking; small animal squeak; squeak; "
        "squeaking animal; hamster; guinea pig squeaking; gerbil; squirrel; squirrel chattering; chipmunk; "
        "chipmunk chirping; bat; bat squeaking; ferret; ferret dooking; chinchilla; weasel; hedgehog; "
        "rodent; rodents_ rats_ mice; rabbit; baby animal; meerkat; mouse pattering; otter growling; otter; "
        "prairie dog; shrew",
        "~mouse|squeak|; *mice|squeak|; ~rat|squeak|; ~hamster|squeak|; ~guinea pig|squeal|; "
        "~squirrel|chatter|; ~chipmunk|chirp|; ~bat|squeak|; ~ferret|chatter|; *rats|squeak|; "
        "~rodent|squeak|; ~animal|squeak|",
    ),
    "wild animal call": recorded(
        "wild; animal; jungle; exotic; howling",
        "call; cry; scream; howl; trumpet; screech; whoop",
        "wild animal call; wild animal; wild animals; elephant; elephant trumpeting; elephants; monkey; "
        "monkeys; monkey screaming; chimpanzee; chimpanzee pant-hooting; chimp; gorilla; ape; baboon; gibbon "
        "howling; gibbon; orangutan; hyena; hyena laughing; deer; stag; elk bugling; whale; whale calling; "
        "whale song; dolphin; dolphins; walrus; raccoon; fox scream; badger; kangaroo; koala; jungle animal; "
        "zoo animals; safari animals; howler monkey; lemur; animal call; animal; animals; creature calling",
        "~elephant|trumpet|; ~monkey|screech|; *monkeys|scream|; ~chimpanzee|hoot|; ~gorilla|grunt|; "
        "~hyena|laugh|; ~whale|sing|; ~dolphin|click|; ~stag|bellow|; ~gibbon|howl|; ~animal|call|; ~wild "
        "animal|cry|; *animals|call|; ~baboon|bark|; ~fox|scream|",
    ),
    "wolf howl": recorded(
        "howling; wolf; coyote; lonesome",
        "howl; howling; cry; yowl",
        "wolf; wolves; wolf howl; wolf howling; wolves howling; howl; howling; howling wolf; coyote; "
        "coyotes; coyote howling; coyotes howling; dog howling; husky howling; werewolf howl; pack of "
        "wolves; howling at the moon; canidae_ dogs_ wolves; jackal; dingo; hound howling",
        "~wolf|howl|; *wolves|howl|; ~coyote|howl|; *coyotes|howl|; ~dog|howl|; ~husky|howl|; ~wolf|howl|at "
        "the moon; ~pack of wolves|howl|; ~jackal|howl|",
    ),
    "woodpecker": recorded(
        "pecking; drumming; woodpecker; tapping",
        "peck; drumming; tap; knock; rattle",
        "woodpecker; woodpecker pecking; woodpecker pecking tree; woodpecker drumming; pecking; bird pecking "
        "wood; bird tapping on a tree; pecking on a trunk; woodpeckers; forest drumming; rapid pecking; bird "
        "hammering",
        "~woodpecker|peck|at a tree; ~woodpecker|drum|; ~woodpecker|tap|on ~trunk; ~bird|peck|at wood; "
        "~woodpecker|peck|; ~woodpecker|hammer|on a tree",
    ),
}
