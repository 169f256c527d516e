import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Served, serveWorkbench } from "../index.ts";
import { cookieName } from "./index.ts";
import { request, sendBytes, type WireAnswer } from "./wire.ts";

let folder: string;
let served: Served;
let cookie: string;
let H: Known;

interface Known {
  host: string;
  origin: string;
  cookie: string;
  bearer: string;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-attacks-"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(folder, "secret.txt"), "not a file of the page");
  served = await serveWorkbench({
    data: [],
    runs: join(folder, "runs"),
    port: 0,
    memory: "400MB",
    threads: 1,
    program: [process.execPath, "-e", "0"],
    now: () => new Date(),
    page: folder,
  });
  const { port } = served;
  const launched = await sendBytes(
    port,
    request(`GET ${new URL(served.launchLink()).pathname} HTTP/1.1`, [["Host", `127.0.0.1:${port}`]]),
  );
  cookie = launched.headers["set-cookie"]!.split(";")[0]!;
  const host = `127.0.0.1:${port}`;
  H = { host, origin: `http://${host}`, cookie, bearer: `Bearer ${served.sessions.apiToken}` };
});

afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

type Headers = [string, string][];
const own = (more: Headers = []): Headers => [["Host", H.host], ["Cookie", H.cookie], ...more];
const get = (target: string, headers: Headers = own()) => request(`GET ${target} HTTP/1.1`, headers);
/** What the page itself sends to change something, with some headers changed; `undefined` leaves one out. */
function post(changes: Record<string, string | undefined> = {}, body = "{}", target = "/api/jobs/import"): string {
  const usual: Record<string, string | undefined> = {
    Host: H.host,
    Cookie: H.cookie,
    Origin: H.origin,
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "cors",
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    ...changes,
  };
  const headers = Object.entries(usual).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return request(`POST ${target} HTTP/1.1`, headers, body);
}

test("the page's own requests are let through, so that a refusal below is a refusal of what is named", async () => {
  expect((await sendBytes(served.port, get("/api/jobs"))).status).toBe(200);
  expect((await sendBytes(served.port, get("/"))).status).toBe(200);
  const check = JSON.stringify({ yaml: "id: [" });
  expect((await sendBytes(served.port, post({}, check, "/api/tasks/check"))).status).toBe(200);
  const byToken = { Cookie: undefined, Origin: undefined, "Sec-Fetch-Site": undefined, "Sec-Fetch-Mode": undefined };
  const answer = await sendBytes(served.port, post({ ...byToken, Authorization: H.bearer }, check, "/api/tasks/check"));
  expect(answer.status).toBe(200);
});

/** Refused by the guard, or by the parser below it, or by closing the connection; never routed, never 200. */
const refusals = new Set([0, 400, 401, 403, 404, 405, 408, 413, 414, 415, 421, 431, 501, 505]);
const refusedBy = async (bytes: string | Buffer, statuses?: number[]): Promise<WireAnswer> => {
  const before = served.bench.jobs.list().length;
  const answer = await sendBytes(served.port, bytes);
  expect(refusals, `status ${answer.status}`).toContain(answer.status);
  if (statuses) expect(statuses).toContain(answer.status);
  expect(answer.body).not.toMatch(/not a file of the page|root:|node_modules|at .*\.(ts|js):\d/);
  expect(answer.headers["set-cookie"]).toBeUndefined();
  expect(served.bench.jobs.list().length).toBe(before);
  return answer;
};

const foreignHosts: [string, () => string][] = [
  ["a name an attacker has re-pointed to this computer", () => `evil.example:${served.port}`],
  ["the same without a port", () => "evil.example"],
  ["the right name without a port", () => "127.0.0.1"],
  ["localhost without a port", () => "localhost"],
  ["another port", () => `127.0.0.1:${served.port + 1}`],
  ["port 80", () => "127.0.0.1:80"],
  ["a subdomain of localhost", () => `evil.localhost:${served.port}`],
  ["localhost as a subdomain", () => `localhost.evil.example:${served.port}`],
  ["a name that begins like the loopback address", () => `127.0.0.1.evil.example:${served.port}`],
  ["a rebinding service's name", () => `7f000001.c0a80001.rebind.example:${served.port}`],
  ["an address with user information", () => `127.0.0.1@evil.example:${served.port}`],
  ["user information before the right host", () => `evil.example@127.0.0.1:${served.port}`],
  ["the loopback address in decimal", () => `2130706433:${served.port}`],
  ["the loopback address in hexadecimal", () => `0x7f000001:${served.port}`],
  ["the loopback address in octal", () => `0177.0.0.1:${served.port}`],
  ["the short loopback address", () => `127.1:${served.port}`],
  ["another loopback address", () => `127.0.0.2:${served.port}`],
  ["the address of all interfaces", () => `0.0.0.0:${served.port}`],
  ["an IPv6 address of all interfaces", () => `[::]:${served.port}`],
  ["a mapped IPv6 address", () => `[::ffff:127.0.0.1]:${served.port}`],
  ["IPv6 loopback without brackets", () => `::1:${served.port}`],
  ["capital letters", () => `LOCALHOST:${served.port}`],
  ["a full stop at the end", () => `localhost.:${served.port}`],
  ["a list", () => `${H.host}, evil.example`],
  ["an empty host", () => ""],
  ["a host with a path", () => `${H.host}/`],
  ["a host with a tab inside", () => `${H.host}\tx`],
  ["an internationalised look-alike", () => `xn--lcalhost-54a:${served.port}`],
  ["a private address", () => `192.168.0.1:${served.port}`],
  ["a cloud metadata address", () => "169.254.169.254"],
];
test.each(foreignHosts)("Host: %s is refused for reading and for changing", async (_, host) => {
  await refusedBy(
    get("/api/jobs", [
      ["Host", host()],
      ["Cookie", H.cookie],
    ]),
    [400, 421],
  );
  await refusedBy(post({ Host: host(), Origin: `http://${host()}` }), [400, 421]);
});

test("no Host at all is refused", async () => void (await refusedBy(get("/api/jobs", [["Cookie", H.cookie]]), [400])));
test("two Hosts are refused", async () =>
  void (await refusedBy(
    get("/api/jobs", [
      ["Host", H.host],
      ["Host", "evil.example"],
      ["Cookie", H.cookie],
    ]),
    [400],
  )));
test("two Hosts, ours last, are refused", async () =>
  void (await refusedBy(
    get("/api/jobs", [
      ["Host", "evil.example"],
      ["Host", H.host],
      ["Cookie", H.cookie],
    ]),
    [400, 421],
  )));
test("an absolute address of another host is refused", async () =>
  void (await refusedBy(get("http://evil.example/api/jobs"), [400])));
test("an absolute address of this host is refused", async () =>
  void (await refusedBy(get(`http://${H.host}/api/jobs`), [400])));

const foreignOrigins: [string, Record<string, string | undefined>][] = [
  ["another site", { Origin: "http://evil.example" }],
  ["another site with https", { Origin: "https://evil.example" }],
  ["no site: a sandboxed frame or a file", { Origin: "null" }],
  ["an extension", { Origin: "chrome-extension://abcdefghijklmnop" }],
  ["a file", { Origin: "file://" }],
  ["another port of this computer", { Origin: "http://127.0.0.1:1" }],
  ["this computer without a port", { Origin: "http://127.0.0.1" }],
  ["this computer by https", { Origin: "https://HOST" }],
  ["another name of this computer than the host", { Origin: "http://localhost:PORT" }],
  ["our origin with a path", { Origin: "http://HOST/" }],
  ["our origin in a longer name", { Origin: "http://HOST.evil.example" }],
  ["our origin after another", { Origin: "http://evil.example http://HOST" }],
  ["an empty origin", { Origin: "" }],
  ["no origin and no token", { Origin: undefined }],
  ["no origin, with the cookie and a referrer of ours", { Origin: undefined, Referer: "http://HOST/" }],
  ["a cross-site fetch", { "Sec-Fetch-Site": "cross-site" }],
  ["a same-site fetch of another port", { "Sec-Fetch-Site": "same-site" }],
  ["a fetch by the address bar", { "Sec-Fetch-Site": "none" }],
  ["a fetch of an unknown kind of site", { "Sec-Fetch-Site": "SAME-ORIGIN" }],
  [
    "a form of another site",
    { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", Origin: "http://evil.example" },
  ],
];
test.each(foreignOrigins)("a change asked for by %s is refused", async (_, changes) => {
  const filled = Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [
      name,
      value?.replaceAll("HOST", H.host).replaceAll("PORT", String(served.port)),
    ]),
  );
  await refusedBy(post(filled), [403]);
});

const crossReads: [string, Headers][] = [
  [
    "an image of another site",
    [
      ["Sec-Fetch-Site", "cross-site"],
      ["Sec-Fetch-Mode", "no-cors"],
      ["Sec-Fetch-Dest", "image"],
    ],
  ],
  [
    "a script tag of another site",
    [
      ["Sec-Fetch-Site", "cross-site"],
      ["Sec-Fetch-Mode", "no-cors"],
      ["Sec-Fetch-Dest", "script"],
    ],
  ],
  [
    "a script tag of another port",
    [
      ["Sec-Fetch-Site", "same-site"],
      ["Sec-Fetch-Mode", "no-cors"],
    ],
  ],
  [
    "a fetch of another site",
    [
      ["Sec-Fetch-Site", "cross-site"],
      ["Sec-Fetch-Mode", "cors"],
      ["Origin", "http://evil.example"],
    ],
  ],
  [
    "a frame of another site",
    [
      ["Sec-Fetch-Site", "cross-site"],
      ["Sec-Fetch-Mode", "navigate"],
      ["Sec-Fetch-Dest", "iframe"],
    ],
  ],
  [
    "a link of another site",
    [
      ["Sec-Fetch-Site", "cross-site"],
      ["Sec-Fetch-Mode", "navigate"],
      ["Sec-Fetch-Dest", "document"],
    ],
  ],
  ["an origin without fetch metadata", [["Origin", "http://evil.example"]]],
  [
    "a no-cors fetch by nobody",
    [
      ["Sec-Fetch-Site", "none"],
      ["Sec-Fetch-Mode", "no-cors"],
    ],
  ],
  ["a sandboxed page", [["Origin", "null"]]],
];
test.each(crossReads)("a reading by %s is refused, cookie or not", async (_, headers) => {
  await refusedBy(get("/api/jobs", own(headers)), [403]);
});

const contentTypes = [
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain; application/json",
  "application/json; charset=utf-16",
  "application/json; charset=utf-7",
  "application/csp-report",
  "application/jsonp",
  "text/json",
  "application/xml",
  "",
];
test.each(contentTypes)("a body of type %j is refused", async (type) => {
  await refusedBy(post({ "Content-Type": type }), [415]);
});
test("a body of no type is refused", async () => void (await refusedBy(post({ "Content-Type": undefined }), [415])));

const wrongSessions: [string, () => Headers][] = [
  ["no cookie", () => [["Host", H.host]]],
  [
    "an empty cookie",
    () => [
      ["Host", H.host],
      ["Cookie", `${cookieName(served.port)}=`],
    ],
  ],
  [
    "a guessed cookie",
    () => [
      ["Host", H.host],
      ["Cookie", `${cookieName(served.port)}=${"A".repeat(43)}`],
    ],
  ],
  [
    "the cookie cut by one",
    () => [
      ["Host", H.host],
      ["Cookie", H.cookie.slice(0, -1)],
    ],
  ],
  [
    "the cookie with one more",
    () => [
      ["Host", H.host],
      ["Cookie", `${H.cookie}A`],
    ],
  ],
  [
    "the cookie under another name",
    () => [
      ["Host", H.host],
      ["Cookie", H.cookie.replace("bedside-", "Bedside-")],
    ],
  ],
  [
    "the cookie of another port",
    () => [
      ["Host", H.host],
      ["Cookie", H.cookie.replace(String(served.port), "1")],
    ],
  ],
  [
    "the cookie twice, once wrong",
    () => [
      ["Host", H.host],
      ["Cookie", `${cookieName(served.port)}=x; ${H.cookie}`],
    ],
  ],
  [
    "the cookie quoted",
    () => [
      ["Host", H.host],
      ["Cookie", H.cookie.replace("=", '="').concat('"')],
    ],
  ],
  [
    "the cookie's value as a token",
    () => [
      ["Host", H.host],
      ["Authorization", `Bearer ${H.cookie.split("=")[1]}`],
    ],
  ],
  ["a wrong token beside the right cookie", () => [...own(), ["Authorization", `Bearer ${"A".repeat(43)}`]]],
  [
    "the token without Bearer",
    () => [
      ["Host", H.host],
      ["Authorization", H.bearer.slice(7)],
    ],
  ],
  [
    "the token as Basic",
    () => [
      ["Host", H.host],
      ["Authorization", `Basic ${H.bearer.slice(7)}`],
    ],
  ],
  [
    "the token in small letters",
    () => [
      ["Host", H.host],
      ["Authorization", H.bearer.toLowerCase()],
    ],
  ],
  [
    "the token cut by one",
    () => [
      ["Host", H.host],
      ["Authorization", H.bearer.slice(0, -1)],
    ],
  ],
  [
    "two tokens",
    () => [
      ["Host", H.host],
      ["Authorization", H.bearer],
      ["Authorization", H.bearer],
    ],
  ],
];
test.each(wrongSessions)("the API with %s is refused", async (_, headers) => {
  await refusedBy(get("/api/jobs", headers()), [400, 401]);
});
test("the token in the address is no token", async () =>
  void (await refusedBy(get(`/api/jobs?token=${served.sessions.apiToken}`, [["Host", H.host]]), [401])));
test("OpenAPI is not told to strangers", async () =>
  void (await refusedBy(get("/api/openapi.json", [["Host", H.host]]), [401])));
test("a launch link works once", async () => {
  const path = new URL(served.launchLink()).pathname;
  expect((await sendBytes(served.port, get(path, [["Host", H.host]]))).status).toBe(303);
  await refusedBy(get(path, [["Host", H.host]]), [401]);
});
test("a launch link is ended by the next one", async () => {
  const path = new URL(served.launchLink()).pathname;
  served.launchLink();
  await refusedBy(get(path, [["Host", H.host]]), [401]);
});
test("a guessed launch link is refused", async () =>
  void (await refusedBy(get(`/launch/${"A".repeat(43)}`, [["Host", H.host]]), [401])));
test("a launch link followed from another site is refused and stays good", async () => {
  const path = new URL(served.launchLink()).pathname;
  await refusedBy(
    get(path, [
      ["Host", H.host],
      ["Sec-Fetch-Site", "cross-site"],
      ["Sec-Fetch-Mode", "navigate"],
    ]),
    [403],
  );
  expect((await sendBytes(served.port, get(path, [["Host", H.host]]))).status).toBe(303);
});
test("a launch by HEAD is refused and uses nothing up", async () => {
  const path = new URL(served.launchLink()).pathname;
  await refusedBy(request(`HEAD ${path} HTTP/1.1`, [["Host", H.host]]), [401]);
  expect((await sendBytes(served.port, get(path, [["Host", H.host]]))).status).toBe(303);
});

const paths = [
  "/../secret.txt",
  "/./secret.txt",
  "/assets/../secret.txt",
  "/assets/../../etc/passwd",
  "/%2e%2e/secret.txt",
  "/%2e%2e%2fsecret.txt",
  "/..%2fsecret.txt",
  "/..%5csecret.txt",
  "/..\\secret.txt",
  "/..;/secret.txt",
  "/%252e%252e/secret.txt",
  "/%c0%ae%c0%ae/secret.txt",
  "/....//secret.txt",
  "//secret.txt",
  "//evil.example/",
  "/secret.txt",
  "/secret.txt%00.html",
  "/index.html%00",
  "/index.html::$DATA",
  "/INDEX.HTML",
  "/C:/Windows/win.ini",
  "/\\\\server\\share",
  "/file:///etc/passwd",
  "/etc/passwd.txt",
  "/.env",
  "/.git/config",
  "/runs/.workbench/key.txt",
  "/.workbench/api-token.json",
  "/package.json",
  "/assets/%0d%0aSet-Cookie:%20x=1",
  "/assets/<script>.js",
  "/assets/'.js",
  '/assets/".js',
  "/assets/`id`.js",
  "/assets/$(id).js",
  "/assets/a.js;x",
  "/assets/a.js#x",
  "/con.js",
  "/nul.txt",
];
test.each(paths)("the path %s reaches no file", async (path) => {
  await refusedBy(get(path), [400, 404]);
});
test.each([
  "/api/../secret.txt",
  "/api/jobs/..%2f..%2f/log",
  "/api/jobs/../../etc/log",
  "/api/jobs/20260101000000-0000000/log",
  "/api/jobs/%2e%2e/log",
  "/api/tasks/../package",
  "/api/tasks/yaib/..%2f..%2fpackage",
  "/api/tasks/yaib/mortality24.yaml",
  "/api//jobs",
  "/api/jobs/",
  "/API/jobs",
  "/api/jobs%00",
  "/api/__proto__",
  "/api/constructor",
  "/api/tasks/__proto__/constructor",
])("the API path %s leads nowhere", async (path) => {
  await refusedBy(get(path), [400, 404]);
});
test.each([
  "?x=%00",
  "?x=%0d%0aSet-Cookie:y=1",
  "?x=<script>",
  "?x=\\",
  '?x="',
  "?x=%1b[31m",
  "?x=`id`",
  "?x={}",
  "?x=a|b",
])("the query %s is refused", async (query) => void (await refusedBy(get(`/api/jobs${query}`), [400])));

const smuggled: [string, () => string][] = [
  ["both length and chunks", () => post({ "Transfer-Encoding": "chunked" })],
  ["two lengths", () => post().replace("Content-Length: 2", "Content-Length: 2\r\nContent-Length: 3")],
  ["a list of lengths", () => post({ "Content-Length": "2, 2" })],
  ["a negative length", () => post({ "Content-Length": "-1" })],
  ["a length with a sign", () => post({ "Content-Length": "+2" })],
  ["a hexadecimal length", () => post({ "Content-Length": "0x2" })],
  ["a length with blanks inside", () => post({ "Content-Length": "2 2" })],
  ["an unknown coding", () => post({ "Transfer-Encoding": "identity", "Content-Length": undefined })],
  ["a coding with a tab before it", () => post({ "Transfer-Encoding": "\x0bchunked", "Content-Length": undefined })],
  ["two codings", () => post({ "Transfer-Encoding": "chunked, chunked", "Content-Length": undefined })],
  [
    "a chunk of no size",
    () => post({ "Transfer-Encoding": "chunked", "Content-Length": undefined }, "zz\r\n{}\r\n0\r\n\r\n"),
  ],
  ["a body of GET", () => request("GET /api/jobs HTTP/1.1", own([["Content-Length", "2"]]), "{}")],
  [
    "a chunked body of GET",
    () => request("GET /api/jobs HTTP/1.1", own([["Transfer-Encoding", "chunked"]]), "0\r\n\r\n"),
  ],
  ["a blank before the colon", () => `GET /api/jobs HTTP/1.1\r\nHost : ${H.host}\r\nCookie: ${H.cookie}\r\n\r\n`],
  ["a folded header", () => `GET /api/jobs HTTP/1.1\r\nHost: ${H.host}\r\nX-A: b\r\n c\r\nCookie: ${H.cookie}\r\n\r\n`],
  [
    "a bare carriage return",
    () => `GET /api/jobs HTTP/1.1\r\nHost: ${H.host}\r\nX-A: b\rc\r\nCookie: ${H.cookie}\r\n\r\n`,
  ],
  ["a bare line feed in the head", () => `GET /api/jobs HTTP/1.1\nHost: ${H.host}\nX-A: \x01\nCookie: ${H.cookie}\n\n`],
  ["a null in a header", () => get("/api/jobs", own([["X-A", "b\0c"]]))],
  ["an escape in a header", () => get("/api/jobs", own([["X-A", "\x1b[31m"]]))],
  ["a header without a name", () => `GET /api/jobs HTTP/1.1\r\nHost: ${H.host}\r\n: x\r\n\r\n`],
  ["HTTP/0.9", () => "GET /api/jobs\r\n\r\n"],
  ["HTTP/2 in clear", () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["HTTP/3.0", () => request("GET /api/jobs HTTP/3.0", own())],
  ["an asterisk", () => request("GET * HTTP/1.1", own())],
  ["TLS", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
];
test.each(smuggled)("a request with %s is refused", async (_, bytes) => {
  await refusedBy(Buffer.from(bytes(), "latin1"), [0, 400, 405, 421, 505]);
});

test.each([
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "PROPFIND",
  "MKCOL",
  "LINK",
  "PURGE",
  "get",
  "POST\tX",
])(
  "the method %s reaches nothing",
  async (method) => void (await refusedBy(request(`${method} /api/jobs HTTP/1.1`, own()), [0, 400, 403, 405])),
);

test.each([
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Proto",
  "X-Original-URL",
  "X-Rewrite-URL",
  "X-HTTP-Method-Override",
  "X-Real-IP",
  "Forwarded",
  "Via",
  "Upgrade",
  "Expect",
  "TE",
  "Trailer",
  "Content-Encoding",
])("the header %s is refused", async (name) => {
  await refusedBy(get("/api/jobs", own([[name, name === "Expect" ? "100-continue" : "127.0.0.1"]])), [0, 400]);
});
test("a web socket is refused", async () =>
  void (await refusedBy(
    get(
      "/api/jobs",
      own([
        ["Connection", "Upgrade"],
        ["Upgrade", "websocket"],
        ["Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="],
        ["Sec-WebSocket-Version", "13"],
      ]),
    ),
  )));

test("a head of 20 KB is refused", async () =>
  void (await refusedBy(get("/api/jobs", own([["X-A", "a".repeat(20_000)]])), [400, 431])));
test("80 headers are refused", async () =>
  void (await refusedBy(get("/api/jobs", own(Array.from({ length: 80 }, (_, i) => [`X-${i}`, "a"]))), [400, 431])));
test("an address of 3 KB is refused", async () =>
  void (await refusedBy(get(`/api/jobs?x=${"a".repeat(3000)}`), [414])));
test("a body that says it has 2 MB is refused before it comes", async () =>
  void (await refusedBy(post({ "Content-Length": "2000000" }), [413])));
test("a chunked body of 2 MB is refused while it comes", async () => {
  const chunk = `10000\r\n${"a".repeat(0x10000)}\r\n`;
  const bytes = post(
    { "Transfer-Encoding": "chunked", "Content-Length": undefined },
    `${chunk.repeat(32)}0\r\n\r\n`,
    "/api/tasks/check",
  );
  await refusedBy(bytes, [0, 400, 413]);
});
test("a zipped body is refused, whatever it would become", async () =>
  void (await refusedBy(post({ "Content-Encoding": "gzip" }), [400])));
test("JSON 20,000 deep is refused without a fall", async () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  await refusedBy(post({}, `{"yaml":${deep}}`, "/api/tasks/check"), [400]);
});
test("JSON that is cut off is refused", async () =>
  void (await refusedBy(post({}, '{"yaml":', "/api/tasks/check"), [400])));
test("JSON that names the prototype changes nothing", async () => {
  await refusedBy(post({}, '{"__proto__":{"isAdmin":true}}', "/api/tasks/check"), [400]);
  expect(Object.hasOwn(Object.prototype, "isAdmin")).toBe(false);
});
test("a YAML bomb of aliases is told as a mistake, at once", async () => {
  const names = Array.from("abcdefghij");
  const lines = names.map(
    (name, i) =>
      `${name}: &${name} [${
        i
          ? Array(10)
              .fill(`*${names[i - 1]}`)
              .join(",")
          : "x"
      }]`,
  );
  const answer = await sendBytes(served.port, post({}, JSON.stringify({ yaml: lines.join("\n") }), "/api/tasks/check"));
  expect(answer.status).toBe(200);
  expect(answer.body).toContain('"what"');
});
test.each(["../evil", "/etc/cron.d/x", "a/b", ".hidden", "a\\b", "con:", "x".repeat(200), "a b", "$(id)", "-rf"])(
  "a run may not be named %j",
  async (name) =>
    void (await refusedBy(post({}, JSON.stringify({ task: "yaib/mortality24", name }), "/api/jobs/run"), [400])),
);
test.each(["../../etc/passwd", "yaib/mortality24.yaml", "/tmp/x.yaml", "yaib/mortality24; id", "--help", "__proto__"])(
  "a run may not be of the task %j",
  async (task) => void (await refusedBy(post({}, JSON.stringify({ task }), "/api/jobs/run"), [400])),
);
test.each(["--data", "lr,lgbm", "../lr", "LR", "lr;id"])(
  "a run may not have the model %j",
  async (model) =>
    void (await refusedBy(
      post({}, JSON.stringify({ task: "yaib/mortality24", models: [model] }), "/api/jobs/run"),
      [400],
    )),
);

test("every answer binds the browser: policy, frames, sniffing, referrer, caches", async () => {
  for (const bytes of [get("/"), get("/api/jobs"), get("/nothing.js"), get("/api/jobs", [["Host", "evil.example"]])]) {
    const { headers } = await sendBytes(served.port, bytes);
    expect(headers["content-security-policy"]).toMatch(/default-src 'none'; script-src 'self'/);
    expect(headers["content-security-policy"]).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-frame-options"]).toBe("SAMEORIGIN");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(headers["server"]).toBeUndefined();
    expect(headers["x-powered-by"]).toBeUndefined();
  }
});
test("the cookie is for this site only and out of reach of scripts", async () => {
  const path = new URL(served.launchLink()).pathname;
  const { headers } = await sendBytes(served.port, get(path, [["Host", H.host]]));
  expect(headers["set-cookie"]).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
  expect(headers["location"]).toBe("/");
});
test("after all of this the page's own requests still pass", async () => {
  expect((await sendBytes(served.port, get("/api/jobs"))).status).toBe(200);
});
