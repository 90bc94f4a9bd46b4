import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { generateCorpus, pairOf, type Expected } from './corpus.ts';
import { chooseConditions } from './filters.ts';
import { TcpProxy } from './proxy.ts';
import { openEventStream, openSocketStream, type Result } from './stream.ts';
import { judgeLog, judgeReceived, type PaperEvent } from './verdict.ts';

const WAVES = generateCorpus({ seed: 3, papers: 60, days: 3, waves: 3 });
const EXPECTED = WAVES.flatMap(({ expected }) => expected);

/** The feed that a faultless store would have after the waves. */
function faultlessLog(): PaperEvent[] {
  const seen = new Set<string>();
  return EXPECTED.map((cause, index) => {
    const kind = seen.has(cause.arxivId) ? kindOf(cause) : 'ADDED';
    seen.add(cause.arxivId);
    return { ...eventOf(cause, index), kind };
  });
}

function kindOf({ revises, ai }: Expected): string {
  return revises ? 'REVISED' : ai === null || ai === 'FAILED' ? 'LISTED' : 'SUMMARIZED';
}

function eventOf({ source, date, language, arxivId, ai }: Expected, index: number): Omit<PaperEvent, 'kind'> {
  const tldr = ai === null || ai === 'FAILED' ? null : (ai[0] ?? null);
  return {
    cursor: `c${index}`,
    occurredAt: '2026-01-01T00:00:00.000Z',
    paper: { arxivId },
    entry: { id: `e${index}`, digest: { source: { name: source }, date, language }, summary: { tldr } },
  };
}

describe('the corpus', () => {
  test('has every kind of event, and in each wave at most one file that revises a paper', () => {
    expect(new Set(faultlessLog().map(({ kind }) => kind))).toEqual(
      new Set(['ADDED', 'REVISED', 'SUMMARIZED', 'LISTED']),
    );
    const pairs = EXPECTED.map((cause) => `${pairOf(cause)} ${cause.wave}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    const touched = EXPECTED.filter(({ revises }) => revises).map(
      ({ arxivId, wave }) => `${arxivId} ${wave}`,
    );
    expect(new Set(touched).size).toBe(touched.length);
  });

  test('has between 5 and 80 % of its events for every filter', () => {
    const shares = chooseConditions(EXPECTED, 50, 3).map(
      ({ holds }) => EXPECTED.filter(holds).length / EXPECTED.length,
    );
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.05);
    expect(Math.max(...shares)).toBeLessThanOrEqual(0.8);
  });
});

describe('the verdict', () => {
  test('has no complaint about a faultless feed', () => {
    expect(judgeLog(faultlessLog(), WAVES).complaints).toEqual([]);
    expect(judgeReceived('it', faultlessLog(), faultlessLog())).toEqual([]);
  });

  test.each([
    ['loses', 'nothing tells of', (log: PaperEvent[]) => log.toSpliced(40, 1)],
    [
      'doubles',
      'no file causes',
      (log: PaperEvent[]) => log.toSpliced(40, 0, { ...at(log, 40), cursor: 'x' }),
    ],
    ['moves', 'of wave 0, after one of', (log: PaperEvent[]) => [...log.slice(1), at(log, 0)]],
    [
      'splits',
      'are not together',
      (log: PaperEvent[]) => [...log.slice(1, 80), at(log, 0), ...log.slice(80)],
    ],
    ['misnames', 'is LISTED, not', (log: PaperEvent[]) => log.with(0, { ...at(log, 0), kind: 'LISTED' })],
    [
      'reuses the cursor of',
      'two events have the cursor',
      (log: PaperEvent[]) => log.with(3, { ...at(log, 3), cursor: 'c2' }),
    ],
  ])('complains about a feed that %s an event', (_what, complaint, harm) => {
    expect(judgeLog(harm(faultlessLog()), WAVES).complaints.join('\n')).toContain(complaint);
  });

  test.each([
    ['missing', 'is missing', (log: PaperEvent[]) => log.slice(1)],
    ['doubled', 'got twice', (log: PaperEvent[]) => [...log, at(log, 5)]],
    ['unexpected', 'was not due', (log: PaperEvent[]) => [...log, { ...at(log, 5), cursor: 'y' }]],
    ['swapped', 'in another order', (log: PaperEvent[]) => log.with(1, at(log, 2)).with(2, at(log, 1))],
  ])('complains about a %s event of a subscriber', (_what, complaint, harm) => {
    const [, first] = judgeReceived('it', harm(faultlessLog()), faultlessLog())[0]?.split('it ') ?? [];
    expect(first).toContain(complaint);
  });
});

function at(log: readonly PaperEvent[], index: number): PaperEvent {
  return log[index] as PaperEvent;
}

async function portOf(server: Server | HttpServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('the proxy', () => {
  async function connected() {
    const target = await portOf(createServer((socket) => socket.on('error', () => {}).pipe(socket)));
    const proxy = await TcpProxy.start(target);
    onTestFinished(async () => await proxy.close());
    return { proxy, target, client: await connectTo(proxy.port) };
  }

  test('holds bytes back and passes all of them on later', async () => {
    const { proxy, target, client } = await connected();
    client.write('one');
    expect(String((await once(client, 'data'))[0])).toBe('one');
    proxy.hold();
    client.write('two');
    const second = once(client, 'data');
    let held = true;
    void second.then(() => (held = false));
    // Twenty round trips take longer than an open proxy would take to pass the bytes on.
    const direct = await connectTo(target);
    for (let trip = 0; trip < 20; trip++) {
      direct.write('beside');
      await once(direct, 'data');
    }
    expect(held).toBe(true);
    proxy.pass();
    expect(String((await second)[0])).toBe('two');
  });

  test('resets its connections', async () => {
    const { proxy, client } = await connected();
    client.write('one');
    await once(client, 'data');
    const failed = once(client, 'error');
    expect(proxy.reset()).toBe(1);
    expect(((await failed)[0] as NodeJS.ErrnoException).code).toBe('ECONNRESET');
  });
});

async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All results of a stream to its end, and its last id. */
async function collect(
  open: (listener: {
    onResult: (result: Result, id?: string) => void;
    onEnd: (reason: string) => void;
  }) => void,
) {
  const results: [Result, string | undefined][] = [];
  const reason = await new Promise<string>((resolve) =>
    open({ onResult: (result, id) => void results.push([result, id]), onEnd: resolve }),
  );
  return { results, reason };
}

describe('a stream', () => {
  const request = { query: 'subscription { n }', variables: { first: 1 } };

  test.each(['GET', 'POST'] as const)(
    'reads server-sent events, however the network splits them (%s)',
    async (method) => {
      const text =
        'retry: 1\n\n:\n\nid: a\nevent: next\ndata: {"data":{"n":1}}\n\n' +
        'event: next\nid: b\ndata: {"data":\ndata: {"n":2}}\n\n';
      const heads: unknown[] = [];
      const server = createHttpServer((incoming, response) => {
        heads.push([incoming.method, incoming.headers['last-event-id'], incoming.headers.accept]);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const character of text) response.write(character);
        response.end('event: complete\ndata:\n\n');
      });
      const port = await portOf(server);
      const { results, reason } = await collect((listener) =>
        openEventStream({ port, ...request }, listener, { method, lastEventId: 'z' }),
      );
      expect(results).toEqual([
        [{ data: { n: 1 } }, 'a'],
        [{ data: { n: 2 } }, 'b'],
      ]);
      expect([reason, heads]).toEqual(['complete', [[method, 'z', 'text/event-stream']]]);
    },
  );

  test('speaks graphql-transport-ws and reports its end once', async () => {
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(sockets, 'listening');
    onTestFinished(() => sockets.close());
    sockets.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        const { type, id, payload } = JSON.parse(data.toString()) as Record<string, unknown>;
        if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
        if (type === 'pong') socket.close(4321);
        if (type !== 'subscribe') return;
        socket.send(JSON.stringify({ id, type: 'next', payload: { data: payload } }));
        socket.send('{"type":"ping"}');
      });
    });
    const { port } = sockets.address() as AddressInfo;
    const { results, reason } = await collect((listener) => openSocketStream({ port, ...request }, listener));
    expect(results).toEqual([[{ data: request }, undefined]]);
    expect(reason).toBe('closed with 4321');
  });
});
