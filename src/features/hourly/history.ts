// What one variable of one stay has been up to an hour: running figures, and the trailing hours. Knows no feature's name.

/** Values that a slope is drawn through, at most. */
export const SLOPE_VALUES = 4;

/** Goes along the hours of a stay; everything it tells is of the hours gone so far. */
export class History {
  /** Hours gone, and those before the first value. */
  hours = 0;
  before = 0;
  observed = 0;
  sum = 0;
  min = Number.NaN;
  max = Number.NaN;
  last = Number.NaN;
  /** Hours since the last value; `hours` where there is none. */
  since = 0;
  /** Sum over the hours from the first value on, each taking the last value before it. */
  filledSum = 0;
  private readonly recentHours = new Float64Array(SLOPE_VALUES);
  private readonly recentValues = new Float64Array(SLOPE_VALUES);
  private values!: Float32Array;
  private at = 0;
  private step = 1;

  /** Begins a stay: its hours stand at `values[at]`, `values[at + step]`, … */
  begin(values: Float32Array, at: number, step: number): void {
    this.values = values;
    this.at = at;
    this.step = step;
    this.hours = this.before = this.observed = this.sum = this.since = this.filledSum = 0;
    this.min = this.max = this.last = Number.NaN;
  }

  /** Takes in the next hour. */
  advance(): void {
    const value = this.values[this.at + this.hours * this.step]!;
    this.hours++;
    if (!Number.isNaN(value)) {
      if (this.observed === 0) this.min = this.max = value;
      else if (value < this.min) this.min = value;
      else if (value > this.max) this.max = value;
      const slot = this.observed % SLOPE_VALUES;
      this.recentHours[slot] = this.hours;
      this.recentValues[slot] = value;
      this.observed++;
      this.sum += value;
      this.last = value;
      this.since = 0;
    } else {
      this.since++;
      if (this.observed === 0) this.before++;
    }
    if (this.observed > 0) this.filledSum += this.last;
  }

  /** The slope an hour of the least-squares line through the last values (at most four); NaN for fewer than two. */
  slope(): number {
    const count = Math.min(this.observed, SLOPE_VALUES);
    if (count < 2) return Number.NaN;
    let [hours, values] = [0, 0];
    for (let i = 0; i < count; i++) {
      hours += this.recentHours[i]!;
      values += this.recentValues[i]!;
    }
    hours /= count;
    values /= count;
    let [both, square] = [0, 0];
    for (let i = 0; i < count; i++) {
      both += (this.recentHours[i]! - hours) * (this.recentValues[i]! - values);
      square += (this.recentHours[i]! - hours) ** 2;
    }
    return both / square;
  }

  /** Lowest, highest, mean and last value of the trailing hours, this one among them, into `out`; NaN where there is none. */
  window(length: number, out: Float64Array): void {
    let [count, sum, min, max, last] = [0, 0, Number.NaN, Number.NaN, Number.NaN];
    for (let hour = Math.max(0, this.hours - length); hour < this.hours; hour++) {
      const value = this.values[this.at + hour * this.step]!;
      if (Number.isNaN(value)) continue;
      if (count === 0) min = max = value;
      else if (value < min) min = value;
      else if (value > max) max = value;
      count++;
      sum += value;
      last = value;
    }
    out[0] = min;
    out[1] = max;
    out[2] = sum / count;
    out[3] = last;
  }
}
