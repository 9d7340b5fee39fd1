"""What a node sees of ComfyUI's VIDEO: the interface that ComfyUI documents, in few words of our own."""

from fractions import Fraction
from io import BytesIO

import av
import numpy as np


class VideoFromFile:
    def __init__(self, file):
        self.file = file

    def get_stream_source(self):
        if isinstance(self.file, BytesIO):
            self.file.seek(0)
        return self.file

    def get_dimensions(self):
        with av.open(self.get_stream_source()) as container:
            return container.streams.video[0].width, container.streams.video[0].height

    def get_duration(self):
        with av.open(self.get_stream_source()) as container:
            return container.duration / av.time_base

    def save_to(self, path, format="auto", codec="auto", metadata=None):
        with av.open(self.get_stream_source()) as source, av.open(path, "w") as target:
            streams = {stream: target.add_stream_from_template(stream) for stream in source.streams}
            for packet in source.demux():
                if packet.dts is not None:
                    packet.stream = streams[packet.stream]
                    target.mux(packet)


class VideoComponents:
    def __init__(self, images, frame_rate, audio=None):
        self.images, self.frame_rate, self.audio = images, frame_rate, audio


class VideoFromComponents:
    def __init__(self, components):
        self.components = components

    def get_stream_source(self):
        buffer = BytesIO()
        self.save_to(buffer)
        buffer.seek(0)
        return buffer

    def get_dimensions(self):
        return self.components.images.shape[2], self.components.images.shape[1]

    def save_to(self, path, format="auto", codec="auto", metadata=None):
        with av.open(path, "w", format="mp4") as target:
            stream = target.add_stream("h264", rate=Fraction(self.components.frame_rate))
            stream.height, stream.width = self.components.images.shape[1:3]
            stream.pix_fmt = "yuv420p"
            for image in self.components.images.numpy():
                picture = np.ascontiguousarray((image * 255).clip(0, 255).astype(np.uint8))
                target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            target.mux(stream.encode(None))


class InputImpl:
    VideoFromFile = VideoFromFile
    VideoFromComponents = VideoFromComponents


class Types:
    VideoComponents = VideoComponents
