// Links, frames and images of addresses under /api: the browser asks for those by itself and cannot name the page's key, so
// their addresses carry a pass.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { passed } from "../key.ts";

/** How often the pass of a link is made anew, well within its life. */
const renewEveryMs = 120_000;

/** The address with a pass, undefined for a moment at first. What is loaded once keeps its first one. */
function usePassed(path: string, { isOnce = false } = {}): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    let isCurrent = true;
    const renew = () => void passed(path).then((found) => isCurrent && setAddress(found));
    renew();
    const timer = isOnce ? undefined : setInterval(renew, renewEveryMs);
    const renewSeen = () => document.hidden || isOnce || renew(); // timers of a page that is not seen come late
    document.addEventListener("visibilitychange", renewSeen);
    return () => {
      isCurrent = false;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", renewSeen);
    };
  }, [path, isOnce]);
  return address;
}

/** A link to an address under /api, in a window of its own. */
export function PassedLink({ path, children }: { path: string; children: ComponentChildren }) {
  return (
    <a href={usePassed(path) ?? path} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}

/** A frame of an address under /api. */
export function PassedFrame({ path, title, ...rest }: { path: string; title: string; class?: string }) {
  const address = usePassed(path, { isOnce: true });
  return address ? <iframe src={address} title={title} {...rest} /> : null;
}

/** An image of an address under /api. */
export function PassedImage({ path, alt, ...rest }: { path: string; alt: string; class?: string }) {
  const address = usePassed(path, { isOnce: true });
  return address ? <img src={address} alt={alt} loading="lazy" {...rest} /> : null;
}
