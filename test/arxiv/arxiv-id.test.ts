import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absUrl, arxivOrder, parseArxivId, pdfUrl } from '../../src/arxiv/arxiv-id.ts';

describe('an arXiv id is read from', () => {
  test.each([
    ['2601.09684', '2601.09684', undefined],
    ['2601.09684v2', '2601.09684', 2],
    ['  2601.09684v12 ', '2601.09684', 12],
    ['1412.9999', '1412.9999', undefined],
    ['0704.0001', '0704.0001', undefined],
    ['0705.1862', '0705.1862', undefined],
    ['astro-ph/9605151v1', 'astro-ph/9605151', 1],
    ['hep-th/9108001', 'hep-th/9108001', undefined],
    ['math/0703999', 'math/0703999', undefined],
    ['math.GT/0309136', 'math/0309136', undefined],
    ['arXiv:2601.09684', '2601.09684', undefined],
    ['ARXIV: 2601.09684v3', '2601.09684', 3],
    ['arxiv:astro-ph/9605151', 'astro-ph/9605151', undefined],
    ['https://arxiv.org/abs/2601.09684', '2601.09684', undefined],
    ['http://arxiv.org/abs/2606.31978v1', '2606.31978', 1],
    ['https://www.arxiv.org/pdf/2601.09684v2.pdf', '2601.09684', 2],
    ['HTTPS://export.arxiv.org/pdf/2601.09684', '2601.09684', undefined],
    ['https://arxiv.org/abs/2601.09684?context=cs#top', '2601.09684', undefined],
    ['https://arxiv.org/abs/math.GT/0309136v1', 'math/0309136', 1],
    ['https://arxiv.org/abs/2601.09684/', '2601.09684', undefined],
    ['https://arxiv.org/abs/arXiv:2601.09684', '2601.09684', undefined],
    ['https://arxiv.org/abs/math%2F0309136', 'math/0309136', undefined],
    ['https://arxiv.org/html/2601.09684v2#S1', '2601.09684', 2],
    ['https://arxiv.org/format/2601.09684', '2601.09684', undefined],
    ['https://arxiv.org/src/2601.09684v1', '2601.09684', 1],
    ['https://ar5iv.labs.arxiv.org/html/2601.09684', '2601.09684', undefined],
    ['arxiv.org/abs/2601.09684v3', '2601.09684', 3],
    ['www.arxiv.org/pdf/2601.09684.pdf', '2601.09684', undefined],
    ['//export.arxiv.org/abs/hep-th/9108001', 'hep-th/9108001', undefined],
    ['/abs/2601.09684', '2601.09684', undefined],
    ['2601.09684v1.pdf', '2601.09684', 1],
    ['arXiv:2601.09684v1 [cs.LG]', '2601.09684', 1],
    ['arXiv:2601.09684v1  [cs.LG]  15 Jan 2026', '2601.09684', 1],
    ['arXiv 2601.09684', '2601.09684', undefined],
    ['10.48550/arXiv.2601.09684', '2601.09684', undefined],
    ['doi:10.48550/arXiv.2601.09684', '2601.09684', undefined],
    ['https://doi.org/10.48550/arXiv.2601.09684', '2601.09684', undefined],
    ['http://dx.doi.org/10.48550/ARXIV.HEP-TH/9108001', 'hep-th/9108001', undefined],
    ['doi.org/10.48550%2FarXiv.2601.09684v2', '2601.09684', 2],
    ['oai:arXiv.org:2601.09684', '2601.09684', undefined],
    ['oai:arXiv.org:2601.09684v1', '2601.09684', 1],
    ['oai:arXiv.org:astro-ph/9605151', 'astro-ph/9605151', undefined],
  ])('%s', (text, id, version) => {
    expect(parseArxivId(text)).toEqual({ id, version });
  });
});

describe('no arXiv id is read from', () => {
  test.each([
    '',
    '2601',
    '2601.0968',
    '2601.096840',
    '1412.00001',
    '1501.0001',
    '0703.0001',
    '2613.00001',
    '2600.00001',
    '2601.09684v0',
    '2601.09684v',
    '2601.09684 2601.09685',
    'x2601.09684',
    'astro-ph/9613151',
    'astro-ph/9106001',
    'astro-ph/0704001',
    'astro-ph/960515',
    'poetry/9605151',
    'ASTRO-PH/9605151',
    'https://arxiv.org/list/cs.LG/2601',
    'https://arxiv.org/abs/',
    'https://example.org/abs/2601.09684',
    'https://arxiv.org.example.org/abs/2601.09684',
    'https://evil.arxiv.org/abs/2601.09684',
    'ftp://arxiv.org/abs/2601.09684',
    'doi:10.1000/arXiv.2601.09684',
    'https://doi.org/10.48550/2601.09684',
    'https://doi.org.example.org/10.48550/arXiv.2601.09684',
    'oai:example.org:2601.09684',
    'arxiv2601.09684',
    '2601.09684 [cs.LG] and more',
    `https://arxiv.org/abs/2601.09684?${'x'.repeat(2_000)}`,
  ])('%j', (text) => {
    expect(parseArxivId(text)).toBeUndefined();
  });

  test('in most texts, and no text throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = parseArxivId(text);
        expect(read === undefined || parseArxivId(read.id)?.id === read.id).toBe(true);
      }),
    );
  });
});

describe('arxivOrder', () => {
  test.each([
    ['2601.09684', '202601009684'],
    ['0705.1862', '200705001862'],
    ['astro-ph/9605151', '199605000151/astro-ph'],
    ['math/0309136', '200309000136/math'],
  ])('of %s is %s', (id, order) => {
    expect(arxivOrder(id)).toBe(order);
  });

  test('sorts papers as they were submitted, old style before new', () => {
    const ids = [
      'hep-th/9108001',
      'astro-ph/9912999',
      'math/0001001',
      'cs/0703999',
      '0704.0001',
      '1412.9999',
      '1501.00001',
      '2601.09684',
    ];
    expect(ids.toReversed().toSorted((a, b) => (arxivOrder(a) < arxivOrder(b) ? -1 : 1))).toEqual(ids);
  });

  test('differs for papers of two archives with the same number', () => {
    expect(arxivOrder('hep-th/9605151')).not.toBe(arxivOrder('hep-ph/9605151'));
  });
});

test('a paper has a page and a PDF', () => {
  expect(absUrl('math/0309136')).toBe('https://arxiv.org/abs/math/0309136');
  expect(pdfUrl('2601.09684')).toBe('https://arxiv.org/pdf/2601.09684');
});
