import { createClient } from '@redis/client';
import { within } from '../time/deadline.ts';
import type { Points, Taken } from './leaky-buckets.ts';
import type { Limits } from './limits.ts';

/** What `RedisPoints` needs. */
export interface RedisOptions {
  /** `redis://…` or `rediss://…`. */
  readonly url: string;
  readonly limits: Limits;
  /** Counts while Redis is away: each server alone, then. */
  readonly fallback: Points;
  /** Called with the reason when Redis is away, and with undefined when it is back. */
  readonly onChange: (away: Error | undefined) => void;
}

/** How long an operation waits for Redis, in milliseconds. */
const PATIENCE_MS = 200;
/** How long a Redis that was late is not asked again, in milliseconds. */
const REST_MS = 1_000;
const RECONNECT_MS = 500;
/** A connection that was silent for so long is given up, in milliseconds. Pings have answers. */
const SILENCE_MS = 5_000;
const PING_MS = 2_000;
const MOST_COMMANDS = 10_000;
const PREFIX = 'papergraph:points:';

/**
 * The leaky bucket of a client. Its key holds the time at which it will be empty, in milliseconds of the clock of
 * Redis, which all servers share, and expires at that time.
 */
const TAKE = `
local burst, perSecond, price = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local empty = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
local spent = (empty - now) * perSecond / 1000
local wanted = spent + math.min(price, burst)
if wanted > burst then
  return { math.floor(burst - spent), math.ceil((wanted - burst) / perSecond * 1000) }
end
local ms = wanted / perSecond * 1000
redis.call('SET', KEYS[1], string.format('%.3f', now + ms), 'PX', math.ceil(ms) + 1)
return { math.floor(burst - wanted), -1 }
`;

/**
 * The points of clients in Redis, for several servers. While Redis is away, the fallback counts: an operation waits
 * for it only briefly, and the next ones not at all.
 */
export class RedisPoints implements Points {
  readonly #options: RedisOptions;
  readonly #client: ReturnType<typeof clientOf>;
  #restsUntil = 0;
  #away: Error | undefined;

  /** Connects in the background. */
  constructor(options: RedisOptions) {
    this.#options = options;
    this.#client = clientOf(options.url);
    this.#client.on('error', (error: Error) => this.#setAway(error));
    this.#client.on('ready', () => this.#setAway(undefined));
    // Every failure is an event, too. This promise rejects if the connection is closed before it is made.
    this.#client.connect().catch(() => undefined);
  }

  /** Whether Redis counts now. */
  get isShared(): boolean {
    return this.#client.isReady && performance.now() >= this.#restsUntil;
  }

  take(client: string, price: number): Taken | Promise<Taken> {
    if (!this.isShared) return this.#options.fallback.take(client, price);
    return this.#ask(client, price);
  }

  /** Ends the connection. */
  close(): void {
    this.#client.destroy();
  }

  async #ask(client: string, price: number): Promise<Taken> {
    const { limits, fallback } = this.#options;
    const args = [limits.costBurst, limits.costPerSecond, price].map(String);
    try {
      const reply = this.#client.eval(TAKE, { keys: [PREFIX + client], arguments: args });
      const taken = takenOf(await within(PATIENCE_MS, reply, () => new Error('no answer in time')));
      this.#setAway(undefined);
      return taken;
    } catch (error) {
      this.#restsUntil = performance.now() + REST_MS;
      this.#setAway(error instanceof Error ? error : new Error(String(error)));
      return await fallback.take(client, price);
    }
  }

  #setAway(away: Error | undefined): void {
    const isNews = (away === undefined) !== (this.#away === undefined);
    this.#away = away;
    if (isNews) this.#options.onChange(away);
  }
}

function clientOf(url: string) {
  return createClient({
    url,
    // Nothing waits for a connection.
    disableOfflineQueue: true,
    commandsQueueMaxLength: MOST_COMMANDS,
    pingInterval: PING_MS,
    socket: { connectTimeout: SILENCE_MS, socketTimeout: SILENCE_MS, reconnectStrategy: () => RECONNECT_MS },
  });
}

function takenOf(reply: unknown): Taken {
  const [left, retryAfterMs] = Array.isArray(reply) ? reply.map(Number) : [];
  if (left === undefined || retryAfterMs === undefined) throw new Error('expected two numbers from Redis');
  return { left, retryAfterMs: retryAfterMs < 0 ? undefined : retryAfterMs };
}
