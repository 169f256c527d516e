// DICOM waveforms: the leads of an electrocardiogram stored as DICOM.
export * from "./dicom-ecg.ts";
