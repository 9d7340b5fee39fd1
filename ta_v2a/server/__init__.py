"""`ta-v2a serve`: clips come in, jobs wait their turn, sounds go out, over HTTP."""
