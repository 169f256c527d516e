// Who may use the server: a launch link that works once, a cookie for the page, a token for the command line. Knows no route.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** The name of the cookie. With the port in it, two servers of one computer do not take each other's. */
export function cookieName(port: number): string {
  return `bedside-${port}`;
}

/** Compares in the same time whatever the texts are. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

const newToken = () => randomBytes(32).toString("base64url");

/** The secrets of one server, made anew at every start and never written to a log. */
export class Sessions {
  /** For programs: `Authorization: Bearer …`. */
  readonly apiToken = newToken();
  private readonly cookie = newToken();
  private launch: { token: string; until: number } | undefined;
  private readonly now: () => number;

  /** @param now the clock, in milliseconds */
  constructor(now: () => number) {
    this.now = now;
  }

  /** A token for one launch within ten minutes; a new one ends the one before. */
  newLaunch(): string {
    const token = newToken();
    this.launch = { token, until: this.now() + 600_000 };
    return token;
  }

  /** The value of the cookie for whoever brings the launch token, once. */
  redeem(token: string): string | undefined {
    const { launch } = this;
    if (!launch || this.now() > launch.until || !isSame(token, launch.token)) return undefined;
    this.launch = undefined;
    return this.cookie;
  }

  /** Whether these headers belong to the page that was launched, or to a program with the token. */
  knows(headers: { cookie: string | undefined; authorization: string | undefined }, port: number): boolean {
    const { cookie, authorization } = headers;
    if (authorization !== undefined) {
      const bearer = /^Bearer ([\w-]{43})$/.exec(authorization)?.[1];
      return bearer !== undefined && isSame(bearer, this.apiToken);
    }
    const own = (cookie ?? "")
      .split("; ")
      .filter((pair) => pair.startsWith(`${cookieName(port)}=`))
      .map((pair) => pair.slice(cookieName(port).length + 1));
    return own.length === 1 && isSame(own[0]!, this.cookie);
  }
}

/** `Set-Cookie` of a launch. Not `Secure`: the loopback interface is plain http. */
export function launchCookie(value: string, port: number): string {
  return `${cookieName(port)}=${value}; HttpOnly; SameSite=Strict; Path=/`;
}
