import type { GraphQLSchema } from 'graphql';
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

/** The GraphQL schema. */
export const schema: GraphQLSchema = builder.toSchema();
