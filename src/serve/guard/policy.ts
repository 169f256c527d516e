// What a request must look like before any route sees it. Pure: knows headers and paths, no server and no session store.

/** The parts of a request that the guard judges. */
export interface Asked {
  method: string;
  /** As sent: path and query, or an absolute address. */
  target: string;
  /** Names and values in the order sent, repeats kept: `["Host", "127.0.0.1:4180", …]`. */
  rawHeaders: readonly string[];
  /** The address the connection came from. */
  remoteAddress: string | undefined;
}

/** Why a request is refused. */
export interface Refusal {
  status: 400 | 401 | 403 | 405 | 413 | 414 | 415 | 421 | 431;
  /** A word for logs and tests: `host`, `origin` … */
  code: string;
  /** For the caller; says nothing about what lies behind. */
  message: string;
}

/** Methods that change nothing. */
const safeMethods = new Set(["GET", "HEAD"]);
const changingMethods = new Set(["POST", "PUT", "DELETE"]);

/** The longest address and the largest head of a request. Ids are short, and so are the searches of the page. */
export const limits = { targetBytes: 2048, headerBytes: 16_384, headers: 64, bodyBytes: 1_048_576 } as const;

/** Headers of which a second one could be read differently by two parsers. */
const single = new Set([
  "host",
  "origin",
  "referer",
  "content-type",
  "content-length",
  "transfer-encoding",
  "authorization",
  "x-bedside-key",
  "sec-fetch-site",
  "sec-fetch-mode",
  "sec-fetch-dest",
  "cookie",
]);

/** Headers by which a proxy, or someone who plays one, would say that the request is another than it is. */
const refused = [
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-real-ip",
  "x-original-url",
  "x-rewrite-url",
  "x-original-host",
  "x-host",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "forwarded",
  "via",
  "proxy-authorization",
  "proxy-connection",
  "upgrade",
  "expect",
  "te",
  "trailer",
];

/** The names under which this server may be asked for. */
export function ownHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
}

/** The values of a header, in the order sent. */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.toLowerCase() === name) values.push(rawHeaders[i + 1]!);
  }
  return values;
}

/**
 * Judges a request by its head alone, before anything is routed; undefined lets it pass. It must come over the loopback
 * interface, name this server as its host (against DNS rebinding), carry no header that makes it two requests in one, and,
 * where it may change something, come from this server's own page (against cross-site requests).
 */
export function judge(asked: Asked, port: number): Refusal | undefined {
  return (
    fromHere(asked) ?? wellFormed(asked) ?? forThisHost(asked, port) ?? plainTarget(asked) ?? sameSite(asked, port)
  );
}

function fromHere({ remoteAddress }: Asked): Refusal | undefined {
  const address = remoteAddress?.replace(/^::ffff:/, "");
  if (address && (address === "::1" || /^127(\.\d{1,3}){3}$/.test(address))) return undefined;
  return { status: 403, code: "remote", message: "This server answers this computer only." };
}

function wellFormed({ method, rawHeaders }: Asked): Refusal | undefined {
  if (!safeMethods.has(method) && !changingMethods.has(method))
    return { status: 405, code: "method", message: "This method is not served." };
  if (rawHeaders.length / 2 > limits.headers) return tooLarge("header-count");
  let bytes = 0;
  const seen = new Set<string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const value = rawHeaders[i + 1]!;
    bytes += name.length + value.length + 4;
    if (single.has(name) && seen.has(name)) return malformed("repeated-header");
    seen.add(name);
    if (refused.includes(name)) return malformed("refused-header");
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return malformed("header-name");
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) return malformed("header-value");
  }
  if (bytes > limits.headerBytes) return tooLarge("header-bytes");
  const length = headerValues(rawHeaders, "content-length")[0];
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return malformed("content-length");
  if (Number(length ?? 0) > limits.bodyBytes)
    return { status: 413, code: "body-bytes", message: "The body of the request is too large." };
  const hasBody = Number(length ?? 0) > 0 || seen.has("transfer-encoding");
  if (seen.has("content-encoding")) return malformed("content-encoding");
  if (safeMethods.has(method) && hasBody) return malformed("body-of-get");
  return undefined;
}

function malformed(code: string): Refusal {
  return { status: 400, code, message: "The request is not well formed." };
}

function tooLarge(code: string): Refusal {
  return { status: 431, code, message: "The head of the request is too large." };
}

function forThisHost({ rawHeaders }: Asked, port: number): Refusal | undefined {
  const hosts = headerValues(rawHeaders, "host");
  if (hosts.length === 1 && ownHosts(port).includes(hosts[0]!)) return undefined;
  return { status: 421, code: "host", message: "This server does not answer for that host." };
}

/** A path of plain characters: nothing that a file system, a proxy or a second decoding could read as another path. */
function plainTarget({ target }: Asked): Refusal | undefined {
  if (target.length > limits.targetBytes)
    return { status: 414, code: "target-bytes", message: "The address is too long." };
  const path = target.split("?", 1)[0]!;
  const isPlain =
    /^\/[\w./~@+-]*$/.test(path) && !path.includes("//") && !path.split("/").some((part) => /^\.+$/.test(part));
  if (!isPlain) return malformed("path");
  const query = target.slice(path.length);
  if (!/^(\?[\w.~:@!$'()*,;=&%+/?-]*)?$/.test(query) || /%(0|1|7f|2e%2e)/i.test(query)) return malformed("query");
  return undefined;
}

function sameSite({ method, rawHeaders }: Asked, port: number): Refusal | undefined {
  const site = headerValues(rawHeaders, "sec-fetch-site")[0];
  const mode = headerValues(rawHeaders, "sec-fetch-mode")[0];
  const origin = headerValues(rawHeaders, "origin")[0];
  const foreign: Refusal = { status: 403, code: "cross-site", message: "Requests of other sites are refused." };
  if (site !== undefined && site !== "same-origin" && site !== "none") return foreign;
  if (mode === "no-cors" && site !== "same-origin") return foreign;
  if (origin !== undefined && !isOwnOrigin(origin, rawHeaders, port)) return { ...foreign, code: "origin" };
  if (safeMethods.has(method)) return undefined;
  if (site === "none") return foreign;
  // a browser names its origin on every request that may change something; what is no browser brings a token instead
  const hasToken = headerValues(rawHeaders, "authorization").length === 1;
  if (origin === undefined && !hasToken) return { ...foreign, code: "no-origin" };
  const type = headerValues(rawHeaders, "content-type")[0];
  if (!/^application\/json(;\s*charset=utf-8)?$/i.test(type ?? ""))
    return { status: 415, code: "content-type", message: "The body must be JSON." };
  return undefined;
}

/** The origin must be the very host the request names, by http. */
function isOwnOrigin(origin: string, rawHeaders: readonly string[], port: number): boolean {
  const host = headerValues(rawHeaders, "host")[0]!;
  return ownHosts(port).includes(host) && origin === `http://${host}`;
}
