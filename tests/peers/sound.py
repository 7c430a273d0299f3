"""What can be heard in a recording: how loud it is, and which pitches sound in a stretch of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

FLOOR_DB = -45.0
"""A partial this far below the loudest one of its stretch is not counted as heard."""
TOLERANCE_CENTS = 35.0
"""How far a partial may lie from its key's equal-tempered frequency; the next key is 100 away."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording in mono: samples from -1 to 1, and frames a second."""

    samples: npt.NDArray[np.float64]
    rate: int

    @classmethod
    def read(cls, path: Path) -> "Sound":
        """Read a WAV file of 16-bit samples, its channels averaged."""
        from scipy.io import wavfile  # here: what only counts notes runs without it

        rate, data = wavfile.read(path)
        samples = data.astype(np.float64) / 32_768.0
        return cls(samples.mean(axis=1) if samples.ndim == 2 else samples, int(rate))

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / self.rate

    def part(self, begin: float, end: float) -> "Sound":
        """The stretch between two moments, in seconds."""
        return Sound(self.samples[round(begin * self.rate) : round(end * self.rate)], self.rate)

    def level(self) -> float:
        """Root mean square, in dB below full scale (-200 for digital silence)."""
        power = float(np.mean(self.samples**2)) if len(self.samples) else 0.0
        return 10.0 * float(np.log10(max(power, 1e-20)))

    def pitches(self) -> set[int]:
        """The keys (MIDI pitches 24 to 108) at whose frequency a partial is heard.

        Overtones count too: a C brings the C and G above it. So it can be asked whether the keys that were played
        are all there, and whether a key that is nobody's overtone is absent. Needs about 0.4 s:
        the window (Blackman, for its low side lobes) parts neighbouring keys from 3 / length Hz apart.
        """
        from scipy.signal import find_peaks

        size = 1 << (max(len(self.samples), self.rate // 2) - 1).bit_length() + 1
        spectrum = np.abs(np.fft.rfft(self.samples * np.blackman(len(self.samples)), size))
        decibels = 20.0 * np.log10(np.maximum(spectrum, 1e-12))
        peaks, _ = find_peaks(decibels, height=float(decibels.max()) + FLOOR_DB)
        frequencies = peaks * self.rate / size
        keys = 69.0 + 12.0 * np.log2(np.maximum(frequencies, 1.0) / 440.0)
        near = np.abs(keys - np.round(keys)) * 100.0 <= TOLERANCE_CENTS
        return {int(key) for key in np.round(keys[near]) if 24 <= key <= 108}

    def onset(self, threshold_db: float = -60.0) -> float | None:
        """The moment, in seconds, of the first 5 ms that are louder than the threshold; None if none is."""
        frame = self.rate // 200
        for index in range(len(self.samples) // frame):
            if Sound(self.samples[index * frame : (index + 1) * frame], self.rate).level() > threshold_db:
                return index * frame / self.rate
        return None
