import { expect, test } from "vitest";
import { get, H, type Headers, own, post, refusedBy, served, serveForAttacks } from "./fixture.ts";
import { cookieName } from "./index.ts";
import { request, sendBytes } from "./wire.ts";

serveForAttacks();

test("the page's own requests are let through, so that a refusal below is a refusal of what is named", async () => {
  expect((await sendBytes(served.port, get("/api/jobs"))).status).toBe(200);
  expect((await sendBytes(served.port, get("/"))).status).toBe(200);
  const check = JSON.stringify({ yaml: "id: [" });
  expect((await sendBytes(served.port, post({}, check, "/api/tasks/check"))).status).toBe(200);
  const byToken = { Cookie: undefined, Origin: undefined, "Sec-Fetch-Site": undefined, "Sec-Fetch-Mode": undefined };
  const answer = await sendBytes(served.port, post({ ...byToken, Authorization: H.bearer }, check, "/api/tasks/check"));
  expect(answer.status).toBe(200);
});

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
  [
    "a wrong token beside the right cookie",
    () => [
      ["Host", H.host],
      ["Cookie", H.cookie],
      ["Authorization", `Bearer ${"A".repeat(43)}`],
    ],
  ],
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
  await refusedBy(get("/api/jobs", [...headers(), ["X-Bedside-Key", H.key]]), [400, 401]);
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
