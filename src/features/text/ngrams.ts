// The n-grams of a short text: of its words, and of the characters inside each word. Knows no hash.

/** From how many to how many in a row. */
export type Reach = readonly [least: number, most: number];

/** A word is two or more letters, digits or underscores in a row, as scikit-learn's default pattern has it. */
const WORD = /[\p{L}\p{N}_]{2,}/gu;

/**
 * Words in a row, parted by a blank: first all single words, then all pairs …, in order of the text.
 * @example wordNgrams("chest pain, cough", [1, 2]) // ["chest", "pain", "cough", "chest pain", "pain cough"]
 */
export function wordNgrams(text: string, [least, most]: Reach): string[] {
  const words = text.match(WORD) ?? [];
  const found: string[] = [];
  for (let n = least; n <= Math.min(most, words.length); n++) {
    for (let i = 0; i + n <= words.length; i++) found.push(words.slice(i, i + n).join(" "));
  }
  return found;
}

/**
 * Characters in a row inside each word, a blank before and behind it (scikit-learn's analyzer `char_wb`): they find words
 * that are misspelt or glued together. A word shorter than an n-gram counts once.
 * @example characterNgrams("sob", [3, 5]) // [" so", "sob", "ob ", " sob", "sob ", " sob "]
 */
export function characterNgrams(text: string, [least, most]: Reach): string[] {
  const found: string[] = [];
  for (const word of text.split(/\s+/u)) {
    if (word === "") continue;
    const letters = Array.from(` ${word} `);
    for (let n = least; n <= most; n++) {
      const places = Math.max(1, letters.length - n + 1);
      for (let i = 0; i < places; i++) found.push(letters.slice(i, i + n).join(""));
      if (places === 1) break;
    }
  }
  return found;
}
