import { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './scalars.ts';
import './types/query.ts';
import './types/paper.ts';
import './types/paper-edge.ts';
import './types/paper-facets.ts';
import './types/related-paper.ts';
import './types/suggestion.ts';
import './types/author.ts';
import './types/category.ts';
import './types/source.ts';
import './types/digest.ts';
import './types/digest-entry.ts';
import './types/summary.ts';
import './types/ingest-run.ts';
import './types/feed.ts';
import './types/ingest-digest.ts';

const DESCRIPTION = `Daily digests of new arXiv papers, with AI-written summaries. A digest is what one source published for one day in
one language; its entries print papers. Start with \`papers\`, \`author\`, \`digests\` or \`suggest\`; follow what comes in with
the subscription \`paperIngested\`. Days are UTC, languages BCP 47 tags, lists Relay connections of at most 100 items a page.`;

/** The GraphQL schema. Its description is the first thing that GraphiQL's documentation shows. */
export const schema = new GraphQLSchema({ ...builder.toSchema().toConfig(), description: DESCRIPTION });
