"""From a user's words to what the networks were trained on: one role, by rules or with a language model."""
