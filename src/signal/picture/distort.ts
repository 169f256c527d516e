// What paper, a lamp and a scanner do to a sheet, by a seed: turned, creased, shaded, tinted, blurred, noisy, compressed. Knows no ECG.
import { type RandomStream, randomStream } from "../../core/random.ts";
import type { IndexedImage } from "./canvas.ts";
import { asRgb, type RgbImage } from "./rgb.ts";

/** How strongly each is done, 0 (not at all) to 1 (as bad as it comes). */
export interface Distortions {
  /** Turned by up to 4 degrees. */
  rotation: number;
  /** Corners pulled in, as photographed from the side. */
  perspective: number;
  /** Folds across the paper, each bright on one side and dark on the other. */
  creases: number;
  /** A shadow that falls over a part, and light that fades towards a corner. */
  shadow: number;
  /** Warm or cold light. */
  tint: number;
  /** Out of focus, up to some 2 pixels. */
  blur: number;
  /** Grain of the sensor. */
  noise: number;
  /** Blocks of 8 × 8 as JPEG leaves them. */
  compression: number;
}

export interface DistortOptions extends Partial<Distortions> {
  seed: number;
  /** Names the picture, so that each of many gets its own. */
  key?: string | number;
}

/** A distorted picture, and where a pixel of the sheet went. */
export interface DistortedPicture {
  image: RgbImage;
  /** Where the point (x, y) of the flat sheet lies in the picture. */
  place(x: number, y: number): { x: number; y: number };
  /** What was done, with the strengths that were used. */
  done: Distortions;
}

const MOST_DEGREES = 4;

/**
 * Distorts a sheet. Strengths that are not given are drawn, each from 0 to 0.6; the same seed and key give the same picture.
 * @example distort(drawSheet(record).image, { seed: 1, key: 40689238, rotation: 0 }).image
 */
export function distort(sheet: IndexedImage | RgbImage, options: DistortOptions): DistortedPicture {
  const { seed, key = 0 } = options;
  const stream = randomStream(seed, "distort", key);
  const done = {} as Distortions;
  for (const what of [
    "rotation",
    "perspective",
    "creases",
    "shadow",
    "tint",
    "blur",
    "noise",
    "compression",
  ] as const) {
    const drawn = 0.6 * stream.uniform();
    done[what] = Math.max(0, Math.min(1, options[what] ?? drawn));
  }
  const source = "palette" in sheet ? asRgb(sheet) : { ...sheet, pixels: sheet.pixels.slice() };
  const own = (what: string) => randomStream(seed, "distort", key, what);
  if (done.creases > 0) crease(own("creases"), source, done.creases);
  const warp = drawWarp(own("warp"), source, done);
  const image = warped(source, warp);
  if (done.blur > 0) blur(image, done.blur);
  light(own("light"), image, done);
  if (done.compression > 0) compress(image, done.compression);
  if (done.noise > 0) grain(own("noise"), image, done.noise);
  return { image, place: warp.forward, done };
}

/** Folds in both directions: along each, a narrow band is darkened on one side and lightened on the other. */
function crease(stream: RandomStream, { width, height, pixels }: RgbImage, strength: number): void {
  const folds = 1 + stream.below(3);
  for (let f = 0; f < folds; f++) {
    const upright = stream.chance(0.5);
    const at = (0.15 + 0.7 * stream.uniform()) * (upright ? width : height);
    const slope = 0.06 * (stream.uniform() - 0.5);
    const depth = strength * (0.35 + 0.4 * stream.uniform()) * (stream.chance(0.5) ? 1 : -1);
    const reach = (upright ? width : height) * (0.004 + 0.008 * stream.uniform());
    for (let y = 0; y < height; y++) {
      const middle = at + slope * (y - height / 2);
      const [from, to] = upright
        ? [Math.max(0, Math.floor(middle - 4 * reach)), Math.min(width, Math.ceil(middle + 4 * reach))]
        : [0, width];
      for (let x = from; x < to; x++) {
        const d = (upright ? x - middle : y - at - slope * (x - width / 2)) / reach;
        if (Math.abs(d) > 4) continue;
        scale(pixels, 3 * (y * width + x), 1 + depth * d * Math.exp(-0.5 * d * d) * 0.55);
      }
    }
  }
}

function scale(pixels: Uint8Array, at: number, factor: number): void {
  for (let c = at; c < at + 3; c++) pixels[c] = Math.max(0, Math.min(255, Math.round(pixels[c]! * factor)));
}

interface Warp {
  width: number;
  height: number;
  forward(x: number, y: number): { x: number; y: number };
  /** Coefficients of the way back: (a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (same). */
  back: readonly number[];
}

/** A plane projection: turned about the middle, one side farther away, all of it kept in view. */
function drawWarp(stream: RandomStream, { width, height }: RgbImage, { rotation, perspective }: Distortions): Warp {
  const angle = (rotation * MOST_DEGREES * (2 * stream.uniform() - 1) * Math.PI) / 180;
  const tilt = [0, 1].map(() => (0.12 * perspective * (2 * stream.uniform() - 1)) / Math.max(width, height));
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const [cx, cy] = [width / 2, height / 2];
  const plain = (x: number, y: number) => {
    const [dx, dy] = [x - cx, y - cy];
    const w = 1 + tilt[0]! * dx + tilt[1]! * dy;
    return { x: (c * dx - s * dy) / w, y: (s * dx + c * dy) / w };
  };
  const corners = [plain(0, 0), plain(width, 0), plain(0, height), plain(width, height)];
  const left = Math.min(...corners.map(({ x }) => x));
  const top = Math.min(...corners.map(({ y }) => y));
  const outWidth = Math.ceil(Math.max(...corners.map(({ x }) => x)) - left);
  const outHeight = Math.ceil(Math.max(...corners.map(({ y }) => y)) - top);
  const m = [
    [c, -s, 0],
    [s, c, 0],
    [tilt[0]!, tilt[1]!, 1],
  ];
  // moved so that the middle of the sheet is the origin before, and the picture's corner after
  const whole = times(
    [
      [1, 0, -left],
      [0, 1, -top],
      [0, 0, 1],
    ],
    times(m, [
      [1, 0, -cx],
      [0, 1, -cy],
      [0, 0, 1],
    ]),
  );
  const forward = (x: number, y: number) => {
    const p = plain(x, y);
    return { x: p.x - left, y: p.y - top };
  };
  const inverse = inverted(whole);
  const last = inverse[2]![2]!;
  return { width: outWidth, height: outHeight, forward, back: inverse.flat().map((value) => value / last) };
}

type Matrix3 = number[][];

function times(a: Matrix3, b: Matrix3): Matrix3 {
  return a.map((row) => [0, 1, 2].map((j) => row[0]! * b[0]![j]! + row[1]! * b[1]![j]! + row[2]! * b[2]![j]!));
}

function inverted(matrix: Matrix3): Matrix3 {
  const [a, b, c, d, e, f, g, h, i] = matrix.flat();
  const rows = [
    [e! * i! - f! * h!, c! * h! - b! * i!, b! * f! - c! * e!],
    [f! * g! - d! * i!, a! * i! - c! * g!, c! * d! - a! * f!],
    [d! * h! - e! * g!, b! * g! - a! * h!, a! * e! - b! * d!],
  ];
  const determinant = a! * rows[0]![0]! + b! * rows[1]![0]! + c! * rows[2]![0]!;
  return rows.map((row) => row.map((value) => value / determinant));
}

/** Each pixel from the four around where it came from; a dull desk around the paper. */
function warped({ width, height, pixels }: RgbImage, { width: w, height: h, back }: Warp): RgbImage {
  const out = new Uint8Array(3 * w * h);
  const [a, b, c, d, e, f, g, k] = back;
  for (let y = 0, at = 0; y < h; y++) {
    const py = y + 0.5;
    for (let x = 0; x < w; x++, at += 3) {
      const px = x + 0.5;
      const scaleBy = 1 / (g! * px + k! * py + 1);
      const sx = (a! * px + b! * py + c!) * scaleBy - 0.5;
      const sy = (d! * px + e! * py + f!) * scaleBy - 0.5;
      if (sx < -0.5 || sy < -0.5 || sx > width - 0.5 || sy > height - 0.5) {
        out[at] = out[at + 1] = out[at + 2] = 70;
        continue;
      }
      const x0 = sx > 0 ? sx | 0 : 0;
      const y0 = sy > 0 ? sy | 0 : 0;
      const right = x0 + 1 < width ? 3 : 0;
      const upper = 3 * (y0 * width + x0);
      const lower = y0 + 1 < height ? upper + 3 * width : upper;
      const u = sx > x0 ? sx - x0 : 0;
      const v = sy > y0 ? sy - y0 : 0;
      for (let part = 0; part < 3; part++) {
        const p = pixels[upper + part]!;
        const q = pixels[lower + part]!;
        const top = p + (pixels[upper + right + part]! - p) * u;
        out[at + part] = top + (q + (pixels[lower + right + part]! - q) * u - top) * v + 0.5;
      }
    }
  }
  return { width: w, height: h, pixels: out };
}

/** A binomial kernel of three, across and down, run up to three times with its last run weakened to the strength. */
function blur({ width, height, pixels }: RgbImage, strength: number): void {
  const runs = 3 * strength;
  const stride = 3 * width;
  for (let run = 0; run < runs; run++) {
    const share = Math.min(1, runs - run);
    // rows are not joined at their ends
    for (let y = 0; y < height; y++) smooth(pixels, 3, { from: y * stride + 3, to: (y + 1) * stride - 3, share });
    smooth(pixels, stride, { from: stride, to: pixels.length - stride, share });
  }
}

/** Each value of a stretch mixed with those one step before and behind it. */
function smooth(
  pixels: Uint8Array,
  step: number,
  { from, to, share }: { from: number; to: number; share: number },
): void {
  if (to <= from) return;
  const before = pixels.slice(from - step, to + step);
  const [middle, side] = [1 - 0.5 * share, 0.25 * share];
  for (let i = from, k = step; i < to; i++, k++) {
    pixels[i] = before[k]! * middle + side * (before[k - step]! + before[k + step]!) + 0.5;
  }
}

/** Falling light, a shadow's soft edge, and the colour of the lamp. */
function light(stream: RandomStream, { width, height, pixels }: RgbImage, { shadow, tint }: Distortions): void {
  const fall = [0, 1].map(() => 0.35 * shadow * (stream.uniform() - 0.5));
  const angle = 2 * Math.PI * stream.uniform();
  const [nx, ny] = [Math.cos(angle), Math.sin(angle)];
  const edge = (0.1 + 0.3 * stream.uniform()) * width;
  const soft = (0.02 + 0.08 * stream.uniform()) * width;
  const depth = 0.45 * shadow * stream.uniform();
  const warmth = 0.16 * tint * (2 * stream.uniform() - 1);
  const colour = [1 + warmth, 1 + 0.15 * warmth, 1 - warmth];
  const row = new Float64Array(width);
  // The shadow's edge is soft: between places an eighth of it apart, straight lines will do.
  const step = Math.max(1, Math.floor(soft / 8));
  const shade = (x: number, y: number) => {
    const dx = x - width / 2;
    const dy = y - height / 2;
    const inShadow = 1 / (1 + Math.exp((edge - nx * dx - ny * dy) / soft));
    return (1 + (fall[0]! * dx) / width + (fall[1]! * dy) / height) * (1 - depth * inShadow);
  };
  for (let y = 0; y < height; y++) {
    let here = shade(0, y);
    for (let x = 0; x < width; x += step) {
      const next = shade(x + step, y);
      for (let k = 0; k < step && x + k < width; k++) row[x + k] = here + ((next - here) * k) / step;
      here = next;
    }
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * width + x);
      for (let part = 0; part < 3; part++)
        pixels[at + part] = Math.min(255, pixels[at + part]! * row[x]! * colour[part]! + 0.5);
    }
  }
}

const BLOCK = 8;
/** Cosines of the 8-point transform, orthonormal. */
const COSINES = Float64Array.from({ length: BLOCK * BLOCK }, (_, n) => {
  const [k, i] = [n >> 3, n & 7];
  return Math.sqrt((k === 0 ? 1 : 2) / BLOCK) * Math.cos(((2 * i + 1) * k * Math.PI) / (2 * BLOCK));
});

/** Brightness in blocks of 8 × 8, its cosine coefficients rounded the more coarsely the finer they are, as JPEG does. */
function compress({ width, height, pixels }: RgbImage, strength: number): void {
  const block = new Float64Array(BLOCK * BLOCK);
  const other = new Float64Array(BLOCK * BLOCK);
  const before = new Float64Array(BLOCK * BLOCK);
  for (let top = 0; top + BLOCK <= height; top += BLOCK) {
    for (let left = 0; left + BLOCK <= width; left += BLOCK) {
      let [low, high] = [255, 0];
      for (let n = 0; n < 64; n++) {
        const at = 3 * ((top + (n >> 3)) * width + left + (n & 7));
        const value = 0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!;
        block[n] = value;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      // A block of one brightness has nothing to round.
      if (high - low < 1) continue;
      before.set(block);
      transform(block, other, false);
      for (let n = 1; n < 64; n++) {
        const coarse = strength * (10 + 7 * ((n >> 3) + (n & 7)));
        if (coarse >= 1) block[n] = coarse * Math.round(block[n]! / coarse);
      }
      transform(block, other, true);
      for (let n = 0; n < 64; n++) {
        const change = block[n]! - before[n]!;
        const at = 3 * ((top + (n >> 3)) * width + left + (n & 7));
        for (let part = 0; part < 3; part++)
          pixels[at + part] = Math.max(0, Math.min(255, Math.round(pixels[at + part]! + change)));
      }
    }
  }
}

function transform(block: Float64Array, other: Float64Array, back: boolean): void {
  for (let pass = 0; pass < 2; pass++) {
    const from = pass === 0 ? block : other;
    const to = pass === 0 ? other : block;
    for (let row = 0; row < BLOCK; row++) {
      // Cosines of even order are the same from both ends, those of odd order opposite: half the products do.
      // Results are turned over, so that the second pass goes down the columns.
      const r = row * BLOCK;
      if (back) {
        for (let i = 0; i < 4; i++) {
          let [even, odd] = [0, 0];
          for (let k = 0; k < BLOCK; k += 2) {
            even += from[r + k]! * COSINES[k * BLOCK + i]!;
            odd += from[r + k + 1]! * COSINES[(k + 1) * BLOCK + i]!;
          }
          to[i * BLOCK + row] = even + odd;
          to[(7 - i) * BLOCK + row] = even - odd;
        }
      } else {
        const a = from[r]!;
        const b = from[r + 1]!;
        const c = from[r + 2]!;
        const d = from[r + 3]!;
        const e = from[r + 4]!;
        const f = from[r + 5]!;
        const g = from[r + 6]!;
        const h = from[r + 7]!;
        for (let k = 0; k < BLOCK; k++) {
          const at = k * BLOCK;
          to[at + row] =
            k % 2
              ? (a - h) * COSINES[at]! +
                (b - g) * COSINES[at + 1]! +
                (c - f) * COSINES[at + 2]! +
                (d - e) * COSINES[at + 3]!
              : (a + h) * COSINES[at]! +
                (b + g) * COSINES[at + 1]! +
                (c + f) * COSINES[at + 2]! +
                (d + e) * COSINES[at + 3]!;
        }
      }
    }
  }
}

/** Normal numbers are drawn once; each pixel takes one of them, each row from another place on. */
const GRAINS = 1 << 15;

/** Normal grain, the same in all three colours. */
function grain(stream: RandomStream, { width, height, pixels }: RgbImage, strength: number): void {
  const grains = Int16Array.from({ length: GRAINS }, () => Math.round(18 * strength * stream.normal()));
  for (let y = 0, i = 0; y < height; y++) {
    let next = stream.below(GRAINS);
    for (let x = 0; x < width; x++, i += 3) {
      const by = grains[next]!;
      next = (next + 1) & (GRAINS - 1);
      for (let c = i; c < i + 3; c++) {
        const value = pixels[c]! + by;
        pixels[c] = value < 0 ? 0 : Math.min(value, 255);
      }
    }
  }
}
