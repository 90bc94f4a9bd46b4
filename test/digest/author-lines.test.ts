import { describe, expect, test } from 'vitest';
import { AuthorLines } from '../../src/digest/author-lines.ts';

describe('author lines are split', () => {
  test.each([
    [
      'at commas with a space, where no other comes',
      ['Ada Park, Li Wei', 'Bo Lindqvist'],
      [['Ada Park', 'Li Wei'], ['Bo Lindqvist']],
    ],
    [
      'at bare commas, where one has come',
      ['Ada Park,Li Wei', 'Noel R. Finch, Jr.,Bo, of Lund'],
      [
        ['Ada Park', 'Li Wei'],
        ['Noel R. Finch, Jr.', 'Bo, of Lund'],
      ],
    ],
    [
      'not before Jr. and the like',
      ['Noel R. Finch, Jr., Ada Park, III, Li Wei, Ph.D.', 'Bo, Sr'],
      [['Noel R. Finch, Jr.', 'Ada Park, III', 'Li Wei, Ph.D.'], ['Bo, Sr']],
    ],
    [
      'with a comma at the end of a name kept',
      ['Ada Park,, Li Wei', 'Bo Lindqvist,'],
      [['Ada Park,', 'Li Wei'], ['Bo Lindqvist,']],
    ],
    ['into none, where none is', ['', ':'], [[], [':']]],
  ])('%s', (_, lines, names) => {
    const authors = new AuthorLines();
    expect(lines.map((line) => authors.split(line))).toEqual(names);
    expect(authors.mistaken).toBe(false);
  });

  test('at comma and space until a bare comma comes, and then marked as mistaken', () => {
    const authors = new AuthorLines();
    expect(authors.split('Heron, Stork and Sons')).toEqual(['Heron', 'Stork and Sons']);
    expect(authors.mistaken).toBe(false);
    authors.split('Ada Park,Li Wei');
    expect(authors.mistaken).toBe(true);
  });
});
