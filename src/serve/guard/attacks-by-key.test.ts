import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { get, H, type Headers, own, post, refusedBy, served, serveForAttacks } from "./fixture.ts";
import { passOf } from "./index.ts";
import { request, sendBytes } from "./wire.ts";

serveForAttacks();

/** The clock of the served workbench stands here. */
const now = Date.parse("2026-01-01T00:00:00Z");
const minute = 60_000;
/** Everything by which a program could play the browser of the user's own page. */
const disguise: Headers = [
  ["Sec-Fetch-Site", "same-origin"],
  ["Sec-Fetch-Mode", "cors"],
  ["Sec-Fetch-Dest", "empty"],
  ["Referer", "http://127.0.0.1/"],
];
const cookieAnd = (more: Headers = []): Headers => [["Host", H.host], ["Cookie", H.cookie], ...more];

const withoutKey: [string, () => Headers][] = [
  ["no key", () => []],
  ["no key, in the disguise of the page", () => disguise],
  ["an empty key", () => [["X-Bedside-Key", ""]]],
  ["a guessed key", () => [["X-Bedside-Key", "A".repeat(43)]]],
  ["the key cut by one", () => [["X-Bedside-Key", H.key.slice(0, -1)]]],
  ["the key with one more", () => [["X-Bedside-Key", `${H.key}A`]]],
  ["the key in small letters", () => [["X-Bedside-Key", H.key.toLowerCase()]]],
  ["the key quoted", () => [["X-Bedside-Key", `"${H.key}"`]]],
  ["the cookie's value as the key", () => [["X-Bedside-Key", H.cookie.split("=")[1]!]]],
  ["the token of programs as the key", () => [["X-Bedside-Key", served.sessions.apiToken]]],
  ["the key as a token of programs", () => [["Authorization", `Bearer ${H.key}`]]],
  ["the key under another name", () => [["X-API-Key", H.key]]],
  ["a pass as the key", () => [["X-Bedside-Key", passOf(H.key, "/api/jobs", now + minute)]]],
  [
    "the key twice, once wrong",
    () => [
      ["X-Bedside-Key", "A".repeat(43)],
      ["X-Bedside-Key", H.key],
    ],
  ],
];
test.each(withoutKey)("a cookie that another port was sent reads nothing with %s", async (_, headers) => {
  await refusedBy(get("/api/jobs", cookieAnd(headers())), [400, 401]);
});
test.each(withoutKey)("a cookie that another port was sent changes nothing with %s", async (_, headers) => {
  const bytes = post({ "X-Bedside-Key": undefined });
  const lines = headers()
    .filter(([name]) => !name.startsWith("Sec-"))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  await refusedBy(bytes.replace("\r\n", `\r\n${lines.join("")}`), [400, 401]);
});
test("the key as a second cookie is no key", async () =>
  void (await refusedBy(
    get("/api/jobs", [
      ["Host", H.host],
      ["Cookie", `${H.cookie}; bedside-key=${H.key}`],
    ]),
    [401],
  )));
test.each(["key", "pass", "x-bedside-key"])("the key in the address as %s is no key", async (name) => {
  await refusedBy(get(`/api/jobs?${name}=${H.key}`, cookieAnd()), [401]);
});

const withoutCookie: [string, () => Headers][] = [
  ["no cookie", () => []],
  ["a guessed cookie", () => [["Cookie", `bedside-${served.port}=${"A".repeat(43)}`]]],
  ["the key as the cookie", () => [["Cookie", `bedside-${served.port}=${H.key}`]]],
  ["another port's cookie", () => [["Cookie", H.cookie.replace(String(served.port), "1")]]],
];
test.each(withoutCookie)("the key alone, with %s, opens nothing", async (_, headers) => {
  await refusedBy(get("/api/jobs", [["Host", H.host], ["X-Bedside-Key", H.key], ...headers()]), [401]);
});

test("a server on another port gets the cookie of the user's browser, and can do nothing with it", async () => {
  const stolen: string[] = [];
  const evil = createServer((incoming, outgoing) => {
    stolen.push(incoming.headers.cookie ?? "");
    outgoing.end();
  });
  await new Promise<void>((done) => evil.listen(0, "127.0.0.1", done));
  const { port } = evil.address() as AddressInfo;
  // as browsers do: cookies are kept by host, whatever the port
  await sendBytes(
    port,
    request("GET / HTTP/1.1", [
      ["Host", `127.0.0.1:${port}`],
      ["Cookie", H.cookie],
      ["Connection", "close"],
    ]),
  );
  await new Promise((done) => evil.close(done));
  expect(stolen).toEqual([H.cookie]);
  const replayed: Headers = [["Host", H.host], ["Cookie", stolen[0]!], ...disguise];
  for (const path of ["/api/jobs", "/api/runs", "/api/patients", "/api/openapi.json", "/api/papers/feed.atom"]) {
    await refusedBy(get(path, replayed), [401]);
  }
  await refusedBy(post({ Cookie: stolen[0]!, "X-Bedside-Key": undefined }), [401]);
});

test("a pass opens its address, for what the browser asks for by itself", async () => {
  const path = "/api/papers/feed.atom";
  for (const left of [0, minute, 10 * minute]) {
    const answer = await sendBytes(served.port, get(`${path}?pass=${passOf(H.key, path, now + left)}`, cookieAnd()));
    expect([left, answer.status]).toEqual([left, 200]);
  }
});
const passes: [string, () => string][] = [
  ["of another address", () => passOf(H.key, "/api/runs", now + minute)],
  ["of an address that begins alike", () => passOf(H.key, "/api/job", now + minute)],
  ["of every address", () => passOf(H.key, "", now + minute)],
  ["that has run out", () => passOf(H.key, "/api/jobs", now - 1)],
  ["that would be good for longer than ten minutes", () => passOf(H.key, "/api/jobs", now + 10 * minute + 1)],
  ["made longer than it was", () => passOf(H.key, "/api/jobs", now - 1).replace(/^\d+/, String(now + minute))],
  ["of a guessed key", () => passOf("A".repeat(43), "/api/jobs", now + minute)],
  ["of the cookie's value", () => passOf(H.cookie.split("=")[1]!, "/api/jobs", now + minute)],
  ["of the token of programs", () => passOf(served.sessions.apiToken, "/api/jobs", now + minute)],
  ["cut by one", () => passOf(H.key, "/api/jobs", now + minute).slice(0, -1)],
  ["with one more", () => `${passOf(H.key, "/api/jobs", now + minute)}A`],
  ["without a time", () => passOf(H.key, "/api/jobs", now + minute).slice(14)],
  ["without end", () => passOf(H.key, "/api/jobs", Number.POSITIVE_INFINITY)],
  ["with more after it", () => `${passOf(H.key, "/api/jobs", now + minute)}&x=1`],
  ["twice", () => `${passOf(H.key, "/api/jobs", now + minute)}?pass=${passOf(H.key, "/api/jobs", now + minute)}`],
  ["that is empty", () => ""],
];
test.each(passes)("a pass %s is refused", async (_, pass) => {
  await refusedBy(get(`/api/jobs?pass=${pass()}`, cookieAnd()), [400, 401]);
});
test("a pass without the cookie is refused", async () =>
  void (await refusedBy(get(`/api/jobs?pass=${passOf(H.key, "/api/jobs", now + minute)}`, [["Host", H.host]]), [401])));
test("a pass beside a wrong key is refused", async () =>
  void (await refusedBy(
    get(`/api/jobs?pass=${passOf(H.key, "/api/jobs", now + minute)}`, cookieAnd([["X-Bedside-Key", "A".repeat(43)]])),
    [401],
  )));
test.each(["POST", "PUT", "DELETE", "HEAD"])("a pass is none for %s", async (method) => {
  const path = "/api/jobs/import";
  const bytes = post({ "X-Bedside-Key": undefined }, "{}", `${path}?pass=${passOf(H.key, path, now + minute)}`);
  if (method === "HEAD") {
    const target = `/api/jobs?pass=${passOf(H.key, "/api/jobs", now + minute)}`;
    await refusedBy(request(`HEAD ${target} HTTP/1.1`, cookieAnd()), [401]);
  } else await refusedBy(bytes.replace("POST", method), [401]);
});
test("after all of this the page's own requests still pass", async () => {
  expect((await sendBytes(served.port, get("/api/jobs", own()))).status).toBe(200);
});
