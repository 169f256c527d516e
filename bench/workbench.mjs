// npm run bench -- workbench [--data DIR] [--patients N] [--seconds N] [--rate N] [--parts page,size,timeline,load]: the
// workbench as its user meets it: seconds until the page can be used, size of the page, frames while a long timeline is
// moved, and the server under mixed reads.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { cli, makeHospital, makeStore } from "./hospital.mjs";
import { median, runMeasured } from "./measure.mjs";

const browserPath = process.env.BEDSIDE_CHROMIUM ?? "/usr/bin/chromium";
const page = new URL("../dist/web/", import.meta.url).pathname;
const goals = { interactive: 1.5, gzipKb: 400, frame: 50, p99: 100, growthMb: 5 };
const EVENTS = 100_000;

export default async function workbench(args) {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string" },
      patients: { type: "string", default: "1000" },
      seed: { type: "string", default: "1" },
      seconds: { type: "string", default: "60" },
      rate: { type: "string", default: "200" },
      runs: { type: "string", default: "5" },
      memory: { type: "string", default: "800MB" },
      parts: { type: "string", default: "size,page,timeline,load" },
      keep: { type: "string" },
    },
  });
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), "bedside-workbench-"));
  const parts = values.parts.split(",");
  console.log(`${cpus().length} processors, load ${loadavg()[0].toFixed(1)} at the start`);
  if (parts.includes("size")) printSize();
  const server = await startServer(folder, await storeWithRun(folder, values), values.memory);
  try {
    if (parts.includes("page")) await measurePage(server, Number(values.runs));
    if (parts.includes("timeline")) await measureTimeline(server);
    if (parts.includes("load"))
      await measureLoad(server, { seconds: Number(values.seconds), rate: Number(values.rate) });
  } finally {
    await server.end();
    if (!values.keep) rmSync(folder, { recursive: true, force: true });
  }
  console.log(`Load ${loadavg()[0].toFixed(1)} at the end`);
}

const verdict = (isMet, goal) => `${isMet ? "met" : "NOT MET"}: ${goal}`;

/** Kilobytes of the page's own files, plain and gzip; the ONNX runtime, loaded where a model is tried, on its own. */
export function pageSize(folder = page) {
  const files = readdirSync(folder, { recursive: true }).filter((name) =>
    /\.(html|js|css|svg|webmanifest|wasm)$/.test(name),
  );
  const size = { plain: 0, gzip: 0, runtimeGzip: 0 };
  for (const name of files) {
    const bytes = readFileSync(join(folder, name));
    const gzip = gzipSync(bytes).length / 1024;
    if (/\bort-/.test(name)) size.runtimeGzip += gzip;
    else {
      size.plain += bytes.length / 1024;
      size.gzip += gzip;
    }
  }
  return size;
}

function printSize() {
  const { plain, gzip, runtimeGzip } = pageSize();
  const goal = verdict(gzip < goals.gzipKb, `under ${goals.gzipKb} KB`);
  console.log(
    `Whole page: ${gzip.toFixed(0)} KB gzip (${plain.toFixed(0)} KB plain), ${goal}; beside it the runtime of models, ${(runtimeGzip / 1024).toFixed(1)} MB gzip`,
  );
}

/** The store that was named, or one of a synthetic hospital with a run on it. */
async function storeWithRun(folder, { data, patients, seed, memory }) {
  if (data) return data;
  const hospital = await makeHospital(folder, { patients, seed, modules: "hosp,icu,ed" });
  const store = await makeStore(folder, hospital, memory);
  const out = join(folder, "runs", "mortality");
  if (existsSync(join(out, "report.json"))) return store;
  const words = ["run", "yaib/mortality24", "--data", store, "--out", out, "--memory", memory, "--quiet"];
  const ran = await runMeasured("node", [cli, ...words]);
  if (ran.code !== 0) throw new Error(ran.output);
  return store;
}

/** In the server: tells its heap to who started it; does not keep it from ending. */
const heapProbe = `data:text/javascript,process.on("message",()=>process.send(process.memoryUsage()));process.channel.unref()`;

/** Starts the server as a user does; gives its addresses and how to end it. */
async function startServer(folder, store, memory) {
  const runs = join(folder, "runs");
  const start = process.hrtime.bigint();
  const child = spawn(
    process.execPath,
    ["--import", heapProbe, cli, "serve", "--data", store, "--runs", runs, "--port", "0", "--memory", memory],
    { stdio: ["pipe", "pipe", "inherit", "ipc"] },
  );
  const gone = new Promise((done) => child.once("exit", done));
  const links = [];
  const waiting = [];
  child.stdout.on("data", (text) => {
    for (const [link] of String(text).matchAll(/http:\/\/127\.0\.0\.1:\d+\/launch\/[\w-]+/g)) {
      const next = waiting.shift();
      if (next) next(link);
      else links.push(link);
    }
  });
  const nextLink = () => (links.length ? Promise.resolve(links.shift()) : new Promise((done) => waiting.push(done)));
  const first = await Promise.race([
    nextLink(),
    gone.then((code) => Promise.reject(new Error(`the server ended: ${code}`))),
  ]);
  console.log(`Server: ${(Number(process.hrtime.bigint() - start) / 1e9).toFixed(2)} s until its link is printed`);
  links.push(first);
  const { port, token } = JSON.parse(readFileSync(join(runs, ".workbench", "api-token.json"), "utf8"));
  return {
    port,
    token,
    pid: child.pid,
    /** What the server's own process.memoryUsage() says. */
    heap: () =>
      new Promise((done) => {
        child.once("message", done);
        child.send("heap");
      }),
    /** A link that opens the page once. */
    link: () => {
      if (!links.length) child.stdin.write("\n");
      return nextLink();
    },
    end: () => {
      child.kill("SIGINT");
      return gone;
    },
  };
}

/** A browser, or undefined where there is none. */
async function openBrowser() {
  if (!existsSync(browserPath)) {
    console.log(`The pages are left out: there is no ${browserPath} (BEDSIDE_CHROMIUM names another)`);
    return undefined;
  }
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
}

/** Seconds from the request to the first page that can be used: drawn, with its papers, and answering a key. */
async function measurePage({ link, port }, runs) {
  const browser = await openBrowser();
  if (!browser) return;
  const seconds = [];
  for (let run = 0; run < runs; run++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } }); // nothing kept from before
    const tab = await context.newPage();
    await tab.goto(await link(), { waitUntil: "commit" });
    await tab.waitForSelector(".paper");
    await tab.getByRole("searchbox").press("x");
    await tab.waitForFunction("document.querySelector('input[type=search]').value === 'x'");
    seconds.push((await tab.evaluate("performance.now()")) / 1000);
    await context.close();
  }
  await browser.close();
  const [middle, most] = [median(seconds), Math.max(...seconds)];
  const goal = verdict(middle < goals.interactive, `under ${goals.interactive} s`);
  console.log(
    `First page usable (port ${port}, nothing cached): ${middle.toFixed(2)} s, at most ${most.toFixed(2)} s of ${runs}, ${goal}`,
  );
}

/** A record of 100,000 events as the server packs it: ten vitals every two minutes or so, and thirty kinds of other things. */
export function longRecord(count = EVENTS) {
  const vitals = ["Heart rate", "Respiratory rate", "Oxygen saturation", "Systolic pressure", "Diastolic pressure"];
  const titles = [...vitals, ...Array.from({ length: 35 }, (_, i) => `Other ${i + 1}`)];
  const minutes = 60 * 24 * 60;
  const codes = titles.map((title, i) => ({
    kind: i < 5 ? "vital" : i < 25 ? "lab" : "drug",
    title,
    unit: i < 25 ? "1/min" : "",
    count: Math.floor(count * (i < 5 ? 0.15 : 0.25 / 35)),
  }));
  codes[0].count += count - codes.reduce((sum, code) => sum + code.count, 0);
  const stays = [{ kind: "icu", label: "MICU", start: 0, end: minutes, id: "a" }];
  const head = new TextEncoder().encode(JSON.stringify({ base: 0, count, codes, stays }));
  const start = Math.ceil((4 + head.length) / 8) * 8;
  const bytes = new Uint8Array(start + count * 14);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  const time = new Int32Array(bytes.buffer, start, count);
  const end = new Int32Array(bytes.buffer, start + 4 * count, count).fill(-2147483648);
  const value = new Float32Array(bytes.buffer, start + 8 * count, count);
  const code = new Uint16Array(bytes.buffer, start + 12 * count, count);
  let at = 0;
  for (const [i, { kind, count: own }] of codes.entries()) {
    for (let j = 0; j < own; j++, at++) {
      time[at] = Math.floor((j / own) * minutes);
      code[at] = i;
      value[at] = kind === "drug" ? Number.NaN : 80 + 30 * Math.sin(j / 40 + i) + ((j * 7919) % 13);
      if (kind === "drug") end[at] = time[at] + 90;
    }
  }
  return bytes;
}

/** Milliseconds between frames while the pointer drags and the wheel zooms a timeline of 100,000 events. */
async function measureTimeline(server) {
  const browser = await openBrowser();
  if (!browser) return;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const tab = await context.newPage();
  const body = Buffer.from(longRecord());
  await tab.route(/\/api\/patients\/[\w-]{22}\/events$/, (route) =>
    route.fulfill({ contentType: "application/octet-stream", body }),
  );
  await tab.goto(await server.link());
  const { patients } = await read(server, "/api/patients");
  await tab.goto(`http://127.0.0.1:${server.port}/patients/${patients[0].id}`, { waitUntil: "networkidle" });
  const canvas = tab.getByRole("application");
  await canvas.waitFor();
  await tab.getByRole("button", { name: "Whole time" }).click();
  await tab.evaluate(watchFrames);
  const moved = await tab.evaluate(drag, 240);
  report("whole time, moved", moved);
  await canvas.focus();
  for (let i = 0; i < 8; i++) await tab.keyboard.press("+");
  report("a few days, moved", await tab.evaluate(drag, 240));
  report("zoomed in and out", await tab.evaluate(zoom, 240));
  await browser.close();

  function report(name, { frames, tasks }) {
    const sorted = [...frames].sort((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    const over = frames.filter((gap) => gap > goals.frame).length;
    const own = Math.max(...tasks);
    console.log(
      `Timeline of ${EVENTS.toLocaleString("en-US")} events, ${name}: ${frames.length} frames, middle ${at(0.5).toFixed(1)} ms, ` +
        `99th ${at(0.99).toFixed(1)} ms, longest ${sorted.at(-1).toFixed(1)} ms, ${over} over ${goals.frame} ms; ` +
        `drawing ${median(tasks).toFixed(1)} ms, at most ${own.toFixed(1)} ms; ${verdict(over === 0, `no frame over ${goals.frame} ms`)}`,
    );
  }
}

/** In the page: a function that plays steps one a frame and gives the gaps between frames and the page's own work in each. */
const watchFrames = `globalThis.playFrames = (steps, step) => new Promise((done) => {
  const frames = [], tasks = [];
  let before = 0, i = 0;
  const next = (now) => {
    if (i > 1) frames.push(now - before); // the first comes at no fixed time
    before = now;
    if (i === steps) return done({ frames, tasks });
    step(i++);
    // the page draws in a callback of the coming frame; a message after it tells when that frame's work is over
    requestAnimationFrame((start) => {
      const began = performance.now();
      const channel = new MessageChannel();
      channel.port1.onmessage = () => tasks.push(performance.now() - began);
      channel.port2.postMessage(0);
      next(start);
    });
  };
  requestAnimationFrame(next);
})`;

/* c8 ignore start: run in the page */
/** Drags the picture to and fro, a move a frame. */
function drag(steps) {
  const canvas = document.querySelector("[role=application]");
  const box = canvas.getBoundingClientRect();
  const y = box.top + 120;
  const send = (type, x) =>
    canvas.dispatchEvent(
      new PointerEvent(type, { pointerId: 1, clientX: x, clientY: y, buttons: 1, bubbles: true, pointerType: "mouse" }),
    );
  canvas.setPointerCapture = () => {}; // no pointer of that number is down
  const place = (i) => box.left + box.width * (0.6 + 0.3 * Math.sin(i / 15));
  send("pointerdown", place(0));
  return globalThis
    .playFrames(steps, (i) => send("pointermove", place(i)))
    .then((result) => {
      send("pointerup", place(steps));
      return result;
    });
}

/** Turns the wheel to and fro, a step a frame. */
function zoom(steps) {
  const canvas = document.querySelector("[role=application]");
  const box = canvas.getBoundingClientRect();
  return globalThis.playFrames(steps, (i) =>
    canvas.dispatchEvent(
      new WheelEvent("wheel", {
        deltaY: i % 80 < 40 ? 60 : -60,
        clientX: box.left + box.width / 2,
        clientY: box.top + 120,
        bubbles: true,
        cancelable: true,
      }),
    ),
  );
}
/* c8 ignore stop */

/** One GET with the token; gives the status and the body's bytes. */
function get({ port, token }, path, agent) {
  return new Promise((done, fail) => {
    const asked = request(
      { host: "127.0.0.1", port, path, agent, headers: { Authorization: `Bearer ${token}` } },
      (answer) => {
        const pieces = [];
        answer.on("data", (piece) => pieces.push(piece));
        answer.on("end", () => done({ status: answer.statusCode, body: Buffer.concat(pieces) }));
        answer.on("error", fail);
      },
    );
    asked.on("error", fail);
    asked.end();
  });
}

async function read(server, path) {
  const { status, body } = await get(server, path);
  if (status !== 200) throw new Error(`${path}: ${status}`);
  return JSON.parse(body);
}

/** What a session asks for, with how often of a hundred: the page's files, the lists, and now and then a patient's record. */
async function mixOf(server) {
  const { patients } = await read(server, "/api/patients");
  const runs = await read(server, "/api/runs");
  const script = /src="(\/assets\/[^"]+)"/.exec((await get(server, "/")).body.toString())[1];
  const of = (list, make) => (list.length ? list.map(make) : ["/api/runs"]);
  return [
    { name: "page", share: 10, paths: ["/"] },
    { name: "script", share: 10, paths: [script] },
    { name: "jobs", share: 25, paths: ["/api/jobs"] },
    { name: "papers", share: 10, paths: ["/api/papers"] },
    { name: "a paper", share: 5, paths: ["/api/papers/yaib"] },
    { name: "tasks", share: 5, paths: ["/api/tasks"] },
    { name: "data", share: 5, paths: ["/api/data"] },
    { name: "runs", share: 10, paths: ["/api/runs"] },
    { name: "a run", share: 5, paths: of(runs, ({ id }) => `/api/runs/${id}`) },
    { name: "report", share: 4, paths: of(runs, ({ id }) => `/api/runs/${id}/report`) },
    { name: "thresholds", share: 3, paths: of(runs, ({ id }) => `/api/runs/${id}/thresholds?model=lr`) },
    { name: "patients", share: 5, paths: [0, 1, 2].map((n) => `/api/patients?page=${n}`) },
    { name: "a patient's events", share: 3, paths: patients.map(({ id }) => `/api/patients/${id}/events`) },
  ];
}

/** Megabytes a process holds now. */
function residentMb(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1024;
  } catch {
    return Number.NaN; // not Linux
  }
}

/**
 * Sends mixed reads at a fixed rate, whether or not earlier ones have been answered, and takes the time of each from when
 * it was due: a server that falls behind shows it.
 */
async function measureLoad(server, { seconds, rate }) {
  const mix = await mixOf(server);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const taken = new Map(mix.map(({ name }) => [name, []]));
  const memory = [];
  let wrong = 0;
  const order = mix.flatMap((kind) =>
    Array.from({ length: kind.share }, (_, i) => ({ kind, place: (i + 0.5) / kind.share })),
  );
  order.sort((a, b) => a.place - b.place);
  for (const { paths } of mix) await get(server, paths[0], agent); // caches of the first call are not what is asked about
  const heap = [];
  const watch = setInterval(() => {
    memory.push(residentMb(server.pid));
    void server.heap().then(({ heapUsed, external }) => heap.push((heapUsed + external) / 2 ** 20));
  }, 1000);
  const start = performance.now();
  const open = new Set();
  for (let i = 0; i < seconds * rate; i++) {
    const due = start + (i * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((done) => setTimeout(done, wait));
    const { kind } = order[i % order.length];
    const path = kind.paths[Math.floor(i / order.length) % kind.paths.length];
    const asked = get(server, path, agent)
      .then(({ status }) => {
        if (status !== 200) wrong++;
        taken.get(kind.name).push(performance.now() - due);
      })
      .catch(() => wrong++)
      .finally(() => open.delete(asked));
    open.add(asked);
  }
  await Promise.all(open);
  clearInterval(watch);
  agent.destroy();
  const wall = (performance.now() - start) / 1000;
  const all = [...taken.values()].flat().sort((a, b) => a - b);
  const at = (list, share) => list[Math.min(list.length - 1, Math.floor(share * list.length))] ?? Number.NaN;
  const p99 = at(all, 0.99);
  const held = (all.length + wrong) / wall;
  console.log(
    `${rate} reads a second for ${seconds} s: ${held.toFixed(0)} a second answered, ${wrong} wrong; middle ${at(all, 0.5).toFixed(1)} ms, ` +
      `95th ${at(all, 0.95).toFixed(1)} ms, 99th ${p99.toFixed(1)} ms, longest ${all.at(-1).toFixed(0)} ms, ${verdict(wrong === 0 && p99 < goals.p99 && held > 0.98 * rate, `p99 under ${goals.p99} ms`)}`,
  );
  for (const [name, list] of taken) {
    list.sort((a, b) => a - b);
    console.log(
      `  ${name.padEnd(20)} ${String(list.length).padStart(6)}  middle ${at(list, 0.5).toFixed(1).padStart(6)} ms  99th ${at(list, 0.99).toFixed(1).padStart(7)} ms`,
    );
  }
  if (memory.length > 5) {
    printGrowth("Memory, resident", memory, all.length);
    printGrowth("Memory, heap after collections", lowestOf(heap), all.length);
  }
}

/** The lowest of every five seconds: what a heap comes down to when it is collected. */
function lowestOf(heap) {
  return Array.from({ length: Math.floor(heap.length / 5) }, (_, i) => Math.min(...heap.slice(5 * i, 5 * i + 5)));
}

/** Whether memory grows: medians of the thirds, since the first one also warms up. */
function printGrowth(name, memory, requests) {
  const third = Math.floor(memory.length / 3);
  const thirds = [0, 1, 2].map((i) => median(memory.slice(i * third, (i + 1) * third)));
  const growth = thirds[2] - thirds[1];
  console.log(
    `${name}: ${memory[0].toFixed(0)} MB at first, ${thirds.map((mb) => mb.toFixed(0)).join(", ")} MB in the thirds, most ${Math.max(...memory).toFixed(0)} MB; ` +
      `${growth.toFixed(1)} MB from the second to the last, ${((3 * growth) / (requests / 1000)).toFixed(2)} MB in 1,000 requests, ${verdict(growth < goals.growthMb, `under ${goals.growthMb} MB`)}`,
  );
}
