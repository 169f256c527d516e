"""Small DICOM electrocardiograms written by pydicom (PyPI), with what it reads back. Every value is made up.
Run: python src/formats/dicom-ecg/golden/make_golden.py"""
import base64
import io
import json
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom import dcmread
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, generate_uid


def code(value, scheme, meaning):
    d = Dataset()
    d.CodeValue, d.CodingSchemeDesignator, d.CodeMeaning = value, scheme, meaning
    return d


def waveform(samples, bits, kind, rate, label, big):
    w = Dataset()
    w.WaveformOriginality, w.MultiplexGroupLabel = "ORIGINAL", label
    w.NumberOfWaveformChannels, w.NumberOfWaveformSamples, w.SamplingFrequency = samples.shape[1], samples.shape[0], rate
    channels = []
    for c in range(samples.shape[1]):
        d = Dataset()
        d.ChannelSourceSequence = [code(f"5.6.3-9-{c + 1}", "SCPECG", f"Lead {c + 1}")]
        if c == 0:
            d.ChannelLabel = "first"
        d.ChannelSensitivity, d.ChannelSensitivityCorrectionFactor, d.ChannelBaseline = "1.25", str(1 + c / 10), str(c * 3 - 1)
        d.ChannelSensitivityUnitsSequence = [code("uV", "UCUM", "microvolt")]
        d.WaveformBitsStored = bits
        channels.append(d)
    w.ChannelDefinitionSequence = channels
    w.WaveformBitsAllocated, w.WaveformSampleInterpretation = bits, kind
    dtype = {"SB": "i1", "UB": "u1", "SS": "i2", "US": "u2"}[kind]
    data = samples.astype((">" if big else "<") + dtype).tobytes()
    w.WaveformData = data + b"\0" * (len(data) % 2)
    w["WaveformData"].VR = "OW" if bits == 16 else "OB"
    return w


def case(syntax, kind, bits, undefined=False):
    t = np.arange(21).reshape(7, 3)
    samples = (t * 37 % 256) - (128 if kind == "SB" else 0) if bits == 8 else t * 1999 - (20000 if kind == "SS" else 0)
    d = Dataset()
    d.file_meta = FileMetaDataset()
    d.file_meta.TransferSyntaxUID = syntax
    d.file_meta.MediaStorageSOPClassUID = d.SOPClassUID = "1.2.840.10008.5.1.4.1.1.9.1.1"
    d.file_meta.MediaStorageSOPInstanceUID = d.SOPInstanceUID = "1.2.3.4"
    d.AcquisitionDateTime, d.Modality = "20200102030405", "ECG"
    # A sequence that the reader passes over, nested.
    inner = Dataset()
    inner.PurposeOfReferenceCodeSequence = [code("1", "X", "nothing")]
    d.ReferencedInstanceSequence = [inner]
    d.WaveformSequence = [waveform(samples, bits, kind, "500", "RHYTHM", syntax == ExplicitVRBigEndian), waveform(samples[:3], bits, kind, "250.5", "MEDIAN", syntax == ExplicitVRBigEndian)]
    if undefined:
        for e in (d["WaveformSequence"], d["ReferencedInstanceSequence"], *(w["ChannelDefinitionSequence"] for w in d.WaveformSequence)):
            e.is_undefined_length = True
            for item in e.value:
                item.is_undefined_length_sequence_item = True
    out = io.BytesIO()
    dcmwrite(out, d, enforce_file_format=True)
    back = dcmread(io.BytesIO(out.getvalue()))
    physical = [back.waveform_array(i).T.tolist() for i in range(2)] if syntax != ExplicitVRBigEndian else None
    return {"bytes": base64.b64encode(out.getvalue()).decode(), "raw": [samples.T.tolist(), samples[:3].T.tolist()], "physical": physical}


cases = {
    "explicit": case(ExplicitVRLittleEndian, "SS", 16), "implicit": case(ImplicitVRLittleEndian, "SS", 16),
    "big": case(ExplicitVRBigEndian, "US", 16), "undefined": case(ExplicitVRLittleEndian, "US", 16, True),
    "implicit undefined": case(ImplicitVRLittleEndian, "SS", 16, True), "bytes": case(ExplicitVRLittleEndian, "SB", 8), "unsigned bytes": case(ImplicitVRLittleEndian, "UB", 8),
}
refused = {"deflated data": case(DeflatedExplicitVRLittleEndian, "SS", 16)["bytes"]}
Path(__file__).with_name("dicom-ecg.json").write_text(json.dumps({"cases": cases, "refused": refused}, separators=(",", ":")).replace('},"', '},\n"') + "\n")
