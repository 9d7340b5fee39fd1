"""What a clip may be, what reading it may cost, and the containers that are read."""

import os
from dataclasses import dataclass
from functools import lru_cache

from ta_v2a.errors import UserError

# FFmpeg demuxers that read one plain file and nothing else. Playlists (hls, dash, concat, imf), devices, and
# image sequences are absent on purpose: they open further files or addresses that the user never named.
FILM_DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,vvc,av1,obu,ivf,flv,"
    "live_flv,asf,ogg,gif,apng,nut,mxf,wtv,dv,rm,yuv4mpegpipe,mjpeg,vc1,h263,swf,r3d,gxf,lvf,webp_anim,"
    "jpegxl_anim"
)
SOUND_DEMUXERS = "wav,w64,mp3,flac,aac,ac3,eac3,aiff,caf,au,amr,ape,wv,tta"
STILL_DEMUXERS = (
    "png_pipe,jpeg_pipe,bmp_pipe,tiff_pipe,webp_pipe,gif_pipe,psd_pipe,pgm_pipe,ppm_pipe,jpegls_pipe,"
    "j2k_pipe,svg_pipe,dds_pipe,exr_pipe,qoi_pipe,jpegxl_pipe,ico,hdr_pipe,sgi_pipe,sunrast_pipe,pam_pipe,"
    "pbm_pipe,xbm_pipe"
)


@dataclass(frozen=True)
class Limits:
    """Bounds of an acceptable clip.

    Attributes:
        shortest_s: a shorter picture has no room for one sound.
        longest_s: a longer clip is refused unless the caller allows it (two hours).
        most_pixels: of one coded picture at 8 bits, fewer at more bits: 8K (7680 x 4320) is half of it, at 10
            to 16 bits all of it, a decompression bomb is far above it.
    """

    shortest_s: float = 0.1
    longest_s: float = 7200.0
    most_pixels: int = 1 << 26


LIMITS = Limits()


@dataclass(frozen=True)
class Costs:
    """What reading one clip may cost; far above what any healthy clip of that size needs.

    Attributes:
        memory_bytes: of the process that reads.
        opening_s: processor time of opening a tiny file. Bytes and pixels add to it as below, several
            times each: for the index, and for the pictures that FFmpeg looks at. Copying opens the clip
            again, in this program's own process.
        cpu_s: processor time of one job, before it has read or decoded anything.
        cpu_s_per_packet, cpu_s_per_byte, cpu_s_per_pixel: what every packet and every picture adds to it.
        silence_s: time on the clock between two signs of life.
    """

    memory_bytes: int = 1200 << 20
    opening_s: float = 1.0
    cpu_s: float = 6.0
    cpu_s_per_packet: float = 2e-3
    cpu_s_per_byte: float = 5e-8
    cpu_s_per_pixel: float = 2e-7
    silence_s: float = 30.0


COSTS = Costs()
TOO_LONG = "reading it takes too long: it is damaged, or its pictures are too large"


@lru_cache(maxsize=64)
def _weight(pixel_format: str) -> int:
    """Bytes of a component: 1 up to 8 bits, 2 up to 16, 4 beyond."""
    from av import VideoFormat

    bits = max((part.bits for part in VideoFormat(pixel_format).components), default=8)
    return 1 if bits <= 8 else 2 if bits <= 16 else 4


def check_size(name: str, width: int, height: int, pixel_format: str | None, most_pixels: int) -> None:
    """One picture against the limit: every one that is decoded, and what the header says.

    Args:
        name: the clip's, for the message.
        width, height: as coded, in pixels.
        pixel_format: FFmpeg's name, None where it is not known yet.
        most_pixels: of a picture at 8 bits.

    Raises:
        UserError: it is too large.
    """
    weight = _weight(pixel_format) if pixel_format else 1
    if width * height * weight > most_pixels:
        deep = {1: "", 2: " at more than 8 bits", 4: " at more than 16 bits"}[weight]
        most = f"at most {most_pixels // weight:,} pixels{deep}"
        raise UserError(f"{name}: pictures of {width} x {height} are too large ({most})")


_MOST_THREADS = 8
_PIXELS_IN_WORK = 1 << 25  # of the pictures that threads decode at a time: four of 4K


def threads(width: int, height: int) -> int:
    """Threads that decode pictures of this size: every one holds a picture of its own."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(_MOST_THREADS, cores, _PIXELS_IN_WORK // max(1, width * height)))
