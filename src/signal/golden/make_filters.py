# Reference values of SciPy and NeuroKit2 for the filters, resampling, spectra and heart-rate variability.
# Run: python make_filters.py > filters.json (needs numpy, scipy, neurokit2)
import json
import warnings

import neurokit2 as nk
import numpy as np
from scipy import ndimage, signal

warnings.filterwarnings("ignore")
i = np.arange(400)
x = np.sin(0.05 * i) + 0.5 * np.cos(0.9 * i + 1) + 0.1 * ((i * 7919) % 101) / 101 + 0.002 * i
EVERY = 7  # of the values, one in so many is kept
out = {"filters": [], "resample": []}
for order, cut, kind, rate in [
    (1, 0.5, "highpass", 500),
    (2, 0.5, "highpass", 500),
    (5, 0.5, "highpass", 250),
    (4, 40, "lowpass", 500),
    (3, 35, "lowpass", 360),
    (1, [5, 15], "bandpass", 360),
    (2, [0.5, 40], "bandpass", 500),
    (3, [3, 45], "bandpass", 250),
    (2, [48, 52], "bandstop", 500),
    (3, [58, 62], "bandstop", 360),
]:
    sos = signal.butter(order, cut, kind, fs=rate, output="sos")
    out["filters"].append(
        {
            "order": order,
            "cutoffHz": cut,
            "type": kind,
            "rateHz": rate,
            "forward": signal.sosfilt(sos, x)[::EVERY].tolist(),
            "zeroPhase": signal.sosfiltfilt(sos, x)[::EVERY].tolist(),
        }
    )
b, a = signal.iirnotch(50, 30, fs=500)
out["notch"] = {"b": b.tolist(), "a": a.tolist(), "zeroPhase": signal.filtfilt(b, a, x)[::EVERY].tolist()}
for up, down in [(2, 1), (1, 2), (25, 18), (18, 25), (5, 1), (1, 5)]:
    out["resample"].append({"up": up, "down": down, "values": signal.resample_poly(x, up, down)[::EVERY].tolist()})
out["median"] = ndimage.median_filter(x, 31, mode="nearest")[::EVERY].tolist()
f, p = signal.welch(x, 100, nperseg=128)
out["welch"] = p.tolist()
k = np.arange(120)
nn = np.round(800 + 60 * np.sin(k / 9) + 25 * np.cos(k * 1.7) + ((k * 37) % 23))
peaks = np.concatenate([[0], np.cumsum(nn)]).astype(int)
time = nk.hrv_time(peaks, sampling_rate=1000).iloc[0]
poincare = nk.hrv_nonlinear(peaks, sampling_rate=1000).iloc[0]
out["hrv"] = {
    "nnMs": nn.tolist(),
    "meanNnMs": time["HRV_MeanNN"],
    "medianNnMs": time["HRV_MedianNN"],
    "sdnnMs": time["HRV_SDNN"],
    "rmssdMs": time["HRV_RMSSD"],
    "sdsdMs": time["HRV_SDSD"],
    "pnn50Neurokit": time["HRV_pNN50"],
    "pnn20Neurokit": time["HRV_pNN20"],
    "sd1Ms": poincare["HRV_SD1"],
    "sd2Ms": poincare["HRV_SD2"],
}
t = np.cumsum(nn) / 1000
hz = [0.01, 0.05, 0.11, 0.21, 0.33]
out["lombScargle"] = {"hz": hz, "values": signal.lombscargle(t, nn - nn.mean(), 2 * np.pi * np.array(hz)).tolist()}
print(json.dumps(out))
