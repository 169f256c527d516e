# scikit-learn's forests on the table bench/trees.mjs wrote: python trees_sklearn.py FOLDER ROWS COLUMNS KIND TREES THREADS
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

folder, kind = sys.argv[1], sys.argv[4]
rows, columns, trees, threads = (int(sys.argv[k]) for k in (2, 3, 5, 6))
x = np.fromfile(f"{folder}/x.f32", dtype=np.float32).reshape(rows, columns)
y = np.fromfile(f"{folder}/y.f32", dtype=np.float32).astype(int)
make = RandomForestClassifier if kind == "random-forest" else ExtraTreesClassifier
start, cpu = time.perf_counter(), time.process_time()
model = make(trees, n_jobs=threads, random_state=1).fit(x[: rows // 2], y[: rows // 2])
trained, cpu_trained = time.perf_counter(), time.process_time()
p = model.predict_proba(x)[:, 1]
predicted, cpu_predicted = time.perf_counter(), time.process_time()
held = slice(rows // 2, rows)
loss = float(np.mean((p[held] - y[held]) ** 2))
print(json.dumps(dict(version=sklearn.__version__, train=trained - start, trainCpu=cpu_trained - cpu,
                      predict=predicted - trained, predictCpu=cpu_predicted - cpu_trained, loss=loss)))
