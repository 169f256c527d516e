// File formats between bytes and objects, each under a name of its own. Reads no disk.
export * as aecg from "./aecg/index.ts";
export * as dicomEcg from "./dicom-ecg/index.ts";
export * as matlab from "./matlab5/index.ts";
export * as npy from "./npy/index.ts";
export * as onnx from "./onnx/index.ts";
export * as parquet from "./parquet/index.ts";
export * as safetensors from "./safetensors/index.ts";
export * as scpEcg from "./scp-ecg/index.ts";
export * as signalCsv from "./signal-csv/index.ts";
export * as wfdb from "./wfdb/index.ts";
