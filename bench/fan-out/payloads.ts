import type { Payload } from '../support/clients.ts';

/** Fields of a paper that make a short or a long message. */
export const FIELDS = {
  short: 'arxivId title',
  long: 'arxivId title abstract authors(first: 20) { nodes { name } } categories { code }',
};

const operation = (fields: string): string => `{ cursor events { kind paper { ${fields} } } }`;

/** A subscription to all papers. */
export function oneOperation(fields: string): Payload {
  return { query: `subscription { paperIngested ${operation(fields)} }` };
}

/** `count` filters that differ and that every event of this benchmark matches. */
export function distinctFilters(fields: string, count: number): Payload[] {
  const query = `subscription ($filter: PaperFilter) { paperIngested(filter: $filter) ${operation(fields)} }`;
  return Array.from({ length: count }, (_, index) => {
    const forms = [
      { search: `fan OR word${index}` },
      { or: [{ categories: ['cs.DC'] }, { search: `"word${index} follows"` }] },
      { not: { search: `events word${index}` }, hasSummary: false },
      { authors: ['Ada Lovelace'], not: { search: `author:"Author ${index}"` } },
    ];
    return { query, variables: { filter: forms[index % forms.length] } };
  });
}
