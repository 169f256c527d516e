// Who may use the server: a launch link that works once, a cookie and a key for the page, a token for programs. Knows no
// route. Cookies know no port: whatever else listens on this computer gets the cookie when its pages are opened. The key is
// kept where the browser shows it to pages of this very port alone, and neither is worth anything without the other.
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** The name of the cookie. With the port in it, two servers of one computer do not take each other's. */
export function cookieName(port: number): string {
  return `bedside-${port}`;
}

/** Compares in the same time whatever the texts are. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** The header in which the page names its key. */
export const keyHeader = "x-bedside-key";
/** The longest that a pass is good for, in milliseconds. */
const PASS_LIFE = 600_000;

/** What a request brings that tells who asks. */
export interface Credentials {
  method: string;
  /** Path and query, as sent. */
  target: string;
  cookie: string | undefined;
  authorization: string | undefined;
  key: string | undefined;
}

/**
 * A pass for what the browser itself asks for, without headers of the page's (a report in its frame or window): made of the
 * key, for one address, until so many milliseconds of the clock. The page makes its own in the same way.
 */
export function passOf(key: string, path: string, until: number): string {
  return `${until}.${createHmac("sha256", key).update(`${until} ${path}`).digest("base64url")}`;
}

const newToken = () => randomBytes(32).toString("base64url");

/** The secrets of one server, made anew at every start and never written to a log. */
export class Sessions {
  /** For programs: `Authorization: Bearer …`. */
  readonly apiToken = newToken();
  private readonly cookie = newToken();
  private readonly key = newToken();
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

  /** The values of cookie and key for whoever brings the launch token, once. */
  redeem(token: string): { cookie: string; key: string } | undefined {
    const { launch } = this;
    if (!launch || this.now() > launch.until || !isSame(token, launch.token)) return undefined;
    this.launch = undefined;
    const { cookie, key } = this;
    return { cookie, key };
  }

  /** Whether these belong to the page that was launched, or to a program with the token. */
  knows(credentials: Credentials, port: number): boolean {
    const { cookie, authorization } = credentials;
    if (authorization !== undefined) {
      const bearer = /^Bearer ([\w-]{43})$/.exec(authorization)?.[1];
      return bearer !== undefined && isSame(bearer, this.apiToken);
    }
    const own = (cookie ?? "")
      .split("; ")
      .filter((pair) => pair.startsWith(`${cookieName(port)}=`))
      .map((pair) => pair.slice(cookieName(port).length + 1));
    return own.length === 1 && isSame(own[0]!, this.cookie) && this.hasKey(credentials);
  }

  /** Whether the key is named, or, for reading, a pass made of it. */
  private hasKey({ method, target, key }: Credentials): boolean {
    if (key !== undefined) return isSame(key, this.key);
    const [, path = "", pass = "", time] = /^([^?]*)\?pass=((\d{13})\.[\w-]{43})$/.exec(target) ?? [];
    const until = Number(time ?? Number.NaN);
    const left = until - this.now();
    return method === "GET" && left >= 0 && left <= PASS_LIFE && isSame(pass, passOf(this.key, path, until));
  }
}

/** `Set-Cookie` of a launch. Not `Secure`: the loopback interface is plain http. */
export function launchCookie(value: string, port: number): string {
  return `${cookieName(port)}=${value}; HttpOnly; SameSite=Strict; Path=/`;
}
