# LightGBM on the table bench/trees.mjs wrote: python trees_lightgbm.py FOLDER ROWS COLUMNS ROUNDS LEAVES THREADS
import json
import sys
import time

import lightgbm as lgb
import numpy as np

folder = sys.argv[1]
rows, columns, rounds, leaves, threads = map(int, sys.argv[2:7])
x = np.fromfile(f"{folder}/x.f32", dtype=np.float32).reshape(rows, columns)
y = np.fromfile(f"{folder}/y.f32", dtype=np.float32)
settings = dict(objective="binary", num_leaves=leaves, num_threads=threads, verbose=-1)
start, cpu = time.perf_counter(), time.process_time()
model = lgb.train(settings, lgb.Dataset(x, y), rounds)
trained, cpu_trained = time.perf_counter(), time.process_time()
p = model.predict(x, num_threads=threads)
predicted, cpu_predicted = time.perf_counter(), time.process_time()
loss = float(-np.mean(np.log(np.where(y == 1, p, 1 - p))))
print(json.dumps(dict(version=lgb.__version__, train=trained - start, trainCpu=cpu_trained - cpu,
                      predict=predicted - trained, predictCpu=cpu_predicted - cpu_trained, loss=loss)))
