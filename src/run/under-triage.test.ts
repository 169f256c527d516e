import { expect, test } from "vitest";
import { thresholdFor } from "./under-triage.ts";

test("a threshold finds the share of events that it promises, and is the highest that does", () => {
  const labels = Uint8Array.from({ length: 40 }, (_, i) => i % 2);
  const probabilities = Float64Array.from({ length: 40 }, (_, i) => i / 40);
  for (const share of [0.5, 0.9, 0.95, 1]) {
    const { threshold, rule } = thresholdFor({ labels, probabilities }, share);
    const found = (least: number) => probabilities.filter((p, i) => labels[i] === 1 && p >= least).length / 20;
    expect(found(threshold)).toBeGreaterThanOrEqual(share);
    expect(found(threshold + 1e-9)).toBeLessThan(share);
    expect(rule).toContain(`${100 * share} %`);
  }
});
