// The files of the page, known by name beforehand: nothing is looked up on the disk by what a request says.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { BedsideError } from "../core/errors.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** Places in the page: all are the same file, which reads the address. */
const places = /^\/((papers|data|cohorts|patients|runs|leaderboard|try)(\/[\w~-][\w.~-]*)*)?$/;

interface PageFile {
  type: string;
  plain: Buffer;
  gzip: Buffer | undefined;
  tag: string;
  /** Its name changes with its content. */
  isHashed: boolean;
}

/** Answers requests for the page's files; a place in the page is its index. */
export interface PageFiles {
  answer(path: string, incoming: IncomingMessage, outgoing: ServerResponse): void;
}

/**
 * Reads the built page, whole, at the start.
 * @throws BedsideError `serve/no-page` where it was not built.
 */
export function readPage(folder: string): PageFiles {
  const files = new Map<string, PageFile>();
  const add = (path: string) => {
    for (const name of readdirSync(join(folder, path))) {
      const inner = path ? `${path}/${name}` : name;
      if (statSync(join(folder, inner)).isDirectory()) add(inner);
      else if (types[extname(name)]) files.set(`/${inner}`, pageFile(join(folder, inner), inner));
    }
  };
  try {
    add("");
  } catch {
    files.clear();
  }
  const index = files.get("/index.html");
  if (!index) {
    throw new BedsideError({
      code: "serve/no-page",
      what: "The workbench page was not built",
      where: folder,
      fix: "npm run build",
    });
  }
  return {
    answer(path, incoming, outgoing) {
      const file = files.get(path) ?? (places.test(path) ? index : undefined);
      if (!file || (incoming.method !== "GET" && incoming.method !== "HEAD")) {
        outgoing.writeHead(404, { "Content-Type": "application/json" });
        outgoing.end('{"error":{"code":"serve/no-such-page","what":"There is nothing at this address"}}');
        return;
      }
      send(file, incoming, outgoing);
    },
  };
}

function send(
  { type, plain, gzip, tag, isHashed }: PageFile,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  outgoing.setHeader("Cache-Control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
  outgoing.setHeader("ETag", tag);
  outgoing.setHeader("Vary", "Accept-Encoding");
  if (incoming.headers["if-none-match"] === tag) {
    outgoing.writeHead(304).end();
    return;
  }
  const zipped = gzip && /\bgzip\b/.test(String(incoming.headers["accept-encoding"] ?? "")) ? gzip : undefined;
  const body = zipped ?? plain;
  outgoing.writeHead(200, {
    "Content-Type": type,
    "Content-Length": body.length,
    ...(zipped ? { "Content-Encoding": "gzip" } : {}),
  });
  outgoing.end(incoming.method === "HEAD" ? undefined : body);
}

function pageFile(path: string, name: string): PageFile {
  const plain = readFileSync(path);
  const type = types[extname(path)]!;
  const isText = /text|json|svg|wasm/.test(type);
  return {
    type,
    plain,
    gzip: isText && plain.length > 1024 ? gzipSync(plain, { level: 6 }) : undefined,
    tag: `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`,
    isHashed: /^assets\/.*-[\w-]{8}\.\w+$/.test(name),
  };
}
