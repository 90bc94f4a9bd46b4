import { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
// Each of these files adds its types to the builder.
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

const DESCRIPTION = `Daily digests of new arXiv papers, with AI-written summaries.

A source, such as a GitHub repository, publishes one digest per day and language. Each entry of a digest
describes one paper.

Start with the queries \`papers\`, \`author\`, \`digests\` or \`suggest\`. To get new papers as they arrive,
subscribe to \`paperIngested\`.

Days are in UTC. Languages are BCP 47 tags. Lists are Relay connections with at most 100 items per page.`;

/**
 * The GraphQL schema. GraphiQL's documentation opens with its description, which Pothos has no option for:
 * hence the copy with `toConfig`.
 */
export const schema = new GraphQLSchema({ ...builder.toSchema().toConfig(), description: DESCRIPTION });
