import hongKong from 'opencc-js/dict/HKVariantsRev';
import hongKongPhrases from 'opencc-js/dict/HKVariantsRevPhrases';
import taiwan from 'opencc-js/dict/TWVariantsRev';
import taiwanPhrases from 'opencc-js/dict/TWVariantsRevPhrases';
import characters from 'opencc-js/dict/TSCharacters';
import phrases from 'opencc-js/dict/TSPhrases';

/**
 * The simplified form of a Chinese character; other characters are unchanged.
 *
 * OpenCC converts some characters only within phrases (著 and 着, 覆 and 复). Here these are always equal, so
 * that a text and its parts are converted alike: with phrases, the result would depend on where a search
 * begins and ends.
 */
export function simplified(character: string): string {
  forms ??= readForms();
  return forms.get(character) ?? character;
}

/** Loaded on first use: the dictionaries are large. */
let forms: ReadonlyMap<string, string> | undefined;

function readForms(): Map<string, string> {
  const next = new Map<string, string>();
  const last = (character: string): string => {
    let form = character;
    for (let to = next.get(form); to !== undefined; to = next.get(form)) form = to;
    return form;
  };
  for (const dictionary of [characters, phrases, taiwan, taiwanPhrases, hongKong, hongKongPhrases])
    for (const entry of dictionary.split('|')) {
      const [from = [], to = []] = entry.split(' ').map((side) => Array.from(side));
      if (from.length !== to.length) continue;
      from.forEach((character, index) => {
        const [a, b] = [last(character), last(to[index] ?? character)];
        if (a !== b) next.set(a, b);
      });
    }
  return new Map([...next.keys()].map((character) => [character, last(character)]));
}
