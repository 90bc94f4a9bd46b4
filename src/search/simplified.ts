import hongKong from 'opencc-js/dict/HKVariantsRev';
import hongKongPhrases from 'opencc-js/dict/HKVariantsRevPhrases';
import taiwan from 'opencc-js/dict/TWVariantsRev';
import taiwanPhrases from 'opencc-js/dict/TWVariantsRevPhrases';
import characters from 'opencc-js/dict/TSCharacters';
import phrases from 'opencc-js/dict/TSPhrases';

/**
 * The simplified form of a Chinese character, traditional or not; any other character as it is.
 *
 * Characters that OpenCC exchanges in any phrase are one here (著 and 着, 覆 and 复), so that a text and every part of it are
 * converted alike: phrases would depend on where a search cuts the text.
 */
export function simplified(character: string): string {
  forms ??= readForms();
  return forms.get(character) ?? character;
}

/** Read when the first Chinese text comes. */
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
