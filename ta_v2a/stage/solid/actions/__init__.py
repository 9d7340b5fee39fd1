"""How every action is built of bodies, one family in each file."""
