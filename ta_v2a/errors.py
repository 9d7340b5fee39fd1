"""The one exception that a user may see."""


class UserError(Exception):
    """Something the user can mend, said in one clear line. The command line
    prints it and exits with code 2."""


def one_line(error: BaseException, length: int = 200) -> str:
    """What another library's exception says, without line breaks and cut to `length` characters; its
    type where it says nothing."""
    text = " ".join(str(error).split())
    return (text if len(text) <= length else text[: length - 1] + "…") or type(error).__name__
