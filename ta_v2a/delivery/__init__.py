"""From one order to whole files: places, the spool, loudness, film and sound."""
