import { builder } from '../builder.ts';
import { badUserInput } from '../errors.ts';
import { loadNode, Node } from '../node.ts';

const MOST_IDS = 100;

builder.queryType({
  description: 'Root of all queries.',
  fields: (t) => ({
    node: t.field({
      type: Node,
      nullable: true,
      description: 'Whatever has this id; null where there is nothing.',
      args: { id: t.arg.id({ required: true, description: 'As any `id` field gives it.' }) },
      resolve: async (_root, { id }, { reads }) => await loadNode(reads, id),
    }),
    nodes: t.field({
      type: [Node],
      nullable: { list: false, items: true },
      description: 'At most 100; same length and order as `ids`, null where there is nothing.',
      args: { ids: t.arg.idList({ required: true, description: 'As any `id` field gives them.' }) },
      resolve: async (_root, { ids }, { reads }) => {
        if (ids.length > MOST_IDS)
          throw badUserInput(['ids'], `ids: expected at most ${MOST_IDS}, got ${ids.length}`);
        return await Promise.all(ids.map((id) => loadNode(reads, id)));
      },
    }),
  }),
});
