"""Sound that a codec has packed, decoded in memory by FFmpeg's libraries (av) and by pydsscodec: the extra `audio`.

The format is named by the bytes, so FFmpeg never guesses one: no playlists, no lists of other files, no addresses.
No threads: a worker can not make any.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from documents.media_type import MediaType
from documents.records import SkipReason
from documents.sound_facts import SoundFacts, cleaned, joined, written_time
from extraction.budget import UnreadableError

Samples = NDArray[np.float32]

_DEMUXERS: Final = {
    MediaType.WAV: "wav", MediaType.MP3: "mp3", MediaType.OGG: "ogg", MediaType.FLAC: "flac", MediaType.AMR: "amr",
    MediaType.ASF: "asf", MediaType.MP4: "mov", MediaType.AVI: "avi", MediaType.MATROSKA: "matroska",
    MediaType.M4A: "mov", MediaType.THREE_GPP: "mov", MediaType.AAC: "aac", MediaType.AIFF: "aiff", MediaType.AU: "au",
    MediaType.CAF: "caf",
}  # fmt: skip
_MODULES: Final = ("av", "pydsscodec")
# Bytes of a dictation that are decoded together: 40 s of the closest coding, as 20 MB of Python's numbers.
_TOGETHER = 16 << 10
# Damaged packets in a row after which nothing is expected any more.
_MOST_DAMAGED = 1000
# What is missing from the length that the file tells, before it counts as cut: share, and seconds.
_MISSING_SHARE, _MISSING_SECONDS = 0.05, 2.0


def load() -> None:
    """Load what is installed of them, where files can still be opened: a worker reaches none of the system's libraries.

    A tenth of a second and 17 MB, once for all workers of a keeper.
    """
    for module in _MODULES:
        if find_spec(module) is not None:
            import_module(module)


class CodedSound:
    """A recording that is decoded once, piece by piece. `rate` and `facts` are known once the first piece is there.

    Attributes:
        rate: samples a second.
        facts: what the container says; empty for dictation, whose header is read elsewhere.
    """

    def __init__(self, data: bytes, media_type: MediaType) -> None:
        self._data = data
        self._media_type = media_type
        self.rate = 0
        self.facts = SoundFacts()

    def pieces(self) -> Iterator[Samples]:
        """All channels as one.

        Raises:
            UnreadableError: it can not be decoded, or not to its end; what came before stands.
        """
        if self._media_type in (MediaType.DSS, MediaType.DS2):
            return self._dictation()
        return self._by_ffmpeg()

    def _dictation(self) -> Iterator[Samples]:
        _require("pydsscodec")
        from pydsscodec import StreamingDecoder  # noqa: PLC0415 - an extra

        decoder = StreamingDecoder()
        for at in range(0, len(self._data), _TOGETHER):
            yield from self._pushed(decoder, self._data[at : at + _TOGETHER])
        yield from self._pushed(decoder, None)

    def _pushed(self, decoder: Any, part: bytes | None) -> Iterator[Samples]:
        try:
            samples = decoder.finish() if part is None else decoder.push(part)
        except BaseException as error:  # a panic in Rust is no Exception
            if isinstance(error, Exception) or type(error).__name__ == "PanicException":
                raise UnreadableError(SkipReason.UNREADABLE, "damaged or unknown dictation") from None
            raise
        if samples:
            self.rate = int(decoder.native_rate() or 0)
            yield np.asarray(samples, dtype=np.float32)

    def _by_ffmpeg(self) -> Iterator[Samples]:
        _require("av")
        import av  # noqa: PLC0415 - an extra

        av.logging.set_level(None)
        try:
            container = av.open(
                io.BytesIO(self._data), format=_DEMUXERS[self._media_type], metadata_errors="replace", buffer_size=65536
            )
        except (av.error.FFmpegError, ValueError) as error:
            raise UnreadableError(SkipReason.UNREADABLE, type(error).__name__) from None
        with container:
            yield from self._decoded(container, av.error.FFmpegError)

    def _decoded(self, container: Any, damage: type[Exception]) -> Iterator[Samples]:
        if not container.streams.audio:
            raise UnreadableError(SkipReason.UNSUPPORTED_TYPE, "a film without sound")
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise UnreadableError(SkipReason.UNSUPPORTED_TYPE, "no codec for this sound")
        stream.thread_type, stream.codec_context.thread_count = "NONE", 1
        self.facts = _facts(container, stream)
        packets, damaged, seconds = _packets(container, stream, damage), 0, 0.0
        for packet in packets:
            frames = _frames(packet, damage)
            damaged += frames is None
            if damaged > _MOST_DAMAGED:
                break
            for frame in frames or ():
                if not frame.sample_rate or self.rate not in (0, frame.sample_rate):
                    damaged += 1  # a damaged head says another rate
                    continue
                self.rate = frame.sample_rate
                seconds += frame.samples / self.rate
                yield _mono(frame)
        told = self.facts.seconds or 0.0
        if damaged:
            raise UnreadableError(SkipReason.UNREADABLE, "damaged sound")
        if seconds < told * (1 - _MISSING_SHARE) - _MISSING_SECONDS:
            raise UnreadableError(SkipReason.TRUNCATED, "sound")


def _require(module: str) -> None:
    if find_spec(module) is None:
        raise UnreadableError(SkipReason.EXTRA_MISSING, "audio")


def _packets(container: Any, stream: Any, damage: type[Exception]) -> Iterator[Any]:
    """One after the other; the end of what can be read is the end, and told by the length that is missing."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except damage:
            raise UnreadableError(SkipReason.TRUNCATED, "sound") from None
        if packet is None:
            return
        yield packet


def _frames(packet: Any, damage: type[Exception]) -> list[Any] | None:
    """None for a packet that is damaged."""
    try:
        return list(packet.decode())
    except damage:
        return None


def _mono(frame: Any) -> Samples:
    samples = frame.to_ndarray()
    if samples.dtype == np.uint8:
        samples = samples.astype(np.float32) - 128
    channels = 0 if frame.format.is_planar else frame.layout.nb_channels
    across = samples.mean(axis=0) if not channels else samples.reshape(-1, channels).mean(axis=1)
    numbers: Samples = np.nan_to_num(across.astype(np.float32), posinf=0.0, neginf=0.0)
    return numbers


def _facts(container: Any, stream: Any) -> SoundFacts:
    tags = {str(name).lower(): str(value) for name, value in [*container.metadata.items(), *stream.metadata.items()]}
    length = stream.duration * stream.time_base if stream.duration and stream.time_base else None
    if length is None and container.duration:
        length = container.duration / 1_000_000
    return SoundFacts(
        author=cleaned(tags.get("artist") or tags.get("author") or ""),
        comment=joined(cleaned(tags.get("title", "")), cleaned(tags.get("comment", ""))),
        started=written_time(tags.get("creation_time") or tags.get("date")),
        seconds=float(length) if length and length > 0 else None,
    )
