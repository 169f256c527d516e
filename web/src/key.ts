// The key of this page's session: taken from the address behind # at the launch, kept where pages of this very port alone
// can read it, named on every call. The cookie by itself opens nothing, since it is sent to every port of this computer.

const storage = "bedside-key";
/** Minutes that a pass is good for; the server lets none live longer than ten. */
const passLifeMs = 5 * 60_000;
/** Where the browser keeps nothing. */
let held: string | null = null;

/** Takes the key from the address, if it is there, and the address is plain again. */
export function takeKey(): void {
  const found = /^#key=([\w-]{43})$/.exec(location.hash)?.[1];
  if (!found) return;
  held = found;
  try {
    localStorage.setItem(storage, found);
  } catch {
    // this tab has it
  }
  history.replaceState(null, "", `${location.pathname}${location.search}`);
}

/** The key as it is now: another tab may have been launched anew. */
function key(): string | null {
  try {
    return localStorage.getItem(storage) ?? held;
  } catch {
    return held;
  }
}

/** The headers of a call that name the key. */
export function keyHeaders(): Record<string, string> {
  const value = key();
  return value ? { "X-Bedside-Key": value } : {};
}

/** An address under /api that the browser may ask for by itself, for some minutes: signed with the key. */
export async function passed(path: string): Promise<string> {
  const value = key();
  if (!value) return path;
  const encoder = new TextEncoder();
  const until = Date.now() + passLifeMs;
  const hash = { name: "HMAC", hash: "SHA-256" };
  const secret = await crypto.subtle.importKey("raw", encoder.encode(value), hash, false, ["sign"]);
  const signed = new Uint8Array(await crypto.subtle.sign("HMAC", secret, encoder.encode(`${until} ${path}`)));
  const text = btoa(String.fromCharCode(...signed));
  return `${path}?pass=${until}.${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}
