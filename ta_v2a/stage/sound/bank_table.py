"""Which recordings of some well-known free sound sets show which kind: (pattern of the path inside the
folder, kind), first match counts.

A pattern with kind None leaves files out: voices, music, user-interface sounds.
"""

SET_TABLE: tuple[tuple[str, str | None], ...] = (
    ("*Clonk__Skin__*", None),
    ("*Clonk__Action__*", None),
    # ESC-10
    ("*dog_bark/*", "dog"),
    ("*clock_tick/*", "clock"),
    ("*fire_crackling/*", "fire"),
    ("*esc10/rain/*", "rain"),
    ("*esc10/*", None),
    # Sonic Pi
    ("*samples__bd_*", "drum"),
    ("*samples__drum_heavy_kick*", "drum"),
    ("*samples__drum_bass_*", "drum"),
    ("*samples__drum_tom_*", "drum"),
    ("*samples__drum_snare_*", "drum"),
    ("*samples__drum_cowbell*", "metal"),
    ("*samples__sn_dolf*", "drum"),
    ("*samples__tabla_*", "drum"),
    ("*samples__perc_bell*", "bell"),
    ("*samples__elec_bell*", "bell"),
    ("*samples__elec_triangle*", "bell"),
    ("*samples__elec_wood*", "wood"),
    ("*samples__perc_door*", "wood"),
    ("*samples__perc_snap*", "clap"),
    # Poseidon
    ("*cc0-sfx__gong_*", "bell"),
    ("*cc0-sfx__metal_*", "metal"),
    ("*metal_hit_*", "metal"),
    ("*thunder_*", "thunder"),
    # Kenney
    ("*audio__engine*", "engine"),
    ("*sounds__break*", "glass"),
    # noixer
    ("*__campfire*", "fire"),
    ("*drawing-on-paper*", "scrape"),
    ("*wind-chime*", None),
    # OpenClonk
    ("*Lightning__Thunder*", "thunder"),
    ("*Tree__Chop*", "wood"),
    ("*WindLoop*", "wind"),
    ("*Fire__Fire.*", "fire"),
    ("*GlassHit*", "glass"),
    ("*LightMetalHit*", "metal"),
    ("*DullMetalHit*", "metal"),
    ("*RockHit*", "stone"),
    ("*DullWoodHit*", "wood"),
    ("*__WoodHit*", "wood"),
    ("*Shield__MetalHit*", "metal"),
    ("*BucketHit*", "metal"),
    ("*Pickaxe__Clang*", "metal"),
    ("*Hits__SoftHit*", "cloth"),
    ("*StereoRain*", "rain"),
    ("*Liquids__Bubble*", "bubbles"),
    ("*Liquids__Boiling*", None),
    ("*Liquids__Splash*", "splash"),
    ("*Liquids__Waterdrop*", "drip"),
    ("*BirdsLoop*", "bird"),
    ("*Chippie__Chirp*", None),
    ("*Blunderbuss__GunShoot*", "gunshot"),
    ("*FanLoop*", "fan"),
    ("*SteamEngine*", None),
    ("*Elevator__Drilling*", "drill"),
    ("*SawmillRipcut*", "saw"),
    ("*DoorClose*", "wood"),
)
