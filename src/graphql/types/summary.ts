import { sections } from '../../digest/summary.ts';
import { found } from '../../reads/lookups.ts';
import { nodeId } from '../../reads/paging/node-id.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';
import { Digest, DigestEntry, Paper, Summary } from '../refs.ts';

const SummaryStatus = builder.enumType('SummaryStatus', {
  description: 'What came of the AI text.',
  values: {
    COMPLETE: { description: 'Every part of its own template has text.' },
    PARTIAL: { description: 'Some parts failed or are missing: those fields are null.' },
    FAILED: { description: 'Placeholder text only: every part is null, `sections` empty.' },
  } as const,
});

const SummarySection = builder.objectRef<{ label: string; text: string }>('SummarySection').implement({
  description: 'One part of AI text.',
  fields: (t) => ({
    label: t.exposeString('label', { description: 'What the digest calls it, such as `TL;DR`.' }),
    text: t.exposeString('text', { description: 'As published.' }),
  }),
});

Summary.implement({
  description: 'The AI text that one digest entry published of its paper.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Made of that of its entry.', resolve: ({ key }) => nodeId('Summary', key) }),
    language: t.exposeString('language', { description: 'BCP 47; `und` where the digest did not say.' }),
    status: t.expose('status', { type: SummaryStatus, description: 'Whether there is text.' }),
    tldr: t.exposeString('tldr', { nullable: true, description: 'The paper in a sentence or two.' }),
    motivation: t.exposeString('motivation', { nullable: true, description: 'Why the work was done.' }),
    method: t.exposeString('method', { nullable: true, description: 'How it was done.' }),
    result: t.exposeString('result', { nullable: true, description: 'What came out.' }),
    conclusion: t.exposeString('conclusion', { nullable: true, description: 'What follows from it.' }),
    sections: t.field({
      type: [SummarySection],
      description: 'Every part in published order, also those without a field (Task, Background, …).',
      resolve: ({ parts }) => sections(parts),
    }),
    paper: t.field({
      type: Paper,
      description: 'The paper that it is of.',
      resolve: async ({ paperId }, _args, { reads }) => found(await reads.paperById(paperId)),
    }),
    digest: t.field({
      type: Digest,
      description: 'The digest that published it.',
      resolve: async ({ digestId }, _args, { reads }) => found(await reads.digestById(digestId)),
    }),
    entry: t.field({
      type: DigestEntry,
      description: 'The entry that published it.',
      resolve: async ({ id }, _args, { reads }) => found(await reads.entryById(id)),
    }),
  }),
});
