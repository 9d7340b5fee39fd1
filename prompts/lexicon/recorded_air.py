"""Recorded air, fire, weather and places."""

from prompts.lexicon.entry import Entry, recorded

AIR: dict[str, Entry] = {
    "air release": recorded(
        "compressed air; pneumatic; air; pressurised; hydraulic; gas",
        "hiss; puff; release; pshh; burst; blast; whoosh; leak",
        "air release; release of air; air hiss; compressed air; air brake; air brakes; truck air brakes; bus "
        "door opening; hydraulic hiss; hydraulic door; pneumatic hiss; pressure release; air leaking; "
        "leaking tyre; tire deflating; tyre pumped up; balloon deflating; air escaping; gas leak; gas "
        "release; valve release; spray can; aerosol spray; spraying; spray bottle; spray paint; deodorant "
        "spray; whipped cream can; air hose; air gun; air compressor release; bus brakes; soda can opening; "
        "opening a can of soda; opening a fizzy bottle; pssht; paintball gun; spraying water",
        "*air brakes|hiss|; air|hiss|from ~hose; someone|release|compressed air; ~valve|release|pressure; "
        "someone|spray|paint from a can; ~tyre|lose|air; ~balloon|deflate|; air|escape|from ~tank; "
        "~truck|release|its air brakes; someone|spray|~bottle; someone|open|~can of soda; ~bus|hiss|as it "
        "stops; someone|spray|deodorant; gas|leak|from ~pipe; pressurised air|burst|out; ~hydraulic "
        "press|hiss|",
    ),
    "bow and arrow": recorded(
        "arrow; archery; twanging; flying; bowstring",
        "twang; shot; release; whizz; thwip; swish; snap",
        "bow and arrow; arrow; arrow shot; arrow release; archery; archer; shooting an arrow; bowstring; bow "
        "string twang; longbow; crossbow; crossbow shot; arrow flying; arrow whoosh; arrow hitting a target; "
        "slingshot; catapult; arrow impact; twang; rubber band; rubber band snap; elastic band; bow shot; "
        "medieval battle; quiver; target practice; darts; playing darts; dart throw",
        "~archer|shoot|~arrow; someone|release|~bowstring; ~arrow|fly|past; ~arrow|hit|~target; ~bow|twang|; "
        "someone|fire|~crossbow; someone|draw|~bow; someone|shoot|at a target with a bow; ~crossbow|fire|; "
        "~bowstring|snap|; someone|throw|~dart; ~slingshot|snap|; *arrows|rain|down; someone|pluck|~rubber "
        "band",
    ),
    "fire crackling": recorded(
        "crackling; burning; fire; campfire; blazing; wood fire",
        "crackle; fire; blaze; campfire; flame; bonfire; roar",
        "fire crackling; crackling fire; campfire; bonfire; fireplace; log fire; wood fire; burning wood; "
        "burning logs; open fire; fire burning; flames; forest fire; house fire; burning building; wildfire; "
        "hearth; wood stove; stove fire; furnace; chimney fire; torch burning; barbecue; barbecue coals; "
        "charcoal; embers; fire; blaze; inferno; burning leaves; burning paper; fire pit; crackle; crackling "
        "flames; camp fire at night",
        "~fire|crackle|; ~campfire|burn|; wood|burn|; *flames|crackle|; ~bonfire|blaze|; *logs|burn|in the "
        "fireplace; ~house|burn|; ~fire|roar|; ~forest fire|spread|; ~fireplace|crackle|; someone|sit|by a "
        "campfire; someone|poke|~fire; ~torch|burn|; *embers|glow|; *leaves|burn|; paper|burn|",
    ),
    "flame lighting": recorded(
        "lighter; match; igniting; flint; striking",
        "strike; click; ignition; flick; scratch; spark",
        "flame lighting; lighting a match; striking a match; match strike; match; matches; matchstick; "
        "lighter; lighter flick; zippo; strike lighter; cigarette lighter; lighting a cigarette; lighting a "
        "candle; candle; igniting; ignition; gas stove lighting; stove igniter; stove ignites; blowtorch "
        "igniting; flint; flint and steel; lighting a lantern; lighting a fuse; spark lighter; lighting the "
        "barbecue; matchbox; pilot light; lighting the fire",
        "someone|strike|~match; someone|light|~match; someone|flick|~lighter; someone|light|~candle; "
        "someone|light|~cigarette; ~match|flare|up; ~gas stove|ignite|; someone|ignite|~blowtorch; "
        "~lighter|click|; someone|strike|~flint; someone|light|the stove; someone|light|~torch; "
        "someone|open|~lighter; ~match|ignite|",
    ),
    "flame whoosh": recorded(
        "fiery; flame; fire; blazing; flaming; magic",
        "whoosh; burst; roar; blast; fireball; flare; flame",
        "flame whoosh; fireball; flamethrower; fire burst; burst of flame; flames whoosh; flame thrower; "
        "fire breathing; fire breather; fire spell; magic fire; torch swing; torch whoosh; dragon fire; "
        "dragon breathing fire; gas burner; hot air balloon burner; blow torch; blowtorch; flame; flare up; "
        "fire ignites; gasoline fire; rocket flame; gas flame; welding torch; arc welding; missile launch; "
        "rocket launch; fire dance; fire spinning; flambé",
        "~flame|whoosh|; ~fireball|whoosh|past; ~flamethrower|roar|; ~fire|flare|up; someone|swing|~torch; "
        "~dragon|breathe|fire; ~burner|roar|; someone|breathe|fire; gas|ignite|; *flames|shoot|up; "
        "~fire|burst|out; ~hot air balloon burner|roar|; ~rocket|launch|; someone|weld|metal; "
        "~blowtorch|blow|",
    ),
    "sizzling or fuse": recorded(
        "sizzling; frying; fizzing; hissing; cooking; searing",
        "sizzle; fizz; hiss; fizzle; sputter; crackle; fuse",
        "sizzling; sizzle; frying; frying food; food frying; food sizzling; frying pan; frying bacon; bacon; "
        "frying eggs; fried egg; steak; searing a steak; grease sizzling; oil sizzling; hot oil; deep fryer; "
        "deep frying; wok; stir fry; cooking; cooking food; burger on a grill; grilling meat; barbecue "
        "grill; meat on the grill; fuse; burning fuse; lit fuse; dynamite fuse; firework fuse; fizz; "
        "fizzing; soda fizz; fizzy drink; carbonation; sparkler; sparklers; water on a hot pan; pancake; "
        "sizzling or fuse; onions frying; food is sizzling",
        "~pan|sizzle|; bacon|sizzle|in ~pan; food|fry|; food|sizzle|; oil|sizzle|; someone|fry|food; "
        "someone|fry|~egg; someone|fry|meat in a pan; ~steak|sizzle|on the grill; ~fuse|burn|; ~fuse|hiss|; "
        "grease|pop|in ~frying pan; *onions|fry|; ~chef|fry|vegetables; someone|cook|with oil; "
        "~sparkler|fizz|; someone|grill|~burger; ~drink|fizz|; meat|sizzle|",
    ),
    "steam hiss": recorded(
        "steam; hissing; steaming; boiler; hot",
        "hiss; steam; release; whistle; jet; blast; spurt",
        "steam hiss; steam; steam release; hissing steam; steaming; boiling kettle; kettle; tea kettle; "
        "pressure cooker; espresso machine; coffee machine steam; milk frother; cappuccino machine; steam "
        "iron; ironing clothes; steam engine; steam locomotive hissing; steam pipe; radiator hiss; boiler; "
        "geyser; steam vent; hiss; hissing; snake hissing; steam valve; steam cleaner; sauna; water on hot "
        "stones; cat hissing; steam train",
        "steam|hiss|; ~kettle|boil|; ~kettle|steam|; steam|escape|from ~pipe; ~boiler|hiss|; ~pressure "
        "cooker|hiss|; ~espresso machine|hiss|; someone|steam|milk; ~iron|hiss|; someone|iron|~shirt; "
        "~valve|let|out steam; ~geyser|erupt|; ~steam locomotive|hiss|; someone|pour|water on hot stones; "
        "~radiator|hiss|; ~snake|hiss|",
    ),
    "whoosh": recorded(
        "swishing; swooshing; whooshing; airy; fast",
        "whoosh; swoosh; swish; swing; swipe; whip; woosh",
        "whoosh; swoosh; swish; woosh; sword swing; swinging a sword; sword swish; knife swing; stick swing; "
        "bat swing; golf swing; swinging a golf club; golf driving; tennis swing; racket swing; swinging a "
        "racket; badminton; playing badminton; playing tennis; playing squash; playing table tennis; "
        "lightsaber; cape swoosh; throwing; throw; jump; jumping; passing by fast; fly by; whip; whip crack; "
        "lasso; whipping; rope skipping; skipping rope; jump rope; jumping rope; martial arts; karate; kung "
        "fu; kick in the air; nunchucks; baton twirl; swing; fast movement; transition; paper plane; "
        "frisbee; boomerang; hula hoop; fencing; skiing; snowboarding; playing lacrosse; playing hockey; "
        "dodge; fishing rod cast; casting a line; hand wave; dancer spins",
        "~sword|swish|; someone|swing|~sword; someone|swing|~bat; someone|swing|~golf club; "
        "someone|swing|~racket; ~stick|swish|through the air; something|whoosh|past; someone|throw|~frisbee; "
        "someone|crack|~whip; ~whip|crack|; someone|jump|rope; ~fencer|lunge|; someone|wave|~flag; "
        "~baton|spin|; someone|cast|~fishing rod; someone|kick|the air; ~player|swing|~racket; "
        "someone|twirl|~staff; ~skier|rush|past; someone|leap|; ~golfer|swing|",
    ),
    "wing flapping": recorded(
        "flapping; fluttering; wing; feathery; bird",
        "flap; flutter; wingbeat; beat; flapping; ruffle",
        "wing flapping; wings flapping; flapping wings; bird wings flapping; bird flight; bird flight_ "
        "flapping wings; birds taking off; pigeons taking off; pigeons flying; bird flying; flock of birds; "
        "bat wings; bats flying; butterfly wings; moth; wing beats; fluttering; flutter; dragon wings; swan "
        "taking off; bird taking off; hummingbird hovering; feathers ruffling; bird flapping; flag flapping; "
        "flags in the wind; sail flapping; kite; tent flapping; flapping",
        "~bird|flap|its wings; *wings|flap|; *birds|take|off; *pigeons|fly|away; ~flock|take|off; "
        "~bat|flutter|; ~moth|flutter|; *pigeons|flutter|; ~swan|flap|its wings; ~dragon|beat|its wings; "
        "~bird|fly|away; ~flag|flap|in the wind; ~sail|flap|; ~chicken|flap|its wings; ~kite|flutter|",
    ),
    "earthquake rumble": recorded(
        "rumbling; low; deep; seismic; subterranean; earth",
        "rumble; tremor; quake; shake; roar; vibration",
        "earthquake; earthquake rumble; earthquake shaking; tremor; ground shaking; ground rumbling; rumble; "
        "low rumble; deep rumble; rumbling; avalanche; landslide; volcano; volcano eruption; volcano "
        "explosion; eruption; volcanic rumble; subsonic rumble; building shaking; collapsing mine; cave "
        "rumbling; rocket rumble; heavy vibration; sub bass rumble; disaster",
        "~earthquake|rumble|; the ground|shake|; the earth|rumble|; ~volcano|erupt|; ~avalanche|roar|; "
        "~building|shake|; something|rumble|; ~tremor|pass|; ~landslide|rumble|down the hill; ~cave|shake|; "
        "~volcano|rumble|",
    ),
    "city traffic": recorded(
        "city; traffic; urban; street; busy; roadside",
        "traffic; street; road; hum; noise; drone; ambience",
        "city traffic; traffic; traffic noise; street traffic; cars passing; cars driving by; busy street; "
        "busy road; highway; freeway; motorway; rush hour; road noise; street ambience; city ambience; city; "
        "downtown; intersection; crossroads; roadway noise; traffic jam; cars on a wet road; city street; "
        "urban ambience; taxi; new york street; vehicles passing; bus stop; people crossing a road; car "
        "passing by; bicycle in traffic; sidewalk",
        "traffic|pass|; *cars|drive|by; *cars|pass|; *vehicles|pass|on the highway; traffic|hum|; "
        "~bus|pass|in traffic; *cars|move|along a busy street; ~car|drive|past; *vehicles|drive|on a road; "
        "~city|hum|; *cars|wait|at an intersection; *trucks|pass|on the motorway; someone|cross|~busy street",
    ),
    "construction site": recorded(
        "construction; building; site; worksite; industrial",
        "construction; noise; site; works; clatter; banging",
        "construction site; construction; construction work; building site; construction noise; road works; "
        "roadworks; demolition; crane; workers building; excavator; digger; bulldozer; cement mixer; "
        "concrete mixer; scaffolding; builders; renovation; hammering and drilling; pile driver; backhoe; "
        "machinery working; jackhammer in the street; workmen; construction workers; tractor digging; dump "
        "truck; heavy equipment; paving; factory; factory noise",
        "*workers|build|~house; *builders|work|; ~crane|lift|~beam; ~excavator|dig|; ~bulldozer|push|rubble; "
        "~cement mixer|turn|; *workers|demolish|~wall; construction|go on|; *machines|work|on a building "
        "site; ~pile driver|pound|; *workers|repair|the road; ~digger|work|; ~dump truck|unload|",
    ),
    "crowd or applause": recorded(
        "crowd; cheering; applauding; audience; clapping",
        "applause; cheer; crowd; ovation; clapping; hubbub; chatter",
        "crowd; applause; crowd or applause; crowd applause; crowd cheering; audience; audience applause; "
        "audience clapping; people clapping; people cheering; cheering; clapping crowd; standing ovation; "
        "stadium; stadium crowd; football crowd; sports fans; fans cheering; concert crowd; theatre "
        "applause; chatter; people talking; crowd talking; hubbub; restaurant; cafe; bar; pub; party; people "
        "laughing; people crowd; crowd murmuring; market; train station; children playing; playground; "
        "schoolyard; children shouting; people booing; booing; people screaming; protest; parade; people "
        "shouting; yelling; spectators; ovation; conversation; cafeteria; people babbling; battle cry; "
        "people belly laughing",
        "~crowd|cheer|; ~crowd|applaud|; ~audience|clap|; ~audience|applaud|; *people|cheer|; *people|clap|; "
        "*people|chat|in a cafe; *people|talk|; ~crowd|murmur|; *fans|shout|in the stadium; *children|play|; "
        "*people|laugh|; *spectators|roar|; ~crowd|boo|; ~audience|laugh|; *people|clap|and cheer; "
        "*children|shout|; *people|talk|in the background; ~crowd|roar|",
    ),
    "nature ambience": recorded(
        "nature; natural; outdoor; countryside; woodland; rural",
        "ambience; atmosphere; forest; nature; soundscape",
        "nature ambience; nature; forest ambience; forest; woods; woodland; jungle; rainforest; countryside; "
        "meadow; garden; park ambience; nature sounds; outdoor ambience; birds and insects; birds and wind; "
        "wilderness; rural; swamp; marsh; savannah; lake; birds in the forest; spring morning; summer day; "
        "quiet outdoors; hiking; birds chirping and wind blowing; wetlands; mountains",
        "*birds|sing|in the forest; ~forest|stir|; nature|wake|up; *birds|chirp|and insects buzz; "
        "*animals|call|in the jungle; ~meadow|hum|; someone|hike|through the woods; *birds|sing|in ~garden; "
        "~jungle|teem|with life; *birds|chirp|and leaves rustle",
    ),
    "night ambience": recorded(
        "night; nocturnal; nighttime; dark; evening",
        "ambience; night; atmosphere; nightfall; soundscape",
        "night ambience; night; nighttime; night in the forest; night sounds; summer night; night crickets; "
        "night insects; owls and crickets; night in the jungle; nocturnal animals; dark forest; campsite at "
        "night; night time nature; frogs and crickets at night; quiet night; moonlight; midnight; night in "
        "the countryside; evening ambience",
        "night|fall|; *crickets|chirp|at night; *insects|chirp|in the night; *owls and crickets|call|at "
        "night; *frogs|call|at night; ~forest|hum|at night; *nocturnal animals|call|; someone|camp|in the "
        "woods at night; *insects|buzz|at night",
    ),
}
