const stopWords = new Set(
  "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with".split(
    " ",
  ),
);

/**
 * The words of a text as the search index keeps them: cut at white space, punctuation, changes of case and between
 * letters and digits; lower case; without English stop words; plural endings taken off.
 */
export const analyzeText = (text: string): string[] =>
  wordsOf(text)
    .map((word) => word.toLowerCase())
    .filter((word) => !stopWords.has(word))
    .map(singular);

/** A user's name is kept as its runs of letters in lower case. */
export const analyzeLetters = (text: string): string[] =>
  text.toLowerCase().match(/\p{L}+/gu) ?? [];

const wordsOf = (text: string): string[] =>
  text.match(/\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{M}]+|\p{Lu}+(?!\p{Ll})|\p{Lu}+|\p{N}+/gu) ?? [];

/** Harman's S stemmer (1991): an approximation of the real index's Porter stemmer, for plurals alone. */
function singular(word: string): string {
  if (/(?<![ea])ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?<![aeo])es$/.test(word) && word.length > 3) return word.slice(0, -1);
  if (/(?<![us])s$/.test(word) && word.length > 3) return word.slice(0, -1);
  return word;
}
