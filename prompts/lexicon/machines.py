"""Words for machines."""

from prompts.lexicon.entry import Entry, words

MACHINES: dict[str, Entry] = {
    "engine": Entry(
        words("engine; motor; revving; rumbling; mechanical; diesel"),
        words("rev; roar; hum; rumble; drone; growl; vroom; idle; chug; throttle"),
        words(
            "engine; car engine; engine running; engine idling; car engine idling; engine revving; "
            "engine accelerating_ revving_ vroom; vroom; revving; car; car passing by; car driving; "
            "car starting; car engine starting; car engine knocking; car skids; car skidding; skidding; "
            "tire screech; drifting car; race car; race car_ auto racing; racing; formula one; motor; "
            "motorcycle; motorbike; driving motorcycle; truck; lorry; bus; driving buses; tractor; "
            "tractor digging; train; train passing; railroad car_ train wagon; steam train; locomotive; "
            "subway; subway_ metro_ underground; tram; traffic; highway; motorboat; "
            "motorboat_ speedboat acceleration; speedboat; boat engine; ship; airplane; airplane flyby; "
            "plane; plane taking off; jet; jet engine; helicopter; propeller; diesel engine; generator; "
            "lawn mower; lawn mowing; lawnmower; driving snowmobile; go-kart; moped; scooter; tank; "
            "bulldozer; excavator; van; idling truck; roller coaster running; acceleration; machine; "
            "machinery; spaceship"
        ),
        {
            "*": words(
                "~engine|run|; ~car|drive|by; ~car|pass|; ~engine|rev|; ~motor|run|; ~car engine|idle|; "
                "~truck|drive|by; ~motorcycle|accelerate|; ~motorbike|pass|; ~bus|drive|; ~train|pass|; "
                "~train|run|on the tracks; ~plane|fly|overhead; ~helicopter|fly|; ~car|skid|; "
                "~race car|speed|by; ~tractor|drive|; ~engine|start|; someone|start|~car; "
                "someone|rev|~engine; someone|mow|the lawn; ~lawn mower|run|; ~boat|pass|; "
                "~vehicle|accelerate|; ~generator|run|; ~motor|hum|; ~steam engine|chug|; ~jet|take|off; "
                "~car|race|around the corner; ~subway train|arrive|; ~truck|idle|; ~locomotive|roll|; "
                "*cars|pass|on the road; *tires|screech|; ~diesel engine|chug|; ~tram|roll|past; "
                "someone|ride|~motorcycle"
            )
        },
    ),
    "drill": Entry(
        words("drilling; buzzing; whirring; electric; power tool; grinding"),
        words("buzz; whirr; whine; drill; grind; drilling; zap"),
        words(
            "drill; drilling; power drill; electric drill; drilling a hole; drilling into a wall; "
            "hammer drill; jackhammer; pneumatic drill; dentist; dentist drill; drill press; screwdriver; "
            "electric screwdriver; power tool; power tools; construction; construction site; angle grinder; "
            "grinder; electric grinder grinding; grinding metal; lathe; lathe spinning; milling machine; "
            "chainsaw; hedge trimmer; hedge trimmer running; blender; eletric blender running; mixer; "
            "food processor; coffee grinder; electric shaver; electric shaver_ electric razor shaving; "
            "razor; hair clipper; cutting hair with electric trimmers; electric toothbrush; sewing machine; "
            "using sewing machines; impact driver; tattoo machine; sander; router; bee; "
            "bee_ wasp_ etc. buzzing; buzzing bees; mosquito; mosquito buzzing; fly; fly_ housefly buzzing; "
            "insect buzzing; cell phone buzzing; drone flying; drone; roadworks; buzzing; wood drill; "
            "whirring motor"
        ),
        {
            "*": words(
                "~drill|run|; ~drill|bore|into ~wall; someone|drill|~hole; someone|drill|into wood; "
                "~power drill|whirr|; ~electric drill|buzz|; ~jackhammer|pound|; ~dentist|drill|~tooth; "
                "~worker|drill|; ~grinder|grind|metal; ~blender|run|; someone|use|~drill; "
                "someone|use|~power tool; ~hedge trimmer|run|; ~lathe|spin|; ~builder|use|~jackhammer; "
                "someone|shave|with an electric razor; ~sewing machine|run|; ~bee|buzz|; ~fly|buzz|around; "
                "~mosquito|buzz|; ~chainsaw|rev|; ~power tool|buzz|; ~screwdriver|whirr|; "
                "someone|grind|coffee; someone|drill|through concrete; ~coffee grinder|run|; ~drone|hover|"
            )
        },
    ),
    "fan": Entry(
        words("humming; whirring; droning; spinning; ventilating"),
        words("hum; whir; drone; whoosh; fan noise; purr; buzz"),
        words(
            "fan; electric fan; running electric fan; fan spinning; ceiling fan; desk fan; table fan; "
            "cooling fan; computer fan; pc fan; laptop fan; ventilator; ventilation; ventilation fan; "
            "bathroom ventilation fan running; extractor fan; exhaust fan; air conditioner; "
            "air conditioning; air conditioning noise; ac unit; hvac; hair dryer; hair dryer drying; "
            "hairdryer; blow dryer; hand dryer; vacuum cleaner; vacuum cleaner cleaning floors; vacuuming; "
            "hoover; leaf blower; washing machine; dishwasher; refrigerator; fridge hum; freezer; "
            "propeller spinning; wind turbine; turbine; rotor; blades spinning; server room; heater; "
            "fan heater; air purifier; spinning wheel; humming; room tone; white noise; bike wheel spinning; "
            "projector; cat purring; microwave; radiator hum; blower"
        ),
        {
            "*": words(
                "~fan|spin|; ~fan|run|; ~fan|hum|; ~ceiling fan|turn|; ~electric fan|whirr|; "
                "~air conditioner|run|; ~ventilator|hum|; ~computer fan|spin|; ~hair dryer|blow|; "
                "someone|dry|their hair; ~vacuum cleaner|run|; someone|vacuum|the floor; ~desk fan|rotate|; "
                "*blades|spin|; ~propeller|spin|; ~exhaust fan|drone|; ~washing machine|run|; "
                "~refrigerator|hum|; ~wind turbine|turn|; ~leaf blower|blow|; ~fan|blow|air; "
                "~air conditioner|hum|; ~table fan|oscillate|; ~rotor|spin|; ~cooling fan|whir|; "
                "~turbine|spin|; ~dishwasher|hum|"
            )
        },
    ),
    "clock": Entry(
        words("ticking; clockwork; mechanical; tick-tock"),
        words("tick; tock; tick-tock; clock tick; click; ticking"),
        words(
            "clock; clock ticking; ticking clock; tick tock; tick-tock; ticking; tick; wall clock; "
            "grandfather clock; watch; wristwatch; watch ticking; pocket watch; stopwatch; timer; "
            "kitchen timer; egg timer; alarm clock ticking; metronome; metronome ticking; pendulum; "
            "pendulum swinging; old clock; antique clock; cuckoo clock; time bomb; bomb timer; countdown; "
            "second hand; clockwork; wind-up toy; clock mechanism; clock face; mantel clock; "
            "hands of a clock; ratchet; turn signal; indicator clicking; geiger counter; time passing; "
            "bicycle freewheel; relay clicks; sundial"
        ),
        {
            "*": words(
                "~clock|tick|; ~watch|tick|; ~metronome|tick|; ~grandfather clock|tick|; ~timer|tick|; "
                "~pendulum|swing|; ~wall clock|tick|; the second hand|tick|; ~pocket watch|tick|; "
                "~metronome|beat|; ~stopwatch|tick|; ~bomb|tick|; ~alarm clock|tick|; ~clock|tick-tock|; "
                "*clocks|tick|; ~kitchen timer|tick|; ~turn signal|click|; ~clockwork toy|tick|; "
                "~pendulum clock|tick|; ~clock|count|the seconds; ~mechanical clock|tick|; "
                "~antique clock|click|"
            )
        },
    ),
}
