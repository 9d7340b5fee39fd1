"""Recorded machines and vehicles."""

from prompts.lexicon.entry import Entry, recorded

DEVICES: dict[str, Entry] = {
    "camera shutter": recorded(
        "camera; clicking; photographic; mechanical",
        "click; shutter; snap; shot; whirr",
        "camera; camera shutter; camera click; shutter; taking a photo; taking pictures; photo; photograph; "
        "photographer; single-lens reflex camera; slr; dslr; snapshot; polaroid; flash; paparazzi; photo "
        "shoot; camera flash; selfie; picture taken; film advance; winding film; press photographers; burst "
        "shooting; phone camera; slide projector; film camera",
        "someone|take|~photo; ~camera|click|; ~photographer|take|pictures; someone|press|the shutter; "
        "~shutter|click|; *paparazzi|take|photos; ~camera|flash|; someone|snap|~picture",
    ),
    "cash register": recorded(
        "cash; register; ringing; mechanical; shop",
        "ring; ding; cha-ching; ka-ching; open; beep",
        "cash register; till; cashier; ka-ching; cha-ching; checkout; shop checkout; supermarket checkout; "
        "paying; cash drawer; money; sale; store; receipt; receipt printing; barcode scanner; buying; shop; "
        "register drawer; market stall; vending machine; slot machine; jackpot; arcade",
        "~cash register|ring|; ~cashier|ring up|~sale; ~cash register|open|; someone|pay|at the checkout; "
        "~register|ding|; ~drawer|pop|open with a ding; someone|buy|~gift; ~cashier|scan|items",
    ),
    "chainsaw": recorded(
        "chainsaw; revving; buzzing; petrol; roaring; cutting",
        "rev; buzz; roar; whine; cut; chainsaw",
        "chainsaw; chain saw; chainsawing; chainsawing trees; chainsaw cutting; cutting a tree with a "
        "chainsaw; chainsaw revving; logging; logger; lumberjack with a chainsaw; tree cutting; tree "
        "surgeon; arborist; hedge trimmer; hedge trimmer running; trimming hedges; leaf blower; string "
        "trimmer; weed whacker; brush cutter; strimmer; lawn mower; lawn mowing; mowing; mower; texas "
        "chainsaw; wood chipper; circular saw; table saw; electric saw; power saw; jigsaw; concrete saw; "
        "sawmill; light engine (high frequency); grass cutting; small engine; dirt bike; go-kart; model "
        "aeroplane",
        "~chainsaw|rev|; ~chainsaw|cut|through ~log; someone|cut|~tree with a chainsaw; ~chainsaw|buzz|; "
        "someone|start|~chainsaw; ~lumberjack|use|~chainsaw; someone|trim|~hedge; someone|mow|the lawn; "
        "~lawn mower|run|; ~leaf blower|run|; ~chainsaw|roar|; someone|cut|wood with a power saw; ~hedge "
        "trimmer|buzz|",
    ),
    "clock ticking": recorded(
        "ticking; clock; mechanical; rhythmic; steady",
        "tick; tock; tick-tock; click; beat",
        "clock ticking; clock; ticking clock; tick; tick-tock; ticking; tick tock; wall clock; grandfather "
        "clock; alarm clock ticking; watch; wristwatch; pocket watch; stopwatch; timer; kitchen timer; egg "
        "timer; metronome; time bomb; bomb ticking; countdown; pendulum; cuckoo clock; old clock; clockwork; "
        "second hand; mantel clock; chess clock; clock mechanism; time passing; watch ticking; winding a "
        "clock; alarm clock",
        "~clock|tick|; ~grandfather clock|tick|; ~watch|tick|; ~metronome|tick|; ~timer|tick|; ~bomb|tick|; "
        "the seconds|tick|by; ~pendulum|swing|; ~clock|tick|on the wall; ~stopwatch|tick|; ~alarm "
        "clock|tick|",
    ),
    "electric motor": recorded(
        "electric; whirring; motorised; humming; servo",
        "whirr; hum; whine; buzz; motor; spin",
        "electric motor; motor; small motor; servo; servo motor; robot arm; robot; robotic; robot moving; "
        "toy motor; remote control car; rc car; toy train; model train; electric car; electric scooter; golf "
        "cart; electric toothbrush; toothbrush; electric shaver_ electric razor shaving; electric shaver; "
        "razor; hair clippers; cutting hair with electric trimmers; sewing machine; using sewing machines; "
        "power windows_ electric windows; opening or closing car electric windows; car window; blender; "
        "blender running; eletric blender running; mixer; hand mixer; food processor; coffee grinder; "
        "juicer; vacuum cleaner; vacuum cleaner cleaning floors; whir; drone; quadcopter; drone flying; 3d "
        "printer; stepper motor; conveyor; electric curtain; turntable; cell phone buzzing; vibrating phone; "
        "massage gun; paper shredder; electric can opener; tattoo machine; disposal; electric bike",
        "~motor|hum|; ~electric motor|whirr|; ~robot|move|its arm; ~blender|run|; ~mixer|whirr|; "
        "someone|use|~electric toothbrush; someone|shave|with ~electric razor; ~sewing machine|run|; "
        "~drone|fly|; ~toy car|whirr|past; someone|grind|coffee; ~servo|whirr|; someone|vacuum|the carpet; "
        "~vacuum cleaner|run|; ~car window|slide|down; ~sewing machine|stitch|; ~electric razor|buzz|; ~food "
        "processor|run|; ~phone|vibrate|",
    ),
    "electric sparks": recorded(
        "electric; sparking; crackling; zapping; buzzing",
        "spark; zap; crackle; arc; buzz; discharge; shock",
        "electric sparks; sparks; spark; electric shock; electricity; zap; zapping; arc; electric arc; "
        "arcing; arc welding; welding; welder; tesla coil; taser; stun gun; short circuit; electrocution; "
        "high voltage; electrical discharge; lightning bolt; plasma ball; static shock; jacob's ladder; "
        "cattle prod; bug zapper; broken cable; frankenstein lab; transformer explosion; jumper cables; "
        "electric fence; power surge; grinding sparks; lightsaber",
        "*sparks|fly|; electricity|crackle|; ~wire|spark|; ~cable|spark|; someone|weld|; ~welder|weld|metal; "
        "~taser|zap|; ~tesla coil|crackle|; ~fuse box|spark|; ~transformer|explode|in sparks; "
        "~insect|get|zapped",
    ),
    "electrical buzz": recorded(
        "electrical; buzzing; humming; electric; mains",
        "buzz; hum; drone; whine; zap",
        "electrical buzz; electric hum; mains hum; hum; humming; transformer; transformer hum; power lines; "
        "power line hum; high voltage lines; neon light; neon sign; fluorescent light; fluorescent lamp; "
        "light bulb buzzing; flickering light; amplifier hum; guitar amp; ground loop; electric buzzing; "
        "substation; refrigerator hum; fridge hum; computer hum; server room; generator hum; electricity "
        "hum; buzzer; distortion; feedback; street lamp; vibrating; vibration; power plant; sine wave; "
        "electrical noise; electric razor",
        "~neon sign|buzz|; ~transformer|hum|; *power lines|hum|; ~light|buzz|; ~fluorescent lamp|flicker|; "
        "~fridge|hum|; ~amplifier|hum|; something electric|buzz|; ~server|hum|; ~machine|hum|",
    ),
    "elevator": recorded(
        "elevator; lift; mechanical; humming",
        "hum; ride; ding; whirr; rumble; arrival",
        "elevator; lift; elevator ride; elevator moving; elevator door; elevator ding; elevator doors "
        "opening; freight elevator; hotel lift; elevator shaft; hoist; escalator; going up; elevator "
        "arriving; elevator hum; cable car; dumbwaiter; paternoster; stair lift; service elevator; office "
        "elevator",
        "~elevator|move|; ~elevator|arrive|; ~elevator|hum|; someone|ride|~elevator; ~elevator|rise|; "
        "~elevator door|open|; ~lift|stop|; ~escalator|run|; ~elevator|descend|",
    ),
    "machine": recorded(
        "mechanical; industrial; machine; clattering; rhythmic; humming",
        "machine; clatter; hum; clank; whirr; chug; thump; rattle",
        "machine; machines; machinery; mechanisms; mechanical; factory; factory machine; industrial machine; "
        "assembly line; production line; conveyor belt; engine room; printing press; loom; sewing machine; "
        "using sewing machines; industrial sewing machine; washing machine; dishwasher; dryer; tumble dryer; "
        "spin cycle; gears; gears turning; gears crank; steam engine; stamping machine; packing machine; "
        "robot factory; mill; windmill; sawmill; lathe; lathe spinning; milling machine; cnc machine; press; "
        "hydraulic press; generator; diesel generator; engine; medium engine (mid frequency); ice machine; "
        "vending machine; coffee machine; espresso machine; microwave oven; milking machine; knitting "
        "machine; harvester; combine harvester; threshing; excavator; typewriter machine; clockwork machine; "
        "boiler room; cement mixer; roller coaster running; roller coaster; mill wheel; automatic machine; "
        "time machine; stamping; sorting machine; bottling plant; concrete mixer",
        "~machine|run|; ~machine|hum|; *machines|clatter|in ~factory; ~washing machine|spin|; ~sewing "
        "machine|stitch|; ~conveyor belt|move|; *gears|turn|; ~generator|run|; ~printing press|run|; "
        "~lathe|spin|; ~machine|clank|; ~machine|stamp|metal; ~dishwasher|run|; ~loom|clatter|; "
        "~engine|chug|; ~microwave|hum|; someone|operate|~machine; someone|sew|with ~sewing machine; ~roller "
        "coaster|run|; ~harvester|work|in ~field",
    ),
    "mechanical lever": recorded(
        "mechanical; clunking; metal; lever; heavy",
        "clunk; clank; click; ratchet; pull; switch; crank",
        "mechanical lever; lever; pulling a lever; lever pull; handbrake; parking brake; gear shift; gear "
        "stick; shifting gears; crank; cranking; ratchet; ratchet_ pawl; winch; mechanism; clunk; big "
        "switch; railway switch; slot machine lever; trap door; drawbridge; lock mechanism; gate mechanism; "
        "machine lever; throttle lever; water pump handle; hand pump; pulley; pulleys; loading mechanism; "
        "pinball flipper; mechanical switch; typewriter carriage; cable winch; seat recline; jack; "
        "turnstile; bear trap",
        "someone|pull|~lever; ~lever|clunk|; someone|pull|~handbrake; someone|shift|gears; "
        "someone|turn|~crank; ~mechanism|clank|; ~drawbridge|lower|; ~winch|turn|; someone|throw|~big "
        "switch; ~turnstile|turn|; ~driver|shift|into gear",
    ),
    "power tool": recorded(
        "power tool; drilling; grinding; buzzing; electric; whirring",
        "drill; buzz; whirr; grind; whine; saw",
        "power tool; power tools; drill; drilling; electric drill; power drill; drilling a hole; drilling "
        "into a wall; hammer drill; jackhammer; pneumatic drill; impact driver; impact wrench; air wrench; "
        "electric screwdriver; cordless drill; angle grinder; electric grinder grinding; grinder; grinding "
        "metal; grinding; sander; belt sander; circular saw; jigsaw; table saw; electric saw; saw blade; "
        "router; dremel; dentist drill; dental drill_ dentist's drill; dentist; polisher; nail gun; planer; "
        "lathe; workshop tools; wood working machine; cutting metal; cutting tiles; sharpening on a grinder; "
        "sanding; bench grinder; tattoo machine; heat gun; sanding a floor; chainsaw; pressure washer; knife "
        "grinder; pit stop wrench",
        "someone|drill|~hole; ~drill|run|; someone|use|~power tool; someone|drill|into ~wall; "
        "~grinder|grind|metal; ~jackhammer|pound|; ~circular saw|cut|wood; someone|sand|~board with a "
        "sander; ~power drill|whirr|; ~dentist|drill|~tooth; someone|grind|metal; ~saw blade|cut|~board; "
        "~mechanic|use|~impact wrench; someone|screw|with ~electric screwdriver; ~worker|use|~jackhammer",
    ),
    "printer": recorded(
        "printer; printing; mechanical; office; whirring",
        "print; whirr; buzz; feed; scan; beep",
        "printer; printing; printer printing; dot matrix printer; inkjet printer; laser printer; office "
        "printer; photocopier; copier; copy machine; fax; fax machine; scanner; scanning a document; paper "
        "feed; receipt printer; ticket machine; plotter; 3d printer; label printer; teleprinter; printing "
        "paper; printing a document; office machine; shredder",
        "~printer|print|; someone|print|~document; ~printer|whirr|; ~photocopier|copy|~page; ~fax "
        "machine|receive|~fax; ~scanner|scan|~page; ~dot matrix printer|buzz|; ~printer|feed|paper; "
        "~copier|run|",
    ),
    "pump or compressor": recorded(
        "pumping; compressor; rhythmic; mechanical; chugging",
        "pump; chug; thump; hiss; hum; throb; wheeze",
        "pump; compressor; pump or compressor; air compressor; water pump; pumping; pumping water; bicycle "
        "pump; pumping a tyre; air pump; hand pump; inflating; inflating a balloon; inflating an air "
        "mattress; tire inflation; gas pump; fuel pump; petrol pump; filling up gas; ventilator; iron lung; "
        "respirator machine; breathing machine; blood pressure cuff; bellows; aquarium pump; oil pump; "
        "vacuum pump; pump (liquid); refrigerator compressor; engine pump; well pump; pneumatic pump; breast "
        "pump; soap dispenser pump; blood pump; artificial lung; accordion bellows; foot pump; hydraulic "
        "pump",
        "~pump|run|; ~compressor|run|; someone|pump|water; someone|pump up|~tyre; someone|inflate|~balloon; "
        "~air compressor|hum|; ~pump|chug|; someone|pump|~bicycle tyre; ~water pump|work|; "
        "~respirator|pump|; someone|work|the bellows; ~ventilator|wheeze|",
    ),
    "static or vinyl crackle": recorded(
        "crackling; static; vinyl; noisy; dusty; radio",
        "crackle; static; hiss; noise; pop; scratch",
        "static; static or vinyl crackle; vinyl crackle; vinyl; record player; old record; gramophone; "
        "turntable; needle on a record; radio static; radio; radio tuning; tv static; white noise; pink "
        "noise; noise; tape hiss; walkie talkie; police radio chatter; radio interference; interference; "
        "television; television noise; analog noise; phonograph; shortwave radio; broken radio; crackle; lp; "
        "needle drop; surface noise; distortion; hiss; geiger counter; modem; dial tone; glitch",
        "~radio|crackle|; ~record|crackle|; ~record player|play|~old record; ~radio|hiss|; "
        "~television|hiss|; ~gramophone|crackle|; someone|tune|~radio; static|crackle|; ~walkie "
        "talkie|crackle|; ~needle|drop|on ~record",
    ),
    "car or motorcycle engine": recorded(
        "engine; motor; car; revving; motorcycle; idling",
        "rev; roar; idle; hum; purr; rumble; vroom; growl",
        "car or motorcycle engine; car engine; car; cars; motorcycle; motorbike; driving motorcycle; "
        "motorcycle engine; engine; engine running; engine idling; idling; car engine idling; car idling; "
        "engine revving; revving; accelerating_ revving_ vroom; engine accelerating_ revving_ vroom; vroom; "
        "car driving; driving a car; car passing by; race car; race car_ auto racing; racing; formula one; "
        "sports car; drag race; car accelerating; motor vehicle (road); moped; scooter; vespa; dirt bike; "
        "quad bike; snowmobile; driving snowmobile; go-kart; jet ski; motorboat; motorboat_ speedboat "
        "acceleration; motorboat_ speedboat; speedboat; boat engine; boat; engine knocking; car engine "
        "knocking; driving; harley; biker; vehicle; automobile; light engine (high frequency); medium engine "
        "(mid frequency); lawn mower; car interior; car speeding; chase; rally; taxi",
        "~car|drive|by; ~car|pass|; ~engine|rev|; ~motorcycle|accelerate|; ~engine|run|; ~car|idle|; "
        "~car|speed|past; ~motorcycle|pass|; someone|rev|~engine; someone|ride|~motorcycle; ~race "
        "car|speed|by; ~motorboat|speed|past; ~engine|idle|; someone|drive|~car; ~car|accelerate|; "
        "*cars|race|; ~vehicle|drive|; ~scooter|drive|past; ~engine|hum|; ~motor|run|; "
        "~snowmobile|drive|past; ~boat|speed|over the water; *motorcycles|rev|",
    ),
    "engine starting or stopping": recorded(
        "starting; engine; cranking; ignition; stalling",
        "start; crank; ignition; rev; stop; sputter; stall",
        "engine starting or stopping; engine starting; car starting; starting a car; car engine starting; "
        "ignition; starting the engine; car won't start; engine cranking; failed ignition; turning the key; "
        "starter motor; engine turning off; engine stopping; motorcycle starting; kick start; starting a "
        "lawn mower; pull start; tractor starting; truck starting; airplane engine starting; engine "
        "shutdown; stalling; stalled car; parking; dead battery; engine sputters; turn on the engine",
        "~engine|start|; someone|start|~car; ~car|start|; ~engine|stop|; someone|start|~engine; "
        "~engine|sputter|; ~engine|stall|; ~driver|turn|the ignition key; ~motorcycle|start|; someone|kick "
        "start|~motorcycle; ~car|fail|to start; ~engine|turn over|; ~motor|die|",
    ),
    "helicopter": recorded(
        "helicopter; chopping; whirring; rotor; hovering",
        "chop; whirr; whop; thrum; rotor; hover; flyover",
        "helicopter; helicopters; chopper; helicopter flying; helicopter overhead; helicopter hovering; "
        "helicopter landing; helicopter taking off; rotor blades; rotor; rotors; helicopter flyby; military "
        "helicopter; rescue helicopter; news helicopter; apache; huey; black hawk; propeller_ airscrew; "
        "aircraft; hovering; blades spinning; heli; gunship; medevac; police helicopter",
        "~helicopter|fly|; ~helicopter|hover|; ~helicopter|fly|overhead; ~helicopter|land|; "
        "~helicopter|take|off; *rotor blades|spin|; ~chopper|pass|; ~helicopter|approach|; "
        "*helicopters|fly|past; ~rotor|turn|; ~rescue helicopter|arrive|",
    ),
    "jet plane": recorded(
        "jet; roaring; aircraft; turbine; whooshing; supersonic",
        "roar; flyby; rush; thunder; whine; takeoff; rumble",
        "jet plane; jet; jets; jet engine; fighter jet; fighter plane; airplane; airliner; plane; plane "
        "taking off; airplane taking off; airplane flyby; fixed-wing aircraft_ airplane; aircraft engine; "
        "jet flyover; passenger plane; plane landing; airport; runway; boeing; airbus; sonic boom; turbine; "
        "rocket; rocket launch; rocket engine; spaceship; space shuttle; missile launch; afterburner; plane "
        "overhead; plane cabin; inside an airplane; airplane cabin; air show; concorde; jet passing",
        "~jet|fly|overhead; ~plane|take|off; ~airplane|fly|over; ~fighter jet|roar|past; ~jet engine|roar|; "
        "~plane|land|; ~aircraft|pass|; ~rocket|launch|; *jets|fly|by; ~plane|fly|overhead; "
        "~airliner|taxi|on the runway; ~spaceship|fly|past",
    ),
    "propeller plane": recorded(
        "propeller; droning; small; buzzing; vintage",
        "drone; buzz; hum; flyby; flyover; sputter",
        "propeller plane; propeller; propeller_ airscrew; small plane; cessna; biplane; spitfire; world war "
        "two plane; old plane; crop duster; seaplane; single engine plane; turboprop; prop plane; light "
        "aircraft; propeller spinning; plane engine; bomber; bombers; model airplane; rc plane; glider tow; "
        "airplane; aircraft; plane flying over; drone; ultralight; stunt plane; dogfight; airplane engine",
        "~propeller plane|fly|past; ~small plane|fly|over; ~biplane|buzz|; ~propeller|spin|; "
        "~plane|drone|overhead; ~seaplane|take|off; ~bomber|fly|over; ~cessna|land|; ~aircraft|hum|; "
        "~airplane|fly|; ~model plane|buzz|",
    ),
    "train ride": recorded(
        "train; rattling; rolling; railway; clattering; rhythmic",
        "rumble; clatter; clack; ride; roll; rattle; chug",
        "train; trains; train ride; train passing; train passing by; passing train; freight train; cargo "
        "train; goods train; railroad car_ train wagon; railway; railroad; rail transport; train on tracks; "
        "train tracks; train moving; train wheels; train wheels squealing; clickety-clack; inside a train; "
        "train interior; train journey; steam train; steam locomotive; locomotive; train arriving; train "
        "station; train departing; subway; subway_ metro_ underground; metro; underground; tube; tram; "
        "trolley; streetcar; monorail; high speed train; express train; railcar; wagon; toy train; roller "
        "coaster; roller coaster running; train braking; rails; train crossing a bridge; diesel train; choo "
        "choo; train approaching; mine cart",
        "~train|pass|; ~train|roll|past; ~train|run|on the tracks; ~freight train|pass|by; ~train|arrive|; "
        "~subway train|arrive|; ~tram|pass|; ~train|rattle|; ~steam train|chug|; ~locomotive|pull|wagons; "
        "~train|move|; ~train|travel|down the tracks; *wagons|clatter|; ~train|approach|; *wheels|squeal|on "
        "the rails; ~train|depart|; ~metro|leave|the station; ~roller coaster|rattle|up the track",
    ),
    "truck engine": recorded(
        "truck; diesel; heavy; rumbling; chugging; engine",
        "rumble; chug; roar; idle; growl; drone; rev",
        "truck; truck engine; truck engine idling; lorry; semi truck; big rig; truck driving; truck passing; "
        "truck idling; bus; bus engine; driving buses; school bus; diesel engine; heavy engine (low "
        "frequency); tractor; tractor engine; tractor driving; bulldozer; excavator; digger; garbage truck; "
        "dump truck; fire engine; tank; army tank; military vehicle; heavy machinery; farm machinery; "
        "combine harvester; pickup truck; van; monster truck; diesel generator; generator; tow truck; cement "
        "truck; heavy vehicle; bus driving; motorhome; ship engine; forklift; snowplow; large engine; "
        "eighteen wheeler",
        "~truck|drive|by; ~truck|pass|; ~truck|idle|; ~bus|drive|past; ~tractor|drive|; ~diesel engine|run|; "
        "~diesel engine|idle|; ~truck|rumble|past; ~tractor|plow|~field; ~bulldozer|push|dirt; "
        "~lorry|accelerate|; ~bus|stop|; ~tank|roll|past; ~garbage truck|work|; ~heavy engine|rumble|; "
        "~monster truck|rev|",
    ),
    "tyre skid": recorded(
        "skidding; screeching; tyre; rubber; squealing",
        "skid; screech; squeal; drift; slide; brake",
        "tyre skid; tire skid; skid; skidding; tire squeal; tires squealing; tires screeching; screeching "
        "tyres; screeching tires; squealing tires; brakes; braking; car braking; emergency brake; sudden "
        "stop; drifting; drift; car drifting; burnout; wheel spin; wheelspin; doughnuts; handbrake turn; car "
        "chase; car skids; brake squeal; bicycle skid; bike brakes; squealing brakes; motorcycle burnout; "
        "hard braking; peeling out",
        "*tires|screech|; ~car|skid|; *tyres|squeal|; ~car|brake|hard; ~car|drift|; ~driver|brake|; "
        "~car|screech|to a halt; ~vehicle|skid|; *brakes|squeal|; ~motorcycle|do|~burnout; ~car|slide|around "
        "~corner; ~bicycle|skid|",
    ),
}
