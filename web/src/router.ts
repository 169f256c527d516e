// The place in the page, kept in the address. Knows no page.
import { signal } from "@preact/signals";

/** Path and search of the address. */
export const place = signal({ path: location.pathname, search: location.search });

const take = () => {
  place.value = { path: location.pathname, search: location.search };
};
addEventListener("popstate", take);

/** Goes to an address of the page. */
export function go(address: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  take();
  if (!replace) scrollTo(0, 0);
}

/** Lets links to places of the page be followed without loading it anew; those with a modifier key are the browser's. */
export function followLinks(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest?.("a[href^='/']");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.hasAttribute("target") || link.hasAttribute("download")) return;
  const address = link.getAttribute("href")!;
  if (address.startsWith("/api/")) return;
  event.preventDefault();
  go(address);
}

/** A parameter of the search part. */
export function parameter(name: string): string | null {
  return new URLSearchParams(place.value.search).get(name);
}

/** Changes parameters of the search part in place; null takes one away. */
export function setParameters(changes: Record<string, string | null>): void {
  const search = new URLSearchParams(place.peek().search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") search.delete(name);
    else search.set(name, value);
  }
  const text = search.toString();
  go(`${place.peek().path}${text ? `?${text}` : ""}`, { replace: true });
}
