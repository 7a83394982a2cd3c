#!/usr/bin/env python3
"""The expected values in src/providers/smart_turn/smart_turn_test.cpp: Whisper's log-mel features of a test signal,
computed with numpy alone, by matrices and numpy's own Fourier transform. Offline; run it as
    /usr/bin/python3 scripts/models/whisper_features.py
"""
import numpy as np

RATE, WINDOW, HOP, BANDS, SECONDS = 16000, 400, 160, 80, 8
PLACES = [(0, 0), (3, 450), (9, 500), (17, 612), (26, 700), (33, 750), (48, 799), (60, 550), (79, 650)]


def mel_filters():
    def to_hz(mel):
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))

    top = 15 + np.log(RATE / 2 / 1000) * 27 / np.log(6.4)
    edges = to_hz(np.linspace(0, top, BANDS + 2))
    hz = np.fft.rfftfreq(WINDOW, 1 / RATE)
    filters = np.array([np.interp(hz, edges[i : i + 3], [0, 1, 0], left=0, right=0) for i in range(BANDS)])
    return filters * (2 / (edges[2:] - edges[:-2]))[:, None]


def features(sound):
    sound = np.concatenate([np.zeros(max(0, RATE * SECONDS - len(sound))), sound[-RATE * SECONDS :]])
    sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
    padded = np.pad(sound, WINDOW // 2, mode="reflect")
    frames = np.stack([padded[at : at + WINDOW] for at in range(0, RATE * SECONDS, HOP)])
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW + 1)[:-1], axis=1)) ** 2
    log = np.log10(np.maximum(mel_filters() @ power.T, 1e-10))
    return (np.maximum(log, log.max() - 8) + 4) / 4


def signal(seconds):
    """A falling and a rising tone and a click a second."""
    t = np.arange(int(seconds * RATE)) / RATE
    sound = 0.3 * np.sin(2 * np.pi * (900 * t - 80 * t**2)) + 0.1 * np.sin(2 * np.pi * (1500 * t + 400 * t**2))
    sound[::RATE] += 0.5
    return sound


def main():
    values = features(signal(3.5))
    print(", ".join(f"{{{band}, {frame}, {values[band, frame]:.6f}F}}" for band, frame in PLACES))
    print(f"mean {values.mean():.6f}")
    filters = mel_filters()
    print(f"peak of band 20: {filters[20].max():.8f} at bin {filters[20].argmax()}")


if __name__ == "__main__":
    main()
