"""Networks that judge: the listener, published ones, and what is read from clips with them."""
