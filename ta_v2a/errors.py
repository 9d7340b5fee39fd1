"""The one exception that a user may see."""


class UserError(Exception):
    """Something the user can mend, said in one clear line. The command line prints it and exits with code 2."""
