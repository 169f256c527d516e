// The annotation codes of WFDB and what they mean. Source: PhysioNet, WFDB Applications Guide, annot(5), and ecgcodes.h.

/** Code, symbol and meaning of every annotation that the format names. */
export const ANNOTATION_CODES: readonly (readonly [code: number, symbol: string, meaning: string])[] = [
  [1, "N", "normal beat"],
  [2, "L", "left bundle branch block beat"],
  [3, "R", "right bundle branch block beat"],
  [4, "a", "aberrated atrial premature beat"],
  [5, "V", "premature ventricular contraction"],
  [6, "F", "fusion of ventricular and normal beat"],
  [7, "J", "nodal (junctional) premature beat"],
  [8, "A", "atrial premature beat"],
  [9, "S", "premature or ectopic supraventricular beat"],
  [10, "E", "ventricular escape beat"],
  [11, "j", "nodal (junctional) escape beat"],
  [12, "/", "paced beat"],
  [13, "Q", "beat that cannot be classified"],
  [14, "~", "change of signal quality"],
  [16, "|", "isolated artefact like a QRS complex"],
  [18, "s", "ST change"],
  [19, "T", "T-wave change"],
  [20, "*", "systole"],
  [21, "D", "diastole"],
  [22, '"', "comment"],
  [23, "=", "measurement"],
  [24, "p", "P-wave peak"],
  [25, "B", "left or right bundle branch block"],
  [26, "^", "pacemaker spike without capture"],
  [27, "t", "T-wave peak"],
  [28, "+", "rhythm change"],
  [29, "u", "U-wave peak"],
  [30, "?", "beat still being learned"],
  [31, "!", "ventricular flutter wave"],
  [32, "[", "start of ventricular flutter or fibrillation"],
  [33, "]", "end of ventricular flutter or fibrillation"],
  [34, "e", "atrial escape beat"],
  [35, "n", "supraventricular escape beat"],
  [36, "@", "link to external data"],
  [37, "x", "P wave without conduction"],
  [38, "f", "fusion of paced and normal beat"],
  [39, "(", "wave onset"],
  [40, ")", "wave end"],
  [41, "r", "R-on-T premature ventricular contraction"],
];

const SYMBOLS = new Map(ANNOTATION_CODES.map(([code, symbol]) => [code, symbol]));
const CODES = new Map(ANNOTATION_CODES.map(([code, symbol]) => [symbol, code]));

/** Codes of beats: a QRS complex stands at the annotation. */
export const BEAT_CODES: ReadonlySet<number> = new Set([
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25, 30, 34, 35, 38, 41,
]);

/** `N` for 1; a code without a symbol of its own is given as its number in brackets: `[42]`. */
export function annotationSymbol(code: number): string {
  return SYMBOLS.get(code) ?? `[${code}]`;
}

/** 1 for `N`; undefined where the symbol is none of the format's. */
export function annotationCode(symbol: string): number | undefined {
  return CODES.get(symbol);
}
