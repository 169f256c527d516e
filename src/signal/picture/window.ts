// Any stretch of a record for a screen of so many pixels: lowest and highest value of each pixel. Reads through the record's own window.

/** A record that gives its samples a window at a time, as `openEcgFile` opens it. */
export interface WindowedRecord {
  /** Frames a second. */
  rateHz: number;
  frames: number;
  signals: readonly { name: string; unit: string; samplesPerFrame: number }[];
  /** Samples of frames [from, to), one array a signal; NaN where there is nothing. */
  window(from: number, to: number): readonly Float32Array[];
}

export interface WindowOptions {
  /** Default 0 and the record's length. */
  fromSeconds?: number;
  toSeconds?: number;
  /** Pixels across. Default 1000. */
  width?: number;
  /** Only these signals, by name in any case. Default all. */
  leads?: readonly string[];
}

/** A stretch of a signal for drawing. */
export interface WindowedLead {
  name: string;
  unit: string;
  /**
   * `samples`: one value a sample, the first at `fromSeconds` of the window. `ranges`: lowest and highest value of each
   * pixel in turn, 2 × width values. NaN where there is nothing.
   */
  kind: "samples" | "ranges";
  values: Float32Array;
  /** Samples a second; of `ranges`, pixels a second. */
  rateHz: number;
}

/** What a viewer draws. */
export interface EcgWindow {
  /** As asked for, held to the record and to whole frames. */
  fromSeconds: number;
  toSeconds: number;
  leads: WindowedLead[];
}

/** Frames of a block of the overview, and how many frames a pixel must hold for it to be used. */
const BLOCK = 64;
const FROM_OVERVIEW = 2 * BLOCK;
/** Frames read at a time while an overview is made. */
const STRIDE = 1 << 15;

/**
 * The stretch of a record between two times, for `width` pixels. Where a pixel holds less than two samples the samples
 * themselves come back. Long stretches are served from an overview (lowest and highest of every 64 frames) that is made
 * at the first call that needs it and kept as long as the record is.
 * @example ecgWindow(openEcgFile(path), { fromSeconds: 600, toSeconds: 630, width: 1200 }).leads[0].values
 */
export function ecgWindow(record: WindowedRecord, options: WindowOptions = {}): EcgWindow {
  const { rateHz, frames } = record;
  const { fromSeconds = 0, toSeconds = frames / rateHz, width = 1000, leads } = options;
  // a time that is meant to be a frame's stays one in spite of rounding
  const from = Math.min(frames, Math.max(0, Math.floor(fromSeconds * rateHz + 1e-6)));
  const to = Math.min(frames, Math.max(from, Math.ceil(toSeconds * rateHz - 1e-6)));
  const pixels = Math.max(1, Math.round(width));
  const wanted = leads && new Set(leads.map((name) => name.toLowerCase()));
  const places = record.signals
    .map((_, i) => i)
    .filter((i) => !wanted || wanted.has(record.signals[i]!.name.toLowerCase()));
  const perPixel = (to - from) / pixels;
  const values =
    perPixel >= FROM_OVERVIEW
      ? rangesOfOverview(overviewOf(record), places, from, to, pixels)
      : rangesOfSamples(record, places, from, to, pixels);
  return {
    fromSeconds: from / rateHz,
    toSeconds: to / rateHz,
    leads: places.map((place, i) => {
      const { name, unit, samplesPerFrame } = record.signals[place]!;
      const asSamples = perPixel < FROM_OVERVIEW && perPixel * samplesPerFrame < 2;
      return {
        name,
        unit,
        kind: asSamples ? "samples" : "ranges",
        values: values[i]!,
        rateHz: asSamples ? rateHz * samplesPerFrame : (pixels * rateHz) / Math.max(1, to - from),
      };
    }),
  };
}

function rangesOfSamples(
  record: WindowedRecord,
  places: readonly number[],
  from: number,
  to: number,
  pixels: number,
): Float32Array[] {
  const tracks = record.window(from, to);
  return places.map((place) => {
    const track = tracks[place]!;
    return track.length < 2 * pixels ? track : ranges(track, track, pixels);
  });
}

/** Lowest and highest of each of `pixels` equal stretches of two parallel tracks of lows and highs. */
function ranges(lows: Float32Array, highs: Float32Array, pixels: number): Float32Array {
  const out = new Float32Array(2 * pixels);
  const { length } = lows;
  for (let p = 0; p < pixels; p++) {
    const first = Math.floor((p * length) / pixels);
    const last = Math.max(first + 1, Math.floor(((p + 1) * length) / pixels));
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    // comparisons with NaN are false: missing samples are passed over
    for (let i = first; i < last; i++) {
      if (lows[i]! < low) low = lows[i]!;
      if (highs[i]! > high) high = highs[i]!;
    }
    out[2 * p] = low <= high ? low : Number.NaN;
    out[2 * p + 1] = low <= high ? high : Number.NaN;
  }
  return out;
}

/** Lowest and highest value of every block of a record, one array each a signal. */
interface Overview {
  lows: Float32Array[];
  highs: Float32Array[];
}

const overviews = new WeakMap<WindowedRecord, Overview>();

function overviewOf(record: WindowedRecord): Overview {
  const known = overviews.get(record);
  if (known) return known;
  const blocks = Math.ceil(record.frames / BLOCK);
  const made: Overview = {
    lows: record.signals.map(() => new Float32Array(blocks)),
    highs: record.signals.map(() => new Float32Array(blocks)),
  };
  for (let start = 0; start < record.frames; start += STRIDE) {
    const end = Math.min(record.frames, start + STRIDE);
    record.window(start, end).forEach((track, s) => {
      const each = BLOCK * record.signals[s]!.samplesPerFrame;
      for (let b = 0; b * each < track.length; b++) {
        const pair = ranges(track.subarray(b * each, (b + 1) * each), track.subarray(b * each, (b + 1) * each), 1);
        made.lows[s]![start / BLOCK + b] = pair[0]!;
        made.highs[s]![start / BLOCK + b] = pair[1]!;
      }
    });
  }
  overviews.set(record, made);
  return made;
}

function rangesOfOverview(
  { lows, highs }: Overview,
  places: readonly number[],
  from: number,
  to: number,
  pixels: number,
): Float32Array[] {
  const [first, last] = [Math.floor(from / BLOCK), Math.ceil(to / BLOCK)];
  return places.map((place) => ranges(lows[place]!.subarray(first, last), highs[place]!.subarray(first, last), pixels));
}
