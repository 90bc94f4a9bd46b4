import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../support/random.ts';
import { TestCluster } from './cluster.ts';
import { generateCorpus, type CorpusSize, type Wave } from './corpus.ts';
import { writeDigest } from './digest-text.ts';
import { chooseConditions, type Condition } from './filters.ts';
import { freePort } from './free-port.ts';
import { Nemesis } from './nemesis.ts';
import { Ingests, runToEnd, ServerProcess } from './processes.ts';
import { TcpProxy } from './proxy.ts';
import { Subscriber, type SubscriberOptions } from './subscriber.ts';

/** The size of a run. */
export interface ScenarioSize extends CorpusSize {
  readonly ingests: number;
  readonly servers: number;
  readonly subscribers: number;
  /** Rounds of faults. */
  readonly rounds: number;
}

const READY_MS = 300_000;
const TRANSPORTS: readonly SubscriberOptions['transport'][] = ['WS', 'SSE-GET', 'WS', 'SSE-POST'];

/** A subscriber, and the events that its filter selects. */
export interface Follower {
  readonly subscriber: Subscriber;
  readonly condition: Condition;
}

/** Ingests, servers and subscribers with a Postgres of their own, and a nemesis that breaks them. */
export class Scenario {
  readonly waves: readonly Wave[];
  readonly followers: readonly Follower[];
  readonly #size: ScenarioSize;
  readonly #world: World;
  readonly #random: () => number;
  readonly #following: Promise<void>[] = [];
  readonly #nemesis: Nemesis;

  private constructor(size: ScenarioSize, world: World) {
    this.#size = size;
    this.#world = world;
    this.#random = createRandom(size.seed + 1);
    this.waves = generateCorpus(size);
    const events = this.waves.flatMap(({ expected }) => expected);
    this.followers = chooseConditions(events, size.subscribers, size.seed + 2).map((condition, index) => ({
      condition,
      subscriber: new Subscriber(this.#optionsOf(condition, index)),
    }));
    const { cluster, servers, ingests, clientProxies, databaseProxies } = world;
    const proxies = [...clientProxies, ...databaseProxies];
    this.#nemesis = new Nemesis({ cluster, servers, ingests, proxies }, createRandom(size.seed + 3));
  }

  /** Starts Postgres and the servers. If that fails, ends everything that was started. */
  static async start(size: ScenarioSize): Promise<Scenario> {
    const world = new World();
    try {
      await world.start(size.servers);
      return new Scenario(size, world);
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /**
   * Ingests all files while subscribers follow the feed and the nemesis rages. Resolves when all is healed.
   */
  async run(): Promise<void> {
    await Promise.all([this.#nemesis.rage(this.#size.rounds), this.#arrive(), this.#takeInAll()]);
    for (const { subscriber } of this.followers) subscriber.calmDown();
    await Promise.all(this.#world.servers.map(async (server) => await server.ready(READY_MS)));
  }

  /** A server's port, without a proxy in between. */
  port(index = 0): number {
    return this.#world.servers[index % this.#world.servers.length]?.port ?? 0;
  }

  /** Waits for a condition for at most `withinMs` milliseconds. Resolves with whether it holds. */
  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    for (const deadline = Date.now() + withinMs; !condition(); await sleep(20))
      if (Date.now() > deadline) return false;
    return true;
  }

  /** The processes that ended without being killed. */
  crashes(): string[] {
    const { servers, ingests } = this.#world;
    return [...servers.flatMap((server) => server.crashes), ...ingests.crashes];
  }

  /** Ends the subscribers' streams. */
  async stopFollowing(): Promise<void> {
    for (const { subscriber } of this.followers) subscriber.stop();
    await Promise.all(this.#following);
  }

  /** Figures of the run, for people to read. */
  figures(): Record<string, unknown> {
    const drops = new Map<string, number>();
    for (const { subscriber } of this.followers)
      for (const [reason, times] of subscriber.drops) drops.set(reason, (drops.get(reason) ?? 0) + times);
    const sum = (count: (subscriber: Subscriber) => number): number =>
      this.followers.reduce((total, { subscriber }) => total + count(subscriber), 0);
    return {
      seed: this.#size.seed,
      files: this.waves.reduce((total, { files }) => total + files.length, 0),
      received: sum(({ events }) => events.length),
      resumes: sum(({ resumes }) => resumes),
      drops: Object.fromEntries([...drops].toSorted(([, a], [, b]) => b - a)),
      faults: Object.fromEntries(this.#nemesis.counts),
      ingestRuns: this.#world.ingests.runs,
    };
  }

  async close(): Promise<void> {
    await this.#nemesis.calm();
    await this.stopFollowing();
    await this.#world.close();
  }

  async #takeInAll(): Promise<void> {
    for (const [index, wave] of this.waves.entries()) await this.#takeIn(wave, index);
  }

  /** Starts the subscribers, some at once, others while events arrive. */
  async #arrive(): Promise<void> {
    for (const [index, { subscriber }] of this.followers.entries()) {
      if (index % 3 === 0) await sleep(this.#random() * 500);
      this.#following.push(subscriber.follow());
    }
  }

  /** Distributes the files among the ingests, some of them to two. */
  async #takeIn({ files }: Wave, index: number): Promise<void> {
    const folder = path.join(this.#world.folder, `wave-${index}`);
    const hands = Array.from({ length: this.#size.ingests }, (): string[] => []);
    for (const [at, file] of files.entries()) {
      const name = writeDigest(folder, file);
      hands[at % hands.length]?.push(name);
      if (this.#random() < 0.15) hands[Math.floor(this.#random() * hands.length)]?.push(name);
    }
    const taking = hands.filter((hand) => hand.length > 0);
    await Promise.all(taking.map(async (hand) => await this.#world.ingests.takeIn(hand)));
  }

  #optionsOf({ filter }: Condition, index: number): SubscriberOptions {
    const random = createRandom(this.#size.seed + 100 + index);
    const { servers, clientProxies } = this.#world;
    const ports = (Math.floor(index / 2) % 2 === 0 ? servers : clientProxies).map(({ port }) => port);
    const transport = TRANSPORTS[index % TRANSPORTS.length] ?? 'WS';
    return {
      name: `subscriber ${index} (${transport}, ${JSON.stringify(filter)})`,
      transport,
      filter,
      first: [5, 20, 50, 100][Math.floor(random() * 4)] ?? 50,
      nextPort: () => ports[Math.floor(random() * ports.length)] ?? 0,
      random,
    };
  }
}

/** The processes and proxies, and the folder of their files. */
class World {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'papergraph-checker-'));
  readonly servers: ServerProcess[] = [];
  readonly clientProxies: TcpProxy[] = [];
  readonly databaseProxies: TcpProxy[] = [];
  #cluster: TestCluster | undefined;
  #ingests: Ingests | undefined;

  get cluster(): TestCluster {
    if (this.#cluster === undefined) throw new Error('not started');
    return this.#cluster;
  }

  get ingests(): Ingests {
    if (this.#ingests === undefined) throw new Error('not started');
    return this.#ingests;
  }

  async start(servers: number): Promise<void> {
    // Postgres may run as another user.
    chmodSync(this.folder, 0o755);
    this.#cluster = await TestCluster.create(this.folder);
    const databaseUrl = this.#cluster.url();
    this.#ingests = new Ingests({ databaseUrl, log: path.join(this.folder, 'ingest.log') });
    await runToEnd(['migrate', '--database-url', databaseUrl], path.join(this.folder, 'migrate.log'));
    for (let index = 0; index < servers; index++) await this.#addServer(index);
    await Promise.all(this.servers.map(async (server) => await server.ready(READY_MS)));
  }

  async close(): Promise<void> {
    this.#ingests?.stop();
    await Promise.all(this.servers.map(async (server) => await server.stop()));
    const proxies = [...this.clientProxies, ...this.databaseProxies];
    await Promise.all(proxies.map(async (proxy) => await proxy.close()));
    await this.#cluster?.crash();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #addServer(index: number): Promise<void> {
    const databaseProxy = await TcpProxy.start(this.cluster.port);
    this.databaseProxies.push(databaseProxy);
    const databaseUrl = this.cluster.url(databaseProxy.port);
    const log = path.join(this.folder, `server-${index}.log`);
    const server = new ServerProcess(await freePort(), { databaseUrl, log });
    this.servers.push(server);
    server.start();
    this.clientProxies.push(await TcpProxy.start(server.port));
  }
}
