"""What a clip may be: lengths, sizes, and the containers that are read."""

from dataclasses import dataclass

# FFmpeg demuxers that read one plain file and nothing else. Playlists (hls, dash, concat, imf), devices, and image sequences are
# absent on purpose: they open further files or addresses that the user never named.
FILM_DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,vvc,av1,obu,ivf,flv,live_flv,asf,ogg,gif,apng,nut,mxf,wtv,"
    "dv,rm,yuv4mpegpipe,mjpeg,vc1,h263,swf,r3d,gxf,lvf,webp_anim"
)
SOUND_DEMUXERS = "wav,w64,mp3,flac,aac,ac3,eac3,aiff,caf,au,amr,ape,wv,tta"
STILL_DEMUXERS = (
    "png_pipe,jpeg_pipe,bmp_pipe,tiff_pipe,webp_pipe,gif_pipe,psd_pipe,pgm_pipe,ppm_pipe,jpegls_pipe,j2k_pipe,svg_pipe,dds_pipe,exr_pipe,"
    "qoi_pipe,jpegxl_pipe,ico,hdr_pipe,sgi_pipe,sunrast_pipe,pam_pipe,pbm_pipe,xbm_pipe"
)


@dataclass(frozen=True)
class Limits:
    """Bounds of an acceptable clip.

    Attributes:
        shortest_s: a shorter picture has no room for one sound.
        longest_s: a longer clip is refused unless the caller allows it (two hours).
        most_pixels: of one coded picture; 8K (7680 x 4320) is half of it, a decompression bomb is far above it.
    """

    shortest_s: float = 0.1
    longest_s: float = 7200.0
    most_pixels: int = 1 << 26


LIMITS = Limits()
