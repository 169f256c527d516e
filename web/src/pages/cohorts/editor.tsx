// A plain text editor with line numbers, the line of the mistake marked, and completion of concept names. No highlighting.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { text } from "./text.ts";

export interface Word {
  word: string;
  title: string;
  kind: string;
}

interface EditorProps {
  value: string;
  onValue: (value: string) => void;
  words: readonly Word[];
  /** The line of the mistake, from 1. */
  wrongLine: number | null;
}

const shown = 8;

export function Editor({ value, onValue, words, wrongLine }: EditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const [offered, setOffered] = useState<Word[]>([]);
  const [picked, setPicked] = useState(0);
  const [isLeaving, setLeaving] = useState(false);
  const lines = useMemo(() => value.split("\n").length, [value]);
  useEffect(() => {
    if (offered.length === 0) setPicked(0);
  }, [offered]);

  /** The word before the caret. */
  const before = () => {
    const { selectionStart } = area.current!;
    const found = /[a-z_][a-z0-9_]*$/i.exec(value.slice(0, selectionStart))?.[0] ?? "";
    return { start: selectionStart - found.length, end: selectionStart, typed: found.toLowerCase() };
  };
  const offer = () => {
    const { typed } = before();
    const fits = (candidate: Word) => candidate.word.startsWith(typed) || candidate.title.toLowerCase().includes(typed);
    setOffered(words.filter(fits).slice(0, shown));
  };
  const take = (chosen: Word) => {
    const { start, end } = before();
    onValue(value.slice(0, start) + chosen.word + value.slice(end));
    setOffered([]);
    requestAnimationFrame(() => {
      area.current!.focus();
      area.current!.setSelectionRange(start + chosen.word.length, start + chosen.word.length);
    });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      offer();
    } else if (offered.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setPicked((picked + (event.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length);
    } else if (offered.length > 0 && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      take(offered[picked]!);
    } else if (event.key === "Escape") {
      setOffered([]);
      setLeaving(true);
    } else if (event.key === "Tab" && !isLeaving && !event.shiftKey) {
      event.preventDefault();
      const { selectionStart, selectionEnd } = area.current!;
      onValue(`${value.slice(0, selectionStart)}  ${value.slice(selectionEnd)}`);
      requestAnimationFrame(() => area.current!.setSelectionRange(selectionStart + 2, selectionStart + 2));
    }
  };
  return (
    <div class="editor">
      <div class="lines" ref={gutter} aria-hidden="true">
        {Array.from({ length: lines }, (_, i) => (
          <div class={i + 1 === wrongLine ? "wrong" : ""} key={`line ${i + 1}`}>
            {i + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={area}
        value={value}
        aria-label={text.editor}
        aria-describedby="editor-help"
        spellcheck={false}
        wrap="off"
        onInput={(event) => {
          onValue(event.currentTarget.value);
          setOffered([]);
        }}
        onKeyDown={onKey}
        onBlur={() => setLeaving(false)}
        onScroll={(event) => {
          gutter.current!.scrollTop = event.currentTarget.scrollTop;
        }}
      />
      {offered.length > 0 ? (
        <div class="offered" role="listbox" aria-label={text.editor}>
          {offered.map((candidate, i) => (
            <div
              role="option"
              aria-selected={i === picked}
              key={candidate.word}
              tabIndex={-1}
              onMouseDown={() => take(candidate)}
            >
              <code>{candidate.word}</code> <span class="note">{`${candidate.title} (${candidate.kind})`}</span>
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
