import { GraphQLError } from 'graphql';
import { MAX_FILE_NAME_BYTES, MAX_SOURCE_BYTES, nameFault } from '../../digest/long-names.ts';
import { parseLanguage } from '../../language/language.ts';
import { found } from '../../reads/lookups.ts';
import { builder } from '../builder.ts';
import { adminRefusal, badUserInput } from '../errors.ts';
import type { DigestToIngest, IngestDigestResult } from '../ingest-digest.ts';
import { Digest, IngestRun } from '../refs.ts';

const MAX_URL_CHARACTERS = 2_000;

const DigestDocument = builder.inputType('DigestDocument', {
  isOneOf: true,
  description: 'Where a digest is.',
  fields: (t) => ({
    text: t.string({ description: 'Here: Markdown or JSONL.' }),
    url: t.field({
      type: 'URL',
      description: `There, http or https, at a public address. At most ${MAX_URL_CHARACTERS} characters.`,
    }),
  }),
});

const IngestDigestInput = builder
  .inputRef<DigestToIngest & { clientMutationId?: string | null }>('IngestDigestInput')
  .implement({
    description: 'A digest to take in.',
    fields: (t) => ({
      document: t.field({ type: DigestDocument, required: true, description: 'Its text, or its address.' }),
      source: t.string({
        required: true,
        description: `Whose it is. What else a dated \`fileName\` holds (\`_database\`) is appended to it; both together have at most
${MAX_SOURCE_BYTES} bytes of UTF-8.`,
      }),
      fileName: t.string({
        description: `Name of the text's file: tells date and language where \`date\` and \`language\` are absent. Without a date in
it, the day is today (UTC), and nothing that a file of another name printed is replaced. At most ${MAX_FILE_NAME_BYTES} bytes of UTF-8.`,
      }),
      date: t.field({ type: 'Date', description: 'The day it is of.' }),
      language: t.string({ description: 'BCP 47 or a name.' }),
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
        const refusal = adminRefusal(caller.admin);
        if (refusal !== undefined) throw refusal;
        if (ingestDigest === undefined) throw new Error('nothing can be taken in here');
        const run = found(await reads.ingestRunById(await inTime(ingestDigest(checked(input)))));
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

/** What can be said of the input without looking at the digest. Throws BAD_USER_INPUT. */
function checked(input: DigestToIngest): DigestToIngest {
  const { url } = input.document;
  if (typeof url === 'string' && url.length > MAX_URL_CHARACTERS)
    throw badUserInput(
      ['input', 'document', 'url'],
      `url: expected at most ${MAX_URL_CHARACTERS} characters, got ${url.length}`,
    );
  if (typeof url === 'string' && !/^https?:$/.test(new URL(url).protocol))
    throw badUserInput(['input', 'document', 'url'], 'url: expected one of http or https');
  for (const name of ['source', 'fileName'] as const)
    if (input[name]?.includes('\0') === true)
      throw badUserInput(['input', name], `${name}: expected a text without NUL`);
  const source = input.source.trim();
  checkLength('source', source, MAX_SOURCE_BYTES);
  checkLength('fileName', input.fileName ?? '', MAX_FILE_NAME_BYTES);
  if (source === '') throw badUserInput(['input', 'source'], 'source: expected a name, got nothing');
  if (typeof input.language !== 'string') return { ...input, source };
  const language = parseLanguage(input.language);
  if (language === undefined || language === '')
    throw badUserInput(['input', 'language'], 'language: expected a language, such as zh or Chinese');
  return { ...input, source, language };
}

function checkLength(name: 'source' | 'fileName', text: string, most: number): void {
  const fault = nameFault(text, most);
  if (fault !== undefined) throw badUserInput(['input', name], `${name}: ${fault}`);
}

const DEADLINE_MS = 120_000;

/** Waits for a run. Rejects with TIMEOUT where it takes too long: it goes on, but nobody waits for it. */
async function inTime(run: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const message = `ingestDigest: not done within ${DEADLINE_MS / 1_000} seconds; ingestRuns will tell what came of it`;
      reject(new GraphQLError(message, { extensions: { code: 'TIMEOUT' } }));
    }, DEADLINE_MS);
  });
  return await Promise.race([run, late]).finally(() => clearTimeout(timer));
}
