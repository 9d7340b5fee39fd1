"""Words for creatures and signals. Animals without a kind of their own go to the nearest one by sound."""

from prompts.lexicon.entry import Entry, words

LIVING: dict[str, Entry] = {
    "dog": Entry(
        words("barking; growling; canine; woofing; animal"),
        words("bark; woof; yelp; growl; howl; yap; whimper; snarl; ruff; roar; grunt"),
        words(
            "dog; dogs; dog bark; dog barking; barking; barking dog; barking dogs; woof; woof woof; bow-wow; "
            "dog bow-wow; puppy; puppy barking; puppies; guard dog; german shepherd; chihuahua; hound; "
            "husky; poodle; terrier; wolf; wolf howl; howling wolf; dog howling; coyote howling; growl; "
            "growling dog; dog growling; snarling; yapping; yelp; dog whimpering; whimpering; dog baying; "
            "fox barking; fox; lion; lions roaring; lion roar; lions growling; tiger; tiger growl; bear; "
            "bear growl; leopard; sea lion barking; seal; frog; frog croaking; croaking frog; toad; cat; "
            "cat meowing; meow; cat growling; cat hissing; kitten; cow; cow lowing; mooing; cattle mooing; "
            "bull bellowing; sheep bleating; goat bleating; goat; pig oinking; pig; horse neighing; horse; "
            "donkey; donkey_ ass braying; elephant trumpeting; elephant; monkey; chimpanzee pant-hooting; "
            "monster; dinosaur; dinosaurs bellowing; beast; otter growling; animal; pet dog; dog in a yard; "
            "zoo animal; alligators_ crocodiles hissing"
        ),
        {
            "*": words(
                "~dog|bark|; ~dog|growl|; ~puppy|yap|; *dogs|bark|; ~dog|bark|at the postman; "
                "~guard dog|bark|; ~dog|howl|; ~wolf|howl|; ~hound|bay|; ~dog|woof|; ~lion|roar|; "
                "~tiger|growl|; ~bear|growl|; ~fox|bark|; ~frog|croak|; ~cat|meow|; ~cow|moo|; "
                "~sheep|bleat|; ~goat|bleat|; ~pig|oink|; ~horse|neigh|; ~donkey|bray|; ~terrier|bark|; "
                "~dog|yelp|; ~dog|snarl|; ~seal|bark|; ~monster|growl|; ~elephant|trumpet|; ~coyote|howl|; "
                "~neighbour's dog|bark|; ~puppy|whimper|; ~dog|bark|behind a fence; ~animal|growl|"
            )
        },
    ),
    "bird": Entry(
        words("bird; chirping; tweeting; avian; squeaky"),
        words(
            "chirp; tweet; cheep; bird call; twitter; squawk; caw; peep; trill; bird song; warble; crow; "
            "squeak; hoot"
        ),
        words(
            "bird; birds; bird chirping; bird chirping_ tweeting; birdsong; bird song; bird singing; "
            "birds singing; birds chirping; chirping; tweeting; tweet; songbird; sparrow; robin; canary; "
            "canary calling; blackbird; nightingale; warbler chirping; finch; wren; swallow; "
            "barn swallow calling; lark; parrot; parrot talking; parakeet; budgie; crow; crow cawing; raven; "
            "magpie calling; pigeon; pigeon_ dove cooing; dove; owl; owl hooting; cuckoo; "
            "cuckoo bird calling; eagle; eagle screaming; hawk; seagull; seagulls; gull; duck; "
            "duck quacking; ducks; goose; goose honking; geese; swan; rooster; rooster crowing; cockerel; "
            "chicken; chicken crowing; chicken clucking; hen; chicks; chick; baby chicks; turkey; "
            "turkey gobbling; peacock; pheasant crowing; penguin; penguins braying; woodpecker call; "
            "dawn chorus; forest birds; garden birds; jungle birds; bird squawking; cricket; "
            "cricket chirping; crickets; cicadas; grasshopper; insects singing; mouse squeaking; mouse; "
            "squirrel; chipmunk chirping; whistle; people whistling; whistling; wood thrush calling; "
            "hummingbird; bat squeak; nest; squeaky toy; flamingo"
        ),
        {
            "*": words(
                "~bird|chirp|; *birds|chirp|; ~bird|sing|; *birds|sing|; ~sparrow|chirp|; ~robin|sing|; "
                "~bird|tweet|; ~songbird|sing|; ~canary|sing|; ~crow|caw|; ~rooster|crow|; ~chick|cheep|; "
                "*chicks|peep|; ~hen|cluck|; ~chicken|cluck|; ~duck|quack|; ~goose|honk|; ~owl|hoot|; "
                "~pigeon|coo|; ~parrot|squawk|; ~seagull|cry|; ~eagle|scream|; ~cuckoo|call|; "
                "*birds|chirp|in a tree; ~bird|whistle|; ~blackbird|sing|; ~bird|sing|at dawn; "
                "~cricket|chirp|; *crickets|chirp|; ~mouse|squeak|; someone|whistle|; ~turkey|gobble|; "
                "~bird|chirp|on a branch; *ducks|quack|; *insects|sing|; ~nightingale|sing|; "
                "~magpie|chatter|; ~peacock|scream|"
            )
        },
    ),
    "bell": Entry(
        words("ringing; chiming; bell-like; resonant; tolling"),
        words("ring; chime; ding; dong; toll; bell; jingle; bong; bell ring; ting; ding-dong; peal"),
        words(
            "bell; bells; bell ringing; ringing bell; church bell; church bell ringing; church bells; "
            "cathedral bell; bell tower; bell toll; tolling bell; doorbell; door bell; ding dong; ding; "
            "hand bell; handbell; bicycle bell; bike bell; school bell; ship bell; shop bell; "
            "reception bell; desk bell; service bell; sleigh bells; jingle bells; jingle bell; wind chime; "
            "wind chimes; chimes; chime; temple bell; singing bowl; gong; playing gong; tibetan bowl; "
            "telephone; telephone ringing; telephone bell ringing; phone ringing; alarm clock; "
            "alarm clock ringing; alarm bell; fire bell; clock chime; clock striking; carillon; "
            "tubular bells; cat collar bell; elevator ding; microwave ding; boxing bell; ringtone; "
            "tinkling bell; dinner bell; ringing; christmas bells; bell strike; big ben; harp; music box; "
            "smoke detector beeping; ice cream truck_ ice cream van; reversing beeps"
        ),
        {
            "*": words(
                "~bell|ring|; *bells|ring|; ~church bell|ring|; ~church bell|toll|; ~doorbell|ring|; "
                "someone|ring|~bell; someone|ring|the doorbell; ~bell|chime|; *wind chimes|tinkle|; "
                "~bicycle bell|ring|; ~telephone|ring|; ~alarm clock|ring|; ~gong|sound|; "
                "~school bell|ring|; *sleigh bells|jingle|; ~clock tower|chime|; ~hand bell|ring|; "
                "~phone|ring|; ~temple bell|sound|; someone|strike|~gong; ~bell|toll|; *bells|chime|; "
                "~bell|ding|; ~alarm bell|ring|; *church bells|peal|; ~monk|ring|~bell; ~bell|sound|; "
                "*chimes|ring|in the wind; ~shop bell|tinkle|"
            )
        },
    ),
    "horn": Entry(
        words("honking; blaring; tooting; beeping; horn"),
        words("honk; beep; toot; blare; horn; hoot; horn blast; siren; blast; horn honk; trumpet blast"),
        words(
            "horn; horns; car horn; car horns; car honking; honking; honk; honk honk; beep; beep beep; "
            "beeping; toot; vehicle horn; vehicle horn_ car horn_ honking; truck horn; bus horn; "
            "traffic jam; angry driver; taxi horn; train horn; train horning; train whistle; "
            "train whistling; ship horn; foghorn; fog horn; boat horn; air horn; airhorn; bike horn; "
            "clown horn; bulb horn; bugle; playing bugle; trumpet; playing trumpet; trombone; "
            "playing trombone; french horn; playing french horn; tuba; saxophone; playing saxophone; "
            "playing cornet; brass; brass section; shofar; playing shofar; vuvuzela; fanfare; siren; "
            "ambulance siren; ambulance; police siren; police car (siren); fire truck siren; fire engine; "
            "civil defense siren; air raid siren; emergency vehicle; alarm; car alarm; warning signal; "
            "hunting horn; alpine horn; alphorn; playing didgeridoo; conch; kazoo; party horn; "
            "whistle blast; referee whistle; playing bagpipes; playing harmonica; buzzer; scooter horn; "
            "klaxon"
        ),
        {
            "*": words(
                "~car|honk|; ~horn|honk|; ~car horn|honk|; ~driver|honk|; ~horn|blare|; someone|honk|~horn; "
                "someone|blow|~horn; ~truck|honk|; ~train|honk|; ~train horn|blow|; ~foghorn|sound|; "
                "~ship horn|sound|; *cars|honk|; ~taxi|beep|; ~car|beep|; ~siren|wail|; "
                "~ambulance siren|wail|; someone|play|~trumpet; someone|play|~trombone; ~bus|toot|; "
                "~air horn|blast|; ~trumpet|blow|; ~horn|sound|; ~driver|press|the horn; "
                "*horns|honk|in traffic; ~clown|squeeze|~horn; ~police siren|wail|; ~vehicle|honk|its horn; "
                "~motorist|beep|; ~bugle|sound|; ~truck driver|blow|the horn; ~musician|play|~saxophone; "
                "~train whistle|blow|; ~scooter|beep|"
            )
        },
    ),
}
