// Reads the waveforms of DICOM electrocardiograms (12-lead, general, ambulatory): channels with their units.
// Knows no patient: only the waveform module is read. Source: DICOM PS3.3, C.10.9 (waveform module).
import { type Dataset, DatasetReader, refuse } from "./dataset.ts";

/** One channel as stored: physical = raw × sensitivity × correction + baseline. */
export interface DicomChannel {
  /** The channel's label, or the meaning of its source: `Lead I (Einthoven)`. */
  name: string;
  /** The source's code: `2:1` (SCP-ECG), `5.6.3-9-1`, `MDC_ECG_LEAD_I`. */
  code: string;
  sensitivity: number;
  correction: number;
  baseline: number;
  /** UCUM: `uV`, `mV`; empty where the file gives none. */
  unit: string;
  /** The value that marks a sample as missing. */
  padding?: number;
  raw: Int32Array;
}

/** Channels that were recorded together. */
export interface DicomWaveform {
  label: string;
  /** `ORIGINAL`, or `DERIVED` for a median beat. */
  originality: string;
  /** Samples a second. */
  rateHz: number;
  channels: DicomChannel[];
}

/** What a file holds. */
export interface DicomEcg {
  /** SOP class: which kind of waveform object. */
  sopClass: string;
  /** `YYYYMMDDHHMMSS` as the file has it. */
  acquired?: string;
  waveforms: DicomWaveform[];
}

const SYNTAXES = new Map([
  ["1.2.840.10008.1.2", { explicit: false, little: true }],
  ["1.2.840.10008.1.2.1", { explicit: true, little: true }],
  ["1.2.840.10008.1.2.2", { explicit: true, little: false }],
]);

/** Tags by their names in DICOM PS3.6. */
const TAG = {
  transferSyntax: 0x00020010,
  sopClass: 0x00080016,
  acquisitionDateTime: 0x0008002a,
  codeValue: 0x00080100,
  codeMeaning: 0x00080104,
  originality: 0x003a0004,
  channelCount: 0x003a0005,
  sampleCount: 0x003a0010,
  samplingFrequency: 0x003a001a,
  groupLabel: 0x003a0020,
  channels: 0x003a0200,
  channelLabel: 0x003a0203,
  channelSource: 0x003a0208,
  sensitivity: 0x003a0210,
  sensitivityUnits: 0x003a0211,
  correction: 0x003a0212,
  baseline: 0x003a0213,
  waveforms: 0x54000100,
  bits: 0x54001004,
  interpretation: 0x54001006,
  padding: 0x5400100a,
  data: 0x54001010,
} as const;
const KEEP: ReadonlySet<number> = new Set(Object.values(TAG));

/**
 * Reads a file. Linear samples of 8 and 16 bits, implicit or explicit, either byte order; deflated files and samples of
 * A-law or μ-law are refused.
 * @throws BedsideError `dicom-ecg/invalid`
 */
export function readDicomEcg(bytes: Uint8Array, { name = "ecg.dcm" }: { name?: string } = {}): DicomEcg {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 132 || view.getUint32(128) !== 0x4449434d) {
    throw refuse(name, "The file is not a DICOM file", "it lacks the mark DICM after 128 bytes");
  }
  const meta = new DatasetReader(view, name, { explicit: true, little: true }, KEEP);
  const { elements: head, next } = meta.read(132, bytes.length, 0x00030000);
  const syntax = SYNTAXES.get(meta.text(head.get(TAG.transferSyntax)) ?? "");
  if (!syntax) throw refuse(name, "The file's transfer syntax is not read", "it is deflated or an image's");
  const reader = new DatasetReader(view, name, syntax, KEEP);
  const { elements } = reader.read(next, bytes.length);
  const waveforms = reader.items(elements.get(TAG.waveforms)).map((group) => readWaveform(reader, group));
  if (waveforms.length === 0) throw refuse(name, "The file has no waveform", "it is another kind of DICOM object");
  const ecg: DicomEcg = { sopClass: reader.text(elements.get(TAG.sopClass)) ?? "", waveforms };
  const acquired = reader.text(elements.get(TAG.acquisitionDateTime));
  if (acquired) ecg.acquired = acquired;
  return ecg;
}

function readWaveform(reader: DatasetReader, group: Dataset): DicomWaveform {
  const { view, little, name } = reader;
  const channelCount = reader.whole(group.get(TAG.channelCount)) ?? 0;
  const samples = reader.whole(group.get(TAG.sampleCount)) ?? 0;
  const rateHz = reader.decimal(group.get(TAG.samplingFrequency)) ?? 0;
  const bits = reader.whole(group.get(TAG.bits)) ?? 0;
  const interpretation = reader.text(group.get(TAG.interpretation)) ?? "";
  const data = group.get(TAG.data);
  const definitions = reader.items(group.get(TAG.channels));
  const width = bits / 8;
  const kind = `${interpretation}${bits}`;
  if (!["SB8", "UB8", "SS16", "US16"].includes(kind)) {
    throw refuse(name, "The samples are not read", "they are not linear samples of 8 or 16 bits");
  }
  if (!(rateHz > 0)) throw refuse(name, "A waveform has no time", "its sampling frequency is missing or 0");
  const wanted = channelCount * samples * width;
  // A value of odd length has one byte added.
  if (!data || definitions.length !== channelCount || data.end - data.start !== wanted + (wanted % 2)) {
    throw refuse(name, "A waveform has the wrong length", "its data do not fill its channels and samples");
  }
  const get = {
    SB8: (at: number) => view.getInt8(at),
    UB8: (at: number) => view.getUint8(at),
    SS16: (at: number) => view.getInt16(at, little),
    US16: (at: number) => view.getUint16(at, little),
  }[kind]!;
  const paddingAt = group.get(TAG.padding);
  const padding = paddingAt && paddingAt.end - paddingAt.start >= width ? get(paddingAt.start) : undefined;
  const channels = definitions.map((definition, c) => {
    const raw = new Int32Array(samples);
    for (let i = 0; i < samples; i++) raw[i] = get(data.start + (i * channelCount + c) * width);
    const channel = { ...readChannel(reader, definition), raw };
    return padding === undefined ? channel : { ...channel, padding };
  });
  const label = reader.text(group.get(TAG.groupLabel)) ?? "";
  return { label, originality: reader.text(group.get(TAG.originality)) ?? "", rateHz, channels };
}

function readChannel(reader: DatasetReader, definition: Dataset): Omit<DicomChannel, "raw" | "padding"> {
  const source = reader.items(definition.get(TAG.channelSource))[0];
  const unit = reader.items(definition.get(TAG.sensitivityUnits))[0];
  const label = reader.text(definition.get(TAG.channelLabel));
  return {
    name: label || (reader.text(source?.get(TAG.codeMeaning)) ?? ""),
    code: reader.text(source?.get(TAG.codeValue)) ?? "",
    sensitivity: reader.decimal(definition.get(TAG.sensitivity)) ?? 1,
    correction: reader.decimal(definition.get(TAG.correction)) ?? 1,
    baseline: reader.decimal(definition.get(TAG.baseline)) ?? 0,
    unit: reader.text(unit?.get(TAG.codeValue)) ?? "",
  };
}

/** A channel in its unit; NaN where a sample is missing. */
export function dicomPhysical({
  raw,
  sensitivity,
  correction,
  baseline,
  padding,
}: DicomChannel): Float64Array<ArrayBuffer> {
  return Float64Array.from(raw, (value) =>
    value === padding ? Number.NaN : value * (sensitivity * correction) + baseline,
  );
}
