// The frame of the page: places, navigation, colours. Pages are loaded when they are gone to.
import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { followLinks, place } from "./router.ts";
import { text } from "./text.ts";

/** A page gets the parts of the path behind its own name. */
export type Page = ComponentType<{ parts: string[] }>;

const pages: Readonly<Record<keyof typeof text.nav, () => Promise<{ default: Page }>>> = {
  papers: () => import("./pages/papers/index.tsx"),
  data: () => import("./pages/data/index.tsx"),
  cohorts: () => import("./pages/cohorts/index.tsx"),
  patients: () => import("./pages/patients/index.tsx"),
  runs: () => import("./pages/runs/index.tsx"),
  leaderboard: () => import("./pages/leaderboard/index.tsx"),
  try: () => import("./pages/try/index.tsx"),
};
type PageName = keyof typeof pages;
const names = Object.keys(pages) as PageName[];

function Nowhere() {
  return (
    <p>
      {text.nothingHere} <a href="/">{text.backHome}</a>
    </p>
  );
}

const themes = ["system", "light", "dark"] as const;
type Theme = (typeof themes)[number];

function ThemeChoice() {
  const theme = useSignal<Theme>((localStorage.getItem("theme") as Theme | null) ?? "system");
  useEffect(() => {
    localStorage.setItem("theme", theme.value);
    dispatchEvent(new Event("bedside-theme")); // theme.js paints
  }, [theme.value]);
  return (
    <label class="theme">
      <span>{text.theme.label}</span>
      <select
        value={theme.value}
        onChange={(event) => {
          theme.value = event.currentTarget.value as Theme;
        }}
      >
        {themes.map((name) => (
          <option value={name} key={name}>
            {text.theme[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The whole page. */
export function App() {
  const [first = "", ...parts] = place.value.path.split("/").filter(Boolean);
  const name = (first === "" ? "papers" : first) as PageName;
  const [shown, setShown] = useState<{ name: string; page: Page }>();
  useEffect(() => {
    let isCurrent = true;
    const found = names.includes(name) ? pages[name]() : Promise.resolve({ default: Nowhere as Page });
    found.then(({ default: page }) => {
      if (isCurrent) setShown({ name, page });
      document.title = names.includes(name) ? `${text.nav[name]} · ${text.product}` : text.product;
    });
    return () => {
      isCurrent = false;
    };
  }, [name]);
  // who went to another place by keyboard goes on from its beginning, and readers of screens hear of it
  const main = useRef<HTMLElement>(null);
  const { path } = place.value;
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== path) main.current?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);
  const nav = useRef<HTMLElement>(null);
  // a narrow window shows a part of the places: the one where one is among them
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (current) nav.current!.scrollLeft = current.offsetLeft - nav.current!.offsetLeft - 16;
  }, [name]);
  const Current = shown?.page;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the handler follows links, which are reachable by themselves
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link is a click
    <div class="frame" onClick={followLinks}>
      <a class="skip" href="#content">
        {text.skip}
      </a>
      <aside>
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>{text.product}</span>
        </a>
        <nav aria-label={text.product} ref={nav}>
          {names.map((each) => (
            <a href={each === "papers" ? "/" : `/${each}`} aria-current={each === name ? "page" : undefined} key={each}>
              {text.nav[each]}
            </a>
          ))}
        </nav>
        <div class="below">
          <ThemeChoice />
          <p class="note research">{text.researchUse}</p>
        </div>
      </aside>
      <main id="content" tabIndex={-1} ref={main} data-note={text.researchUse}>
        {Current && shown.name === name ? <Current parts={parts} /> : <div class="loading" role="status" />}
      </main>
    </div>
  );
}
