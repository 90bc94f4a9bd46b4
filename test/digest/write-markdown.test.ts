import { describe, expect, test } from 'vitest';
import { writeMarkdown } from '../../src/digest/write-markdown.ts';
import { readDigest } from './read-digest.ts';

const entry = (id: string, category: string) => ({
  url: `https://arxiv.org/abs/${id}`,
  title: `Paper ${id}`,
  authors: ['Ada Park', 'Li Wei'],
  category,
  parts: [
    { label: 'TL;DR', text: 't' },
    { label: 'Motivation', text: null },
    { label: 'Translated Summary', text: 's' },
  ],
  abstract: 'A.',
});

describe('a digest is written', () => {
  test('in the producer’s current template, with null as None and missing parts empty', () => {
    expect(writeMarkdown({ entries: [entry('2601.00001', 'cs.LG')] })).toBe(
      [
        '<div id=toc></div>\n\n# Table of Contents\n\n- [cs.LG](#cs.LG) [Total: 1]\n\n\n',
        "<div id='cs.LG'></div>\n\n# cs.LG [[Back]](#toc)\n\n",
        '### [1] [Paper 2601.00001](https://arxiv.org/abs/2601.00001)\n*Ada Park,Li Wei*\n\n',
        'Main category: cs.LG\n\n',
        'TL;DR: t\n\n\n<details>\n  <summary>Details</summary>\n',
        'Motivation: None\n\nMethod: \n\nResult: \n\nConclusion: \n\n',
        'Abstract: A.\n\n</details>\n',
      ].join(''),
    );
  });

  test('with sections as they first appear and numbers in printed order', async () => {
    const entries = [
      entry('2601.00001', 'cs.LG'),
      entry('2601.00002', 'cs.CV'),
      entry('2601.00003', 'cs.LG'),
    ];
    const written = writeMarkdown({ entries });
    expect(written.match(/^### \[\d+\] \[.*?\]/gm)).toEqual([
      '### [1] [Paper 2601.00001]',
      '### [2] [Paper 2601.00003]',
      '### [3] [Paper 2601.00002]',
    ]);
    const { contents, problems } = await readDigest(written);
    expect(problems).toEqual([]);
    expect(contents).toEqual([
      { category: 'cs.LG', total: 2 },
      { category: 'cs.CV', total: 1 },
    ]);
  });

  test('with the given table of contents: its order, totals and empty sections', () => {
    const contents = [
      { category: 'cs.CV', total: 9 },
      { category: 'cs.CL', total: 0 },
      { category: 'cs.LG', total: null },
    ];
    const written = writeMarkdown({
      contents,
      entries: [entry('2601.00001', 'cs.LG'), entry('2601.00002', 'cs.CV')],
    });
    expect(written).toContain(
      '- [cs.CV](#cs.CV) [Total: 9]\n- [cs.CL](#cs.CL) [Total: 0]\n- [cs.LG](#cs.LG)\n\n\n',
    );
    expect(written.match(/^# .*/gm)).toEqual([
      '# Table of Contents',
      '# cs.CV [[Back]](#toc)',
      '# cs.CL [[Back]](#toc)',
      '# cs.LG [[Back]](#toc)',
    ]);
  });
});
