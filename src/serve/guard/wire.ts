// Requests written byte by byte, for tests of the guard: no client library mends what is wrong with them.
import { connect } from "node:net";

/** What came back on the wire. */
export interface WireAnswer {
  /** 0 where the server closed the connection without a word. */
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Sends bytes as they are and reads until the answer is whole or the connection ends. */
export function sendBytes(port: number, bytes: string | Buffer, { waitMs = 3000 } = {}): Promise<WireAnswer> {
  return new Promise((done, fail) => {
    let received = "";
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(bytes));
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      done(parse(received));
    };
    const timer = setTimeout(finish, waitMs);
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      received += text;
      const head = received.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = /^content-length: *(\d+)/im.exec(received.slice(0, head))?.[1];
      const isWhole = length !== undefined && received.length >= head + 4 + Number(length);
      if (isWhole || /\r\n0\r\n\r\n$/.test(received)) finish();
    });
    socket.on("end", finish);
    socket.on("close", finish);
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? finish() : fail(error),
    );
  });
}

/** A request of these lines and this body. */
export function request(line: string, headers: readonly (readonly [string, string])[], body = ""): string {
  return `${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

function parse(text: string): WireAnswer {
  const [head = "", body = ""] = text.split(/\r\n\r\n([\s\S]*)/);
  const lines = head.split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(lines[0] ?? "")?.[1] ?? 0);
  const headers: Record<string, string> = {};
  for (const line of lines.slice(1)) {
    const at = line.indexOf(":");
    if (at > 0) headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  return { status, headers, body };
}
