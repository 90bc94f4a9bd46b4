import { GraphQLError } from 'graphql';
import { found } from '../../reads/lookups.ts';
import { builder } from '../builder.ts';
import type { Admin } from '../context.ts';
import type { DigestToIngest, IngestDigestResult } from '../ingest-digest.ts';
import { Digest, IngestRun } from '../refs.ts';

const DigestDocument = builder.inputType('DigestDocument', {
  isOneOf: true,
  description: 'Where a digest is.',
  fields: (t) => ({
    text: t.string({ description: 'Here: Markdown or JSONL.' }),
    url: t.field({ type: 'URL', description: 'There, http or https, at a public address.' }),
  }),
});

const IngestDigestInput = builder
  .inputRef<DigestToIngest & { clientMutationId?: string | null }>('IngestDigestInput')
  .implement({
    description: 'A digest to take in.',
    fields: (t) => ({
      document: t.field({ type: DigestDocument, required: true, description: 'Its text, or its address.' }),
      source: t.string({ required: true, description: 'Whose it is.' }),
      fileName: t.string({
        description:
          "Name of the text's file: tells date and language where `date` and `language` are absent.",
      }),
      date: t.field({ type: 'Date', description: 'The day it is of.' }),
      language: t.string({ description: 'BCP 47 or an English name.' }),
      strict: t.boolean({
        required: true,
        defaultValue: false,
        description: 'Store nothing unless every entry is good.',
      }),
      clientMutationId: t.string({ description: 'Comes back as it is.' }),
    }),
  });

const IngestDigestPayload = builder.objectRef<IngestDigestResult>('IngestDigestPayload').implement({
  description: 'A digest that is refused is an answer (`run.status`, `run.problems`), not an error.',
  fields: (t) => ({
    run: t.field({ type: IngestRun, description: 'What came of it.', resolve: ({ run }) => run }),
    digest: t.field({
      type: Digest,
      nullable: true,
      description: 'Null where nothing was stored.',
      resolve: ({ digest }) => digest,
    }),
    feedCursor: t.field({
      type: 'FeedCursor',
      description: "After the run's events.",
      resolve: ({ feedCursor }) => feedCursor,
    }),
    clientMutationId: t.string({
      nullable: true,
      description: 'As it was given.',
      resolve: ({ clientMutationId }) => clientMutationId,
    }),
  }),
});

builder.mutationType({
  description: 'All that can be changed.',
  fields: (t) => ({
    ingestDigest: t.field({
      type: IngestDigestPayload,
      description: 'Needs an admin token: else UNAUTHENTICATED, and FORBIDDEN where the server has none set.',
      args: { input: t.arg({ type: IngestDigestInput, required: true, description: 'What to take in.' }) },
      resolve: async (_root, { input }, { caller, ingestDigest, reads, feed }) => {
        checkAdmin(caller.admin);
        if (ingestDigest === undefined) throw new Error('nothing can be taken in here');
        const run = found(await reads.ingestRunById(await ingestDigest(input)));
        return {
          run,
          digest: run.digestId === null ? null : await reads.digestById(run.digestId),
          feedCursor: await feed.cursor(),
          clientMutationId: input.clientMutationId,
        };
      },
    }),
  }),
});

function checkAdmin(admin: Admin): void {
  if (admin === 'unset')
    throw new GraphQLError('ingestDigest: this server has no admin token set', {
      extensions: { code: 'FORBIDDEN' },
    });
  if (admin === 'no')
    throw new GraphQLError('ingestDigest: expected the header authorization: Bearer and the admin token', {
      extensions: { code: 'UNAUTHENTICATED' },
    });
}
