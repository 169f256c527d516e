"""NeuroKit2 on WFDB records: its own cleaning and R peaks, then a delineator. Prints a JSON line for each record and lead.

python ecg_neurokit.py delineate METHOD FOLDER RECORD[:FROM:TO] ...   METHOD: dwt, peak, cwt; times in ms
python ecg_neurokit.py speed FOLDER RECORD ...                        milliseconds for the 12 leads of each record
"""

import json
import sys
import time
import warnings

import neurokit2 as nk
import numpy as np
import wfdb

warnings.filterwarnings("ignore")
POINTS = {
    "pOnset": "ECG_P_Onsets",
    "pPeak": "ECG_P_Peaks",
    "pEnd": "ECG_P_Offsets",
    "qrsOnset": "ECG_R_Onsets",
    "qrsEnd": "ECG_R_Offsets",
    "tOnset": "ECG_T_Onsets",
    "tPeak": "ECG_T_Peaks",
    "tEnd": "ECG_T_Offsets",
}


def delineate(signal, rate, method):
    cleaned = nk.ecg_clean(signal, sampling_rate=rate)
    _, peaks = nk.ecg_peaks(cleaned, sampling_rate=rate)
    peaks = peaks["ECG_R_Peaks"]
    _, waves = nk.ecg_delineate(cleaned, peaks, sampling_rate=rate, method=method)
    return peaks, waves


def main():
    task = sys.argv[1]
    if task == "delineate":
        method, folder, names = sys.argv[2], sys.argv[3], sys.argv[4:]
        for name in names:
            name, *window = name.split(":")
            start, end = (int(window[0]), int(window[1])) if window else (0, None)
            record = wfdb.rdrecord(f"{folder}/{name}", sampfrom=start, sampto=end)
            for lead in range(record.n_sig):
                scale = 1000 / record.fs
                times = {}
                try:
                    peaks, waves = delineate(record.p_signal[:, lead], record.fs, method)
                    times["rPeak"] = [(start + p) * scale for p in map(int, peaks)]
                    for point, key in POINTS.items():
                        values = waves.get(key, [])
                        times[point] = [None if v is None or np.isnan(v) else (start + float(v)) * scale for v in values]
                except Exception as error:  # it fails on some leads; those are counted
                    times = {"failed": type(error).__name__}
                print(json.dumps({"record": name, "lead": lead, **times}), flush=True)
        return
    folder, names = sys.argv[2], sys.argv[3:]
    records = [wfdb.rdrecord(f"{folder}/{name}") for name in names]
    for record in [records[0], *records]:  # the first once more, to warm up
        start, cpu = time.perf_counter(), time.process_time()
        for lead in range(record.n_sig):
            try:
                delineate(record.p_signal[:, lead], record.fs, "dwt")
            except Exception:
                pass
        print(json.dumps({"wall": 1000 * (time.perf_counter() - start), "cpu": 1000 * (time.process_time() - cpu)}), flush=True)


main()
