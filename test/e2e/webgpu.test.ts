import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

/** A graphics adapter in software, as Chromium packages bring it, and the loader it needs. */
const adapter = ["/usr/lib/chromium/vk_swiftshader_icd.json", "/usr/lib/chromium-browser/vk_swiftshader_icd.json"].find(
  (path) => existsSync(path),
);
const loader = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib/aarch64-linux-gnu/libvulkan.so.1"].find((path) =>
  existsSync(path),
);
const ready = adapter !== undefined && loader !== undefined;
if (!ready) {
  console.warn("No software graphics adapter (Chromium's SwiftShader and libvulkan1): the WebGPU test is skipped.");
}

describe.skipIf(!ready)("WebGPU in Node", () => {
  test("a GRU trains with the losses it has on the CPU", async () => {
    const script = join(import.meta.dirname, "train-on-webgpu.mjs");
    const { stdout } = await promisify(execFile)(process.execPath, [script], {
      env: { ...process.env, VK_ICD_FILENAMES: adapter },
    });
    const { cpu, webgpu } = JSON.parse(stdout) as Record<"cpu" | "webgpu", number[]>;
    expect(webgpu.length).toBe(3);
    for (const [i, loss] of webgpu.entries()) expect(Math.abs(loss - cpu[i]!)).toBeLessThan(1e-5);
  });
});
