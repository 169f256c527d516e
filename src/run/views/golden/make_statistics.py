"""The benchmark's statistics by scipy: what tscan-statistics.test.ts is tested against. python make_statistics.py > statistics.json"""
import json

import numpy as np
from scipy.stats import skew

rng = np.random.default_rng(4)
cases = []
for times in ([0], [3, 4], [0, 1, 2, 5, 9, 10, 11, 20, 33, 47], [7, 9, 30, 31], list(range(48))):
    values = [round(float(v), 2) for v in rng.normal(80, 15, len(times))]
    if len(times) == 4:
        values = [5.0] * 4
    out = []
    for a, b in ((0, 1), (0, 0.1), (0, 0.25), (0, 0.5), (0.5, 1), (0.75, 1), (0.9, 1)):
        low, high = times[0] + a * (times[-1] - times[0]), times[0] + b * (times[-1] - times[0])
        x = np.array([v for t, v in zip(times, values) if low - 1e-6 < t < high + 1e-6])
        if len(x) == 0:
            out += [None] * 6
        else:
            s = 0.0 if np.ptp(x) == 0 else float(skew(x))
            out += [float(x.min()), float(x.max()), float(x.mean()), float(x.std()), s, len(x)]
    cases.append({"times": times, "values": values, "statistics": out})
print(json.dumps(cases))
