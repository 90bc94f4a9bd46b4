import { partsOf, sections } from '../../digest/summary.ts';
import { andThen } from '../../reads/cache/maybe.ts';
import { found } from '../../reads/lookups.ts';
import { nodeId } from '../../reads/paging/node-id.ts';
import { builder } from '../builder.ts';
import { idFrom } from '../descriptions.ts';
import { Node } from '../node.ts';
import { Digest, DigestEntry, Paper, Summary } from '../refs.ts';

/** Computed when an entry is stored, from the placeholders that producers publish (see digest/summary.ts). */
const SummaryStatus = builder.enumType('SummaryStatus', {
  description: 'How much text a summary has.',
  values: {
    COMPLETE: { description: 'Every part of the template of the summary has text.' },
    PARTIAL: { description: 'Some parts failed or are missing; their fields are null.' },
    FAILED: {
      description: 'Only placeholder text was published: every field is null and `sections` is empty.',
    },
  } as const,
});

const SummarySection = builder.objectRef<{ label: string; text: string }>('SummarySection').implement({
  description: 'A part of an AI-written summary.',
  fields: (t) => ({
    label: t.exposeString('label', { description: 'Label of the part in the digest, such as `TL;DR`.' }),
    text: t.exposeString('text', { description: 'Text of the part, as published.' }),
  }),
});

/** Describes a part of the AI text that has a field of its own. */
const part = (content: string): string => `${content}. Null if the part failed or is missing.`;

Summary.implement({
  description: 'AI-written summary of a paper, as one digest entry published it.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: idFrom('the id of the entry'), resolve: ({ key }) => nodeId('Summary', key) }),
    language: t.exposeString('language', {
      description: 'Language as a BCP 47 tag; `und` if the digest does not name it.',
    }),
    status: t.expose('status', {
      type: SummaryStatus,
      description: 'Whether the summary has all its parts, some or none.',
    }),
    tldr: t.exposeString('tldr', { nullable: true, description: part('The paper in one or two sentences') }),
    motivation: t.exposeString('motivation', { nullable: true, description: part('Why the work was done') }),
    method: t.exposeString('method', { nullable: true, description: part('How the work was done') }),
    result: t.exposeString('result', { nullable: true, description: part('Findings of the work') }),
    conclusion: t.exposeString('conclusion', {
      nullable: true,
      description: part('Conclusions drawn from the result'),
    }),
    // The fields above are for clients that know the usual template; this list serves all templates.
    sections: t.field({
      type: [SummarySection],
      description: `Every part that has text, in published order, including parts without a field of their
own (Task, Background, …).`,
      resolve: (summary) => sections(partsOf(summary)),
    }),
    paper: t.field({
      type: Paper,
      description: 'Paper that the summary describes.',
      resolve: ({ paperId }, _args, { reads }) => andThen(reads.paperById(paperId), found),
    }),
    digest: t.field({
      type: Digest,
      description: 'Digest that published the summary.',
      resolve: ({ digestId }, _args, { reads }) => andThen(reads.digestById(digestId), found),
    }),
    entry: t.field({
      type: DigestEntry,
      description: 'Digest entry that published the summary.',
      resolve: ({ id }, _args, { reads }) => andThen(reads.entryById(id), found),
    }),
  }),
});
