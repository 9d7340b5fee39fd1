"""Times as editors write them: seconds, h:mm:ss.mmm, and timecode with frames, drop frame too."""

import re
from fractions import Fraction

_SECONDS = re.compile(r"\d{1,6}(?:[.,]\d{1,6})?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,6}))?", re.ASCII)
_CODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.])(\d{2,3})", re.ASCII)
DROP_RATES = {Fraction(30000, 1001): 2, Fraction(60000, 1001): 4}
RATES: dict[str, Fraction] = {
    "23.976": Fraction(24000, 1001),
    "23.98": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "47.95": Fraction(48000, 1001),
    "48": Fraction(48),
    "50": Fraction(50),
    "59.94": Fraction(60000, 1001),
    "60": Fraction(60),
    "100": Fraction(100),
    "119.88": Fraction(120000, 1001),
    "120": Fraction(120),
}


def rate_of(text: str) -> Fraction:
    """Frames a second by the name that editors use ("29.97" is 30000/1001).

    Raises:
        ValueError: no such rate.
    """
    name = text.strip().lower().removesuffix("fps").strip()
    short = name.rstrip("0").rstrip(".") if "." in name else name
    if short in RATES:
        return RATES[short]
    if re.fullmatch(r"\d{1,6}/\d{1,5}", name) and not name.endswith("/0"):
        rate = Fraction(name)
        if 1 <= rate <= 1000:
            return rate
    raise ValueError(
        f"{text[:20]!r} is no frame rate; known: {', '.join(RATES)}, or a fraction such as 30000/1001"
    )


def clock_s(text: str) -> float:
    """Seconds of "1.5", "1,5", "1:02.5" or "1:00:02.5".

    Raises:
        ValueError: if the text is no such time, or has 60 seconds or minutes and more.
    """
    given = text.strip()
    if _SECONDS.fullmatch(given):
        return float(given.replace(",", "."))
    found = _CLOCK.fullmatch(given)
    if found is None:
        raise ValueError(f"{text[:30]!r} is no time; write seconds (1.5) or 1:02.5")
    hours, minutes, seconds, rest = found.groups()
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
        raise ValueError(f"{text[:30]!r} has 60 seconds or minutes and more")
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(f"{seconds}.{rest or 0}")


def timecode_s(text: str, rate: Fraction | None, drop: bool | None = None) -> float:
    """Seconds of "01:02:03:04", of "01:02:03;04" in drop frame; or as `clock_s`.

    Args:
        text: the time.
        rate: frames a second; None: none is known.
        drop: whether ":" before the frames is drop frame as well (an EDL says so once); None: ";" says it.

    Raises:
        ValueError: if the text is no time, its rate is not known, its frames are
            too many, or drop frame has no such frame.
    """
    found = _CODE.fullmatch(text.strip())
    if found is None or found[4] == ".":
        return clock_s(text)
    if rate is None:
        raise ValueError(f"{text[:30]!r} counts frames, but of which rate? say it (--fps 25)")
    hours, minutes, seconds, frames = (int(found[place]) for place in (1, 2, 3, 5))
    dropping = found[4] == ";" if drop is None else drop or found[4] == ";"
    nominal = round(rate)
    if minutes > 59 or seconds > 59 or frames >= nominal:
        raise ValueError(f"{text[:30]!r} is no timecode at {float(rate):.5g} frames a second")
    count = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if dropping:
        lost = DROP_RATES.get(rate)
        if lost is None:
            raise ValueError(f"{text[:30]!r} is drop frame, which is of 29.97 and 59.94 frames a second only")
        if minutes % 10 and seconds == 0 and frames < lost:
            raise ValueError(f"drop frame has no frame {text[:30]!r}")
        total = hours * 60 + minutes
        count -= lost * (total - total // 10)
    return float(count / rate)


def timecode(time_s: float, rate: Fraction, drop: bool = False) -> str:
    """The timecode nearest to a time; with ";" before the frames in drop frame."""
    nominal, count = round(rate), round(Fraction(time_s).limit_denominator(10**9) * rate)
    if drop:
        lost = DROP_RATES[rate]
        per_minute, per_ten = nominal * 60 - lost, nominal * 600 - 9 * lost
        tens, rest = divmod(count, per_ten)
        count += 9 * lost * tens
        if rest >= nominal * 60:
            count += lost * (1 + (rest - nominal * 60) // per_minute)
    seconds, frames = divmod(count, nominal)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02d}:{minute:02d}:{second:02d}{';' if drop else ':'}{frames:02d}"


def clock_time(time_s: float, comma: str = ".") -> str:
    """ "hh:mm:ss.mmm"."""
    milliseconds = round(time_s * 1000)
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{comma}{rest:03d}"


def plain(time_s: float) -> str:
    """Seconds, to a microsecond."""
    return f"{time_s:.6f}".rstrip("0").rstrip(".")
