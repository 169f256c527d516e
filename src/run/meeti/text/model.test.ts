// The protocol with a text model, spoken with a server of our own on this machine; and who may speak at all.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { checkRuling } from "../ruling.ts";
import { askModel, chatAddress } from "./model.ts";

type Answer = { status?: number; body?: string; headers?: Record<string, string> };
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answers: Answer[]): Promise<{ url: string; heard: { request: IncomingMessage; body: string }[] }> {
  const heard: { request: IncomingMessage; body: string }[] = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      const { status = 200, body: answer = "", headers = {} } = answers[Math.min(heard.length, answers.length - 1)]!;
      heard.push({ request, body });
      response.writeHead(status, headers).end(answer);
    });
  });
  await new Promise<void>((resume) => server!.listen(0, "127.0.0.1", resume));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, heard };
}

const good = (content: string) => ({
  body: JSON.stringify({ choices: [{ message: { role: "assistant", content } }] }),
});
const messages = [{ role: "user", content: "secret measurements" }] as const;
const ask = (url: string, apiKey?: string) =>
  askModel({ url, name: "m" }, messages, { seed: 3, pause: 1, patience: 2000, apiKey });

describe("a text model", () => {
  test("is asked for one completion at temperature 0, with the key in its header", async () => {
    const { url, heard } = await serve([good(" Sinus rhythm. ")]);
    expect(await ask(url, "k")).toBe("Sinus rhythm.");
    const { request, body } = heard[0]!;
    expect([request.method, request.url, request.headers.authorization]).toEqual([
      "POST",
      "/v1/chat/completions",
      "Bearer k",
    ]);
    expect(JSON.parse(body)).toEqual({ model: "m", messages, temperature: 0, seed: 3 });
  });

  test("is asked again while it is busy or broken", async () => {
    const { url, heard } = await serve([{ status: 503 }, { status: 429 }, good("done")]);
    expect(await ask(url)).toBe("done");
    expect(heard.length).toBe(3);
  });

  test.each<[string, Answer, string, RegExp]>([
    ["no key", { status: 401 }, "text-model/refused", /BEDSIDE_TEXT_MODEL_KEY/],
    ["no such model", { status: 404 }, "text-model/refused", /no model "m"/],
    ["broken for good", { status: 500 }, "text-model/refused", /status 500/],
    ["not JSON", { body: "<html>" }, "text-model/answer", /not JSON/],
    ["another shape", { body: "{}" }, "text-model/answer", /choices/],
    ["elsewhere", { status: 302, headers: { location: "http://127.0.0.1:9/" } }, "text-model/unreachable", /./],
  ])("that answers with %s gives a clear error, without the prompt in it", async (_, answer, code, why) => {
    const { url } = await serve([answer]);
    const failure = await ask(url).catch((cause) => cause);
    expect(failure.problem?.code).toBe(code);
    expect(failure.message).toMatch(why);
    expect(failure.message).not.toMatch(/secret/);
  });

  test("that is not there gives a clear error", async () => {
    const { url } = await serve([good("")]);
    server!.closeAllConnections();
    await new Promise((resume) => server!.close(resume));
    await expect(ask(url)).rejects.toThrow(/does not answer/);
  });

  test("is named by an address", () => {
    expect(chatAddress("http://localhost:1/v1/")).toBe("http://localhost:1/v1/chat/completions");
    expect(chatAddress("https://a/v1/chat/completions")).toBe("https://a/v1/chat/completions");
    for (const url of ["gpt", "file:///etc/passwd"]) expect(() => chatAddress(url)).toThrow(/takes an address/);
  });
});

describe("a ruling", () => {
  const folder = mkdtempSync(join(tmpdir(), "bedside-ruling-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const url = "http://127.0.0.1:8080/v1";
  const file = join(folder, "ruling.json");
  const ruling = {
    allows: "text-model",
    address: url,
    data: "mimic-iv-ecg",
    by: "A. Board",
    date: "2026-01-31",
    reason: "a model of our own",
  };
  const check = (dataUse: string, path?: string) => checkRuling({ dataUse, source: "mimic-iv-ecg", url }, path);

  test("is needed for credentialed data only", () => {
    expect(check("open")).toBeUndefined();
    expect(check("synthetic")).toBeUndefined();
    expect(() => check("credentialed")).toThrow(/may not be sent/);
  });

  test("lets pass what it names", () => {
    writeFileSync(file, JSON.stringify(ruling));
    expect(check("credentialed", file)).toMatchObject({ by: "A. Board", date: "2026-01-31" });
  });

  test.each(Object.keys(ruling))("without the right %s lets nothing pass", (name) => {
    writeFileSync(file, JSON.stringify({ ...ruling, [name]: "" }));
    expect(() => check("credentialed", file)).toThrow(new RegExp(name));
  });

  test("that is not there or no JSON lets nothing pass", () => {
    writeFileSync(file, "yes");
    expect(() => check("credentialed", file)).toThrow(/does not allow/);
    expect(() => check("credentialed", join(folder, "none"))).toThrow();
  });
});
