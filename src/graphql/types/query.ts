import { builder } from '../builder.ts';
import { badUserInput } from '../errors.ts';
import { loadNode, Node } from '../node.ts';

/** As for pages: bounds the work of one field. */
export const MOST_IDS = 100;

// `node` and `nodes` are Relay's object identification
// (https://graphql.org/learn/global-object-identification). The files of the other types add their own
// look-ups and lists to this type.
builder.queryType({
  description: 'Root of all queries.',
  fields: (t) => ({
    node: t.field({
      type: Node,
      nullable: true,
      description: 'Looks up any object by its id. Null if there is none.',
      args: { id: t.arg.id({ required: true, description: 'The `id` of any object.' }) },
      resolve: async (_root, { id }, { reads }) => await loadNode(reads, id),
    }),
    nodes: t.field({
      type: [Node],
      nullable: { list: false, items: true },
      description: `Looks up objects by their ids. The list has the length and order of \`ids\`, with null
where there is no object.`,
      args: {
        ids: t.arg.idList({
          required: true,
          description: 'The `id`s of any objects. At most 100, else BAD_USER_INPUT.',
        }),
      },
      resolve: async (_root, { ids }, { reads }) => {
        if (ids.length > MOST_IDS)
          throw badUserInput(['ids'], `ids: expected at most ${MOST_IDS}, got ${ids.length}`);
        // Loaders batch these look-ups: one statement per type, however many ids.
        return await Promise.all(ids.map((id) => loadNode(reads, id)));
      },
    }),
  }),
});
