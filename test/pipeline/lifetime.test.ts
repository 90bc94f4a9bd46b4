import {
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { startTestServer } from '../support/server.ts';

/** A schema whose resolvers count, and wait until the test lets them go on. */
function waiting() {
  const state = { begun: 0, afterwards: 0 };
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const inner = new GraphQLObjectType({
    name: 'Inner',
    fields: { value: { type: GraphQLInt, resolve: () => (state.afterwards += 1) } },
  });
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: {
      waits: {
        type: inner,
        resolve: async () => {
          state.begun += 1;
          await released;
          return {};
        },
      },
      texts: {
        type: new GraphQLNonNull(new GraphQLList(GraphQLString)),
        args: { items: { type: GraphQLInt } },
        resolve: (_root: unknown, { items }: { items: number }) =>
          Array.from({ length: items }, () => {
            state.begun += 1;
            return 'é'.repeat(1_000);
          }),
      },
    },
  });
  return { schema: new GraphQLSchema({ query }), state, release };
}

describe('a query', () => {
  test('whose deadline passes is answered with TIMEOUT', async () => {
    const { schema, release } = waiting();
    const { post } = await startTestServer({ schema, limits: { requestDeadlineMs: 50 } });
    const answer: unknown = await (await post({ query: '{ waits { value } }' })).json();
    release();
    expect(answer).toMatchObject({ data: null, errors: [{ extensions: { code: 'TIMEOUT' } }] });
  });

  test('ends when its client leaves: no further resolver is called', async () => {
    const { schema, state, release } = waiting();
    const { url, logged } = await startTestServer({ schema });
    const controller = new AbortController();
    const asking = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ waits { value } }' }),
      signal: controller.signal,
    }).catch(() => undefined);
    await expect.poll(() => state.begun).toBe(1);
    controller.abort();
    await asking;
    await expect.poll(() => logged.some(({ aborted }) => aborted === true)).toBe(true);
    release();
    await fetch(`${url}/healthz`);
    expect(state.afterwards).toBe(0);
  });

  test('whose answer becomes too long is answered with QUERY_TOO_COMPLEX', async () => {
    const { schema } = waiting();
    const { post } = await startTestServer({ schema, limits: { maxAnswerCharacters: 10_000 } });
    const ask = async (items: number): Promise<unknown> =>
      await (await post({ query: `{ texts(items: ${items}) }` })).json();
    expect(await ask(9)).toMatchObject({
      data: { texts: Array.from({ length: 9 }, () => 'é'.repeat(1_000)) },
    });
    expect(await ask(10)).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', budget: 10_000 } }],
    });
  });
});
