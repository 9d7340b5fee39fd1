"""The command line, one group of commands in each file."""
