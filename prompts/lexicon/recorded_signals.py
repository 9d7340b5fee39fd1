"""Recorded bells, horns and whistles."""

from prompts.lexicon.entry import Entry, recorded

SIGNALS: dict[str, Entry] = {
    "church bells": recorded(
        "church; tolling; bell; cathedral; pealing; resonant",
        "bell; toll; peal; chime; ring; dong",
        "church bells; church bell; church bell ringing; bells; bell tower; cathedral bells; tolling bell; "
        "bell tolling; change ringing (campanology); carillon; wedding bells; big ben; clock tower; steeple; "
        "bells pealing; bells ringing; monastery bell; town bells; sunday morning bells; campanile; funeral "
        "bell; chapel; village church; tower clock striking; clock chimes",
        "*church bells|ring|; ~church bell|toll|; *bells|peal|; ~bell|toll|; *bells|ring|from ~church; "
        "~cathedral bell|ring|; ~clock tower|chime|; *wedding bells|ring|; ~tower bell|strike|",
    ),
    "doorbell": recorded(
        "doorbell; ringing; chiming; door; electric",
        "ring; ding-dong; chime; buzz; ding; dong",
        "doorbell; door bell; ding-dong; ding dong; ringing the doorbell; door chime; front door bell; house "
        "bell; buzzer; door buzzer; apartment buzzer; intercom; intercom buzzer; visitor at the door; "
        "doorbell ringing; shop door chime; delivery; pizza delivery; old doorbell; reception bell; "
        "telephone; telephone bell ringing; phone ringing; ringtone; airplane chime; announcement chime",
        "~doorbell|ring|; someone|ring|the doorbell; ~doorbell|chime|; someone|press|the doorbell; "
        "~doorbell|buzz|; ~visitor|ring|the bell; ~door chime|sound|; ~intercom|buzz|; ~telephone|ring|",
    ),
    "ship or train horn": recorded(
        "ship; train; deep; blaring; long; foggy",
        "horn; blast; blow; whistle; honk; toot; hoot",
        "ship or train horn; ship horn; train horn; train horning; foghorn; fog horn; boat horn; ferry horn; "
        "cruise ship horn; freight train horn; train whistle; train whistling; steam whistle; steam train "
        "whistle; steamboat; steamboat whistle; locomotive horn; train honking; train blowing its horn; "
        "train approaching with horn; railroad crossing; air horn; air horn_ truck horn; tugboat; harbor "
        "horn; ocean liner; factory whistle; siren; civil defense siren; vuvuzela; alphorn; tuba; playing "
        "tuba; playing shofar; shofar; playing didgeridoo; didgeridoo; train horn blowing; diesel locomotive "
        "horn; level crossing",
        "~train|blow|its horn; ~ship|blow|its horn; ~train horn|blow|; ~foghorn|sound|; ~ship horn|blast|; "
        "~train|honk|; ~steam train|whistle|; ~train whistle|blow|; ~ferry|sound|its horn; "
        "~locomotive|blow|its horn; ~freight train|approach|and honks; ~boat|honk|; ~tugboat|toot|",
    ),
    "toy squeak": recorded(
        "squeaky; squeaking; rubber; toy; high-pitched",
        "squeak; squeal; honk; chirp; toot",
        "toy squeak; squeaky toy; squeak toy; squeaking toy; rubber duck; rubber duckie; dog toy; dog "
        "chewing a squeaky toy; toy; rubber chicken; squeaker; squeezing a toy; bath toy; clown nose; clown; "
        "squeaky hammer; bike horn; bicycle horn; squeak; squeaking; squeaky shoes; party blower; balloon "
        "squeak; kazoo; whoopee cushion; toy horn",
        "someone|squeeze|~squeaky toy; ~toy|squeak|; ~rubber duck|squeak|; ~dog|chew|~squeaky toy; "
        "~dog|play|with ~squeaky toy; ~rubber chicken|scream|; ~clown|squeeze|~nose; someone|squeeze|~rubber "
        "duck; ~squeaky toy|squeak|",
    ),
    "vehicle horn": recorded(
        "honking; car; blaring; beeping; vehicle",
        "honk; beep; horn; toot; blare; hoot",
        "vehicle horn; car horn; horn; honking; honk; car honking; cars honking; vehicle horn_ car horn_ "
        "honking; beep; beep beep; beeping; beep_ bleep; toot; truck horn; bus horn; taxi honking; traffic "
        "jam honking; angry driver; scooter horn; motorcycle horn; bicycle horn; klaxon; air horn; truck "
        "honking; driver honking; reversing beeps; truck reversing; backing up beeps; reverse beeper; car "
        "alarm; alarm; siren; sirens; ambulance siren; ambulance (siren); police siren; police car (siren); "
        "fire truck siren; fire engine_ fire truck (siren); emergency vehicle; trumpet; playing trumpet; "
        "trombone; playing trombone; saxophone; playing saxophone; brass; bugle; playing bugle; smoke "
        "detector beeping; fire alarm; alarm clock; alarm clock ringing; buzzer; car lock beep; microwave "
        "beep; electronic beep; playing french horn; clarinet; accordion; bagpipes; harmonica; organ",
        "~car|honk|; *cars|honk|; ~driver|honk|; ~car horn|honk|; ~truck|honk|; ~horn|blare|; ~taxi|honk|; "
        "someone|honk|~horn; ~bus|honk|; ~siren|wail|; ~police car|drive|past with its siren; ~car alarm|go "
        "off|; ~truck|beep|in reverse; ~alarm|beep|; ~ambulance|pass|; ~fire truck|blare|its siren; "
        "someone|play|~trumpet; ~vehicle|honk|; *sirens|blare|; ~smoke alarm|beep|; ~motorcycle|honk|",
    ),
    "whistle": recorded(
        "whistling; shrill; high-pitched; piping",
        "whistle; blow; toot; tweet; blast; peep",
        "whistle; whistling; people whistling; person whistling; whistling a tune; referee whistle; referee; "
        "police whistle; sports whistle; coach whistle; whistle blow; blowing a whistle; dog whistle; train "
        "conductor whistle; lifeguard whistle; wolf whistle; slide whistle; tin whistle; penny whistle; "
        "flute; playing flute; recorder; pan flute; piccolo; ocarina; tea kettle whistling; kettle "
        "whistling; man whistling; bird whistle; boatswain; whistle and cheer; playing clarinet; playing "
        "oboe; playing bassoon; fife; melody whistled; wind whistling",
        "someone|whistle|; someone|blow|~whistle; ~referee|blow|~whistle; ~man|whistle|~tune; "
        "~whistle|blow|; ~coach|blow|~whistle; ~policeman|blow|~whistle; ~woman|whistle|; ~kettle|whistle|; "
        "someone|play|~flute; someone|whistle|for ~dog; ~shepherd|whistle|",
    ),
    "wind chimes": recorded(
        "tinkling; chiming; wind; metallic; gentle",
        "chime; tinkle; jingle; ring; ting",
        "wind chimes; wind chime; chimes; chime; windchimes; tinkling chimes; garden chimes; porch chimes; "
        "glass chimes; bar chimes; mark tree; metal chimes; shell chimes; tinkling; jingle_ tinkle; bells in "
        "the wind; tubular bells; chandelier tinkling; fairy dust; magic sparkle; sleigh bells; triangle; "
        "jingle bells; bell tree; hanging chimes; breeze chimes",
        "*wind chimes|tinkle|; *chimes|ring|; *wind chimes|chime|in the breeze; ~wind chime|jingle|; "
        "*chimes|tinkle|; *wind chimes|ring|; *chimes|sway|in the wind; someone|touch|~wind chime",
    ),
}
