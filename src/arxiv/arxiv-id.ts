/**
 * An arXiv identifier: `id` is canonical (`2601.09684`, `0705.1862`, `astro-ph/9605151`), without prefix and
 * version.
 */
export interface ArxivId {
  readonly id: string;
  /** The version, from 1; undefined if the text named none. */
  readonly version: number | undefined;
}

// https://info.arxiv.org/help/arxiv_identifier.html: the number has five digits since 1501 and four from 0704
// to 1412. Before that, from 9107 on, identifiers are archive/YYMMNNN; a subject class after the archive is
// not part of them.
const NEW_STYLE = /^(\d{2})(0[1-9]|1[0-2])\.(\d{4,5})$/;
const OLD_STYLE = /^([a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?\/(\d{2})(0[1-9]|1[0-2])(\d{3})$/;

// Every archive that has old-style identifiers. https://arxiv.org/archive says which category each became.
const ARCHIVES = new Set(
  (
    'acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat ' +
    'cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th ' +
    'patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con'
  ).split(' '),
);

// Prefixes that arXiv prints before an identifier: the URL of a page (with or without scheme and host), a
// DOI, an OAI name (in its feeds), or just `arXiv:`.
const HOST = String.raw`(?:(?:https?:)?//)?(?:(?:www|export|browse|ar5iv\.labs)\.)?arxiv\.org`;
const PAGE = new RegExp(`^${HOST}/(?:abs|pdf|html|format|src|e-print|ps)/`, 'i');
const PATH = /^\/(?:abs|pdf|html)\//;
const DOI = /^(?:(?:(?:https?:)?\/\/)?(?:(?:dx|www)\.)?doi\.org\/|doi:\s*)?10\.48550\/arxiv\./i;
const NAME = /^(?:oai:arxiv\.org:|arxiv:\s*|arxiv\s+)/i;
// The suffix that arXiv prints in citations and in the margin of a paper: `[cs.LG] 15 Jan 2026`.
const CITED = / {1,4}\[[\w.-]{1,40}\](?: {1,4}\d{1,2} [A-Z][a-z]{2} \d{4})?$/;
// The longest form of an identifier. Only the query or fragment of a URL can be longer.
const LONGEST = 2_000;

/**
 * Reads an arXiv identifier in any form that arXiv prints, with or without a version: `2601.09684v2`,
 * `astro-ph/9605151`, `arXiv:2601.09684 [cs.LG]`, `https://arxiv.org/abs/…` (or pdf, html; the scheme may be
 * absent), `2601.09684.pdf`, the DOI `10.48550/arXiv.…` (also as URL), `oai:arXiv.org:…`. Returns undefined
 * for any other text.
 */
export function parseArxivId(text: string): ArxivId | undefined {
  if (text.length > LONGEST) return undefined;
  const parts = /^(.*?)(?:v([1-9]\d{0,3}))?$/.exec(bare(text.trim()));
  const id = canonical(parts?.[1] ?? '');
  if (id === undefined) return undefined;
  const version = parts?.[2];
  return { id, version: version === undefined ? undefined : Number(version) };
}

/** Removes the prefix and suffix that arXiv prints around an identifier. */
function bare(text: string): string {
  const decoded = text.replaceAll(/%2F/gi, '/');
  const place = [PAGE, PATH, DOI].find((pattern) => pattern.test(decoded));
  const rest = place === undefined ? decoded.replace(CITED, '') : pathIn(decoded.replace(place, ''));
  const id = rest.replace(NAME, '').replace(/\.pdf$/i, '');
  // DOIs are case-insensitive; archive names are not.
  return place === DOI ? id.toLowerCase() : id;
}

function pathIn(url: string): string {
  return (url.split(/[?#]/, 1)[0] ?? '').replace(/\/$/, '');
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
 * A sort key for a canonical id: in C collation, keys sort in the order of submission. It consists of
 * `YYYYMM`, the number padded to six digits, and the archive of an old-style id. No two ids share a key.
 */
export function arxivOrder(id: string): string {
  const slash = id.indexOf('/');
  const digits = id.slice(slash + 1).replace('.', '');
  const century = slash >= 0 && digits >= '9107' ? '19' : '20';
  const archive = slash >= 0 ? `/${id.slice(0, slash)}` : '';
  return `${century}${digits.slice(0, 4)}${digits.slice(4).padStart(6, '0')}${archive}`;
}

/** The URL of a paper's abstract page. */
export function absUrl(id: string): string {
  return `https://arxiv.org/abs/${id}`;
}

/** The URL of a paper's PDF. */
export function pdfUrl(id: string): string {
  return `https://arxiv.org/pdf/${id}`;
}
