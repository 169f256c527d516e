import { expect, test } from "vitest";
import { get, H, own, post, refusedBy, served, serveForAttacks } from "./fixture.ts";
import { request, sendBytes } from "./wire.ts";

serveForAttacks();

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
  expect(headers["location"]).toBe(`/#key=${H.key}`); // what stands behind # is sent to nobody
});
test("after all of this the page's own requests still pass", async () => {
  expect((await sendBytes(served.port, get("/api/jobs"))).status).toBe(200);
});
