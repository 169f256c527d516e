// What the server answers, as state of a component: loading, there, or failed; asked again when the address changes.
import { useEffect, useState } from "preact/hooks";
import { CallFailed, read } from "../api.ts";

export type Answer<T> =
  | { state: "loading"; value?: T }
  | { state: "there"; value: T }
  | { state: "failed"; failure: CallFailed; value?: T };

/**
 * Reads an address under /api; null asks for nothing. `everyMs` asks again and again while the page is seen.
 * While a new address is being read the value of the last one stays.
 */
export function useAnswer<T>(path: string | null, { everyMs }: { everyMs?: number | undefined } = {}) {
  const [answer, setAnswer] = useState<Answer<T>>({ state: "loading" });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isFirst = true;
    const ask = async () => {
      try {
        if (!document.hidden || isFirst) {
          isFirst = false;
          const value = await read<T>(path, stop.signal);
          setAnswer({ state: "there", value });
        }
      } catch (cause) {
        if (stop.signal.aborted) return;
        const failure =
          cause instanceof CallFailed ? cause : new CallFailed({ code: "page/fault", what: String(cause) }, 0);
        setAnswer((before) => ({
          state: "failed",
          failure,
          ...("value" in before ? { value: before.value as T } : {}),
        }));
      }
      if (everyMs !== undefined && !stop.signal.aborted) timer = setTimeout(ask, everyMs);
    };
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs, turn]);
  return { answer, reload: () => setTurn((n) => n + 1) };
}
