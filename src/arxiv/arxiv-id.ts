/** An arXiv identifier: `id` is canonical (`2601.09684`, `0705.1862`, `astro-ph/9605151`), without prefix and version. */
export interface ArxivId {
  readonly id: string;
  /** From 1; undefined where the text named none. */
  readonly version: number | undefined;
}

// https://info.arxiv.org/help/arxiv_identifier.html: five digits from 1501 on, four from 0704 to 1412, before that
// archive/YYMMNNN from 9107 on, where a subject class after the archive is no part of the identifier.
const NEW_STYLE = /^(\d{2})(0[1-9]|1[0-2])\.(\d{4,5})$/;
const OLD_STYLE = /^([a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?\/(\d{2})(0[1-9]|1[0-2])(\d{3})$/;

// The archives that papers were ever filed under in the old style; https://arxiv.org/archive lists what became of them.
const ARCHIVES = new Set(
  (
    'acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga ' +
    'funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph ' +
    'q-alg q-bio quant-ph solv-int supr-con'
  ).split(' '),
);

/**
 * Reads an arXiv identifier from `2601.09684`, `2601.09684v2`, `arXiv:…`, an abs or pdf URL, or an old-style
 * `astro-ph/9605151v1`; undefined where the text is none of these.
 */
export function parseArxivId(text: string): ArxivId | undefined {
  const parts = /^(.*?)(?:v([1-9]\d{0,3}))?$/.exec(withoutPlace(text.trim()));
  const id = canonical(parts?.[1] ?? '');
  if (id === undefined) return undefined;
  const version = parts?.[2];
  return { id, version: version === undefined ? undefined : Number(version) };
}

function withoutPlace(text: string): string {
  const url = /^https?:\/\/(?:www\.|export\.)?arxiv\.org\/(?:abs|pdf)\/([^?#]+)/i.exec(text);
  if (url?.[1] !== undefined) return url[1].replace(/\.pdf$/i, '').replace(/\/$/, '');
  return text.replace(/^arxiv:\s*/i, '');
}

function canonical(text: string): string | undefined {
  return newStyle(text) ?? oldStyle(text);
}

function newStyle(text: string): string | undefined {
  const [, year = '', month = '', number = ''] = NEW_STYLE.exec(text) ?? [];
  const period = year + month;
  return period >= '0704' && (number.length === 5) === period >= '1501' ? text : undefined;
}

function oldStyle(text: string): string | undefined {
  const [, archive = '', year = '', month = '', number = ''] = OLD_STYLE.exec(text) ?? [];
  const listed = `${year >= '91' ? '19' : '20'}${year}${month}`;
  if (!ARCHIVES.has(archive) || listed < '199107' || listed > '200703') return undefined;
  return `${archive}/${year}${month}${number}`;
}

/**
 * Text that sorts (in C order) as the papers were submitted, unique for each canonical id: `YYYYMM`, the number with six
 * digits, and the archive of an old-style id.
 */
export function arxivOrder(id: string): string {
  const slash = id.indexOf('/');
  const digits = id.slice(slash + 1).replace('.', '');
  const century = slash >= 0 && digits >= '9107' ? '19' : '20';
  const archive = slash >= 0 ? `/${id.slice(0, slash)}` : '';
  return `${century}${digits.slice(0, 4)}${digits.slice(4).padStart(6, '0')}${archive}`;
}

/** The page of a paper's abstract. */
export function absUrl(id: string): string {
  return `https://arxiv.org/abs/${id}`;
}

/** A paper's PDF. */
export function pdfUrl(id: string): string {
  return `https://arxiv.org/pdf/${id}`;
}
