"""The solid world: bodies whose contacts sound, drawn with light and shadow. Needs the extra `solid`."""
