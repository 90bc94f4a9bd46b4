/**
 * Whether tests run in their long form (`npm run test:long`): larger corpora, more faults, every case of a matrix. The
 * short form, which is part of `npm test`, proves the same guarantees on less.
 */
export const LONG = process.env['PAPERGRAPH_TESTS'] === 'long';
