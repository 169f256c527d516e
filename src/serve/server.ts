// The HTTP server on the loopback interface: guard first, then launch link, page files and API. Knows no route of the API.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { BedsideError } from "../core/errors.ts";
import { answerHeaders, judge, keyHeader, launchCookie, limits, type Refusal, Sessions } from "./guard/index.ts";
import type { PageFiles } from "./page-files.ts";

/** What the server is put together from. */
export interface ServerParts {
  /** Answers what the guard has let through under `/api/`. */
  api: (request: Request) => Response | Promise<Response>;
  /** The page's own files. */
  page: PageFiles;
  /** 0 for any that is free. */
  port: number;
  now: () => number;
  /** A fault of our own while answering; gets no content of the request. */
  onFault?: (error: unknown) => void;
}

/** A server that listens. */
export interface Listening {
  port: number;
  sessions: Sessions;
  /** The link that opens the page once, within ten minutes. */
  launchLink(): string;
  close(): Promise<void>;
}

/** Time for a head, and for a whole request, in milliseconds: a slow client holds nothing up. */
const patience = { head: 10_000, request: 30_000, idle: 65_000 };

/**
 * Listens on 127.0.0.1.
 * @throws BedsideError `serve/port-taken`.
 */
export async function listen({ api, page, port, now, onFault }: ServerParts): Promise<Listening> {
  const sessions = new Sessions(now);
  let actual = port;
  const toApi = getRequestListener(api, { overrideGlobalObjects: false });
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    for (const [name, value] of Object.entries(answerHeaders)) outgoing.setHeader(name, value);
    const refusal = judge(
      {
        method: incoming.method ?? "",
        target: incoming.url ?? "",
        rawHeaders: incoming.rawHeaders,
        remoteAddress: incoming.socket.remoteAddress,
      },
      actual,
    );
    if (refusal) return refuse(incoming, outgoing, refusal);
    const path = incoming.url!.split("?", 1)[0]!;
    if (path.startsWith("/launch/")) return launch(incoming, outgoing, path.slice(8));
    if (!path.startsWith("/api/")) return page.answer(path, incoming, outgoing);
    const { cookie, authorization, [keyHeader]: key } = incoming.headers;
    const { method = "", url: target = "" } = incoming;
    if (!sessions.knows({ method, target, cookie, authorization, key: key as string | undefined }, actual)) {
      return refuse(incoming, outgoing, {
        status: 401,
        code: "session",
        message: "This page has not been launched. Open the link that the command printed.",
      });
    }
    return toApi(incoming, outgoing).catch(fault(outgoing));
  };
  const launch = (incoming: IncomingMessage, outgoing: ServerResponse, token: string) => {
    const values = incoming.method === "GET" ? sessions.redeem(token) : undefined;
    if (values === undefined) {
      return refuse(incoming, outgoing, {
        status: 401,
        code: "launch",
        message: "This link has been used or is too old. Start the command again for a new one.",
      });
    }
    // what stands behind # is sent to nobody; the page takes it from its address and keeps it
    const headers = { Location: `/#key=${values.key}`, "Set-Cookie": launchCookie(values.cookie, actual) };
    outgoing.writeHead(303, headers).end();
  };
  const fault = (outgoing: ServerResponse) => (error: unknown) => {
    onFault?.(error);
    if (!outgoing.headersSent) outgoing.writeHead(500, { "Content-Type": "application/json" });
    outgoing.end('{"error":{"code":"serve/fault","what":"The server met a fault of its own"}}');
  };
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: patience.head,
      requestTimeout: patience.request,
      keepAliveTimeout: patience.idle,
      connectionsCheckingInterval: 5000,
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    (incoming, outgoing) => {
      try {
        void answer(incoming, outgoing);
      } catch (error) {
        fault(outgoing)(error);
      }
    },
  );
  server.maxHeadersCount = limits.headers + 1;
  server.maxConnections = 256;
  server.on("upgrade", (_, socket) => socket.destroy());
  server.on("connect", (_, socket) => socket.destroy());
  server.on("checkContinue", (incoming, outgoing) =>
    refuse(incoming, outgoing, { status: 400, code: "expect", message: "The request is not well formed." }),
  );
  actual = await bind(server, port);
  return {
    port: actual,
    sessions,
    launchLink: () => `http://127.0.0.1:${actual}/launch/${sessions.newLaunch()}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, { status, code, message }: Refusal): void {
  outgoing.setHeader("Connection", "close"); // what follows on this connection may be of the same kind
  outgoing.writeHead(status, { "Content-Type": "application/json" });
  outgoing.end(incoming.method === "HEAD" ? "" : JSON.stringify({ error: { code: `guard/${code}`, what: message } }));
  incoming.resume();
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      fail(
        new BedsideError(
          {
            code: "serve/port-taken",
            what: `Port ${port} cannot be used`,
            why: cause.code === "EADDRINUSE" ? "another program listens there" : (cause.code ?? "unknown"),
            fix: "name another with --port, or 0 for any that is free",
          },
          { cause },
        ),
      );
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => done((server.address() as AddressInfo).port));
  });
}
