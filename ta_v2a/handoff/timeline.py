"""OpenTimelineIO: the clip on a video track, every sound on an audio track, markers on the picture."""

from pathlib import Path

from ta_v2a.handoff.session import Session, near


def timeline_text(session: Session, folder: Path) -> str:
    """The timeline in OpenTimelineIO's JSON.

    Args:
        folder: where it will lie; files in it or below are named from there.
    """
    import opentimelineio as otio

    rate = float(session.rate)

    def span(start_s: float, length_s: float, per_s: float) -> otio.opentime.TimeRange:
        at, lasts = (otio.opentime.RationalTime(round(each * per_s), per_s) for each in (start_s, length_s))
        return otio.opentime.TimeRange(at, lasts)

    def clip(name: str, path: Path, start_s: float, per_s: float) -> otio.schema.Clip:
        media = otio.schema.ExternalReference(near(path, folder), span(start_s, session.duration_s, per_s))
        return otio.schema.Clip(name, media, span(start_s, session.duration_s, per_s))

    timeline = otio.schema.Timeline(session.name)
    timeline.global_start_time = otio.opentime.RationalTime(round(session.start_s * rate), rate)
    picture = clip(session.film.name, session.film, session.start_s, rate)
    for marker in session.markers:
        at = span(session.start_s + marker.time_s, marker.length_s, rate)
        colour = otio.schema.MarkerColor.GREEN if marker.length_s else otio.schema.MarkerColor.RED
        told = {"ta-v2a": {"time_s": marker.time_s, "length_s": marker.length_s}}
        picture.markers.append(otio.schema.Marker(marker.name, at, colour, told))
    track = otio.schema.Track("picture", kind=otio.schema.TrackKind.Video)
    track.append(picture)
    timeline.tracks.append(track)
    for sound in session.sounds:
        track = otio.schema.Track(sound.name, kind=otio.schema.TrackKind.Audio)
        track.append(clip(sound.path.name, sound.path, session.start_s, float(session.sound_hz)))
        track.enabled = not sound.muted
        timeline.tracks.append(track)
    return otio.adapters.write_to_string(timeline, "otio_json")
