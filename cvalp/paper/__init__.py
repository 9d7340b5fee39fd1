"""CVALP at paper size: the published networks, and how their weights come in."""
