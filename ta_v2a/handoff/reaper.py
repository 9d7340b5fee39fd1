"""A Reaper project: the film and every sound on tracks of their own, cues as regions, onsets as markers."""

from pathlib import Path

from ta_v2a.handoff.session import Session, near


def reaper_text(session: Session, folder: Path) -> str:
    """The project as Reaper reads it (its own text format, version 0.1).

    Args:
        folder: where the project will lie; files in it or below are named from there.
    """
    nominal = round(session.rate)
    # Reaper's second number: 0 for whole rates, 1 for drop frame, 2 for 23.976 and its kin.
    flag = 0 if session.rate == nominal else 2
    lines = [
        '<REAPER_PROJECT 0.1 "7.0" 0',
        f"  PROJOFFS {session.start_s:.6f} 0 0",
        f"  TIMEMODE 5 5 -1 {nominal} {flag} 0 -1",
        f"  SAMPLERATE {session.sound_hz} 1 0",
        "  TEMPO 120 4 4",
    ]
    for number, marker in enumerate(session.markers, 1):
        region = 1 if marker.length_s else 0
        lines.append(f"  MARKER {number} {marker.time_s:.6f} {_quoted(marker.name)} {region}")
        if region:
            lines.append(f'  MARKER {number} {marker.time_s + marker.length_s:.6f} "" 1')
    lines += _track(session, "picture", near(session.film, folder), "VIDEO", muted=False)
    for sound in session.sounds:
        lines += _track(session, sound.name, near(sound.path, folder), "WAVE", sound.muted)
    return "\n".join([*lines, ">", ""])


def _track(session: Session, name: str, file: str, kind: str, muted: bool) -> list[str]:
    return [
        "  <TRACK",
        f"    NAME {_quoted(name)}",
        f"    MUTESOLO {int(muted)} 0 0",
        "    <ITEM",
        "      POSITION 0",
        f"      LENGTH {session.duration_s:.9f}",
        "      LOOP 0",
        f"      NAME {_quoted(name)}",
        f"      <SOURCE {kind}",
        f"        FILE {_quoted(file)}",
        "      >",
        "    >",
        "  >",
    ]


def _quoted(text: str) -> str:
    """A text as Reaper quotes it: by the first mark that it does not hold."""
    text = " ".join(text.split())
    mark = next((each for each in "\"'`" if each not in text), None)
    return f"`{text.replace('`', chr(39))}`" if mark is None else f"{mark}{text}{mark}"
