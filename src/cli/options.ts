import type { Option } from 'commander';
import type { PreparedStatements } from '../database/store-pool.ts';
import { LIMIT_GROUPS, type Limit, type Limits } from '../limits/limits.ts';
import { LOG_LEVELS, type LogLevel } from '../log-levels.ts';
import { watchProblem } from '../sources/watch/watch-problem.ts';
import { accessSettings, type AccessOptions } from './access-settings.ts';
import { UsageError } from './io.ts';
import { Setting } from './setting.ts';

/** The options of every command. */
export interface SharedOptions {
  /** URL of Postgres; the embedded one if absent. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  readonly preparedStatements?: PreparedStatements;
}

/** The options of `papergraph serve`. */
export interface ServeOptions extends SharedOptions, AccessOptions, Limits {
  readonly port: number;
  readonly host: string;
  readonly sample?: boolean;
  readonly watch?: readonly string[];
  readonly allowPrivateUrls?: boolean;
  /** Path of the list of trusted documents. */
  readonly trustedDocuments?: string;
  readonly onlyTrustedDocuments?: boolean;
  /** Whether clients may register documents by their hash; they may if absent. */
  readonly persistedQueries?: 'on' | 'off';
  /** Days to keep events; forever if absent. */
  readonly feedRetention?: number;
  /** URL of the Redis in which servers share the points of their clients; in memory if absent. */
  readonly rateLimitStore?: string;
}

/** The settings of every command. */
export const sharedSettings = (): Option[] => [
  new Setting({
    flags: '--database-url <url>',
    variable: 'DATABASE_URL',
    about: 'URL of your own Postgres (15 or later), postgres://…; default: the embedded Postgres',
  }),
  new Setting({
    flags: '--data-dir <folder>',
    variable: 'PAPERGRAPH_DATA_DIR',
    about: 'folder in which the embedded Postgres keeps its data',
    preset: '.papergraph',
    takes: 'a folder',
  }),
  new Setting({
    flags: '--log-level <level>',
    variable: 'PAPERGRAPH_LOG_LEVEL',
    about: `how much to log: ${LOG_LEVELS.join(', ')}`,
    preset: 'info',
    takes: `one of ${LOG_LEVELS.join(', ')}`,
    parse: (text) => LOG_LEVELS.find((level) => level === text),
  }),
  new Setting({
    flags: '--prepared-statements <when>',
    variable: 'PAPERGRAPH_PREPARED_STATEMENTS',
    about: 'prepare statements by name: on, off, or auto (off with a connection pooler)',
    preset: 'auto',
    takes: 'one of auto, on, off',
    parse: (text) => PREPARED_STATEMENTS.find((each) => each === text),
  }),
];

const PREPARED_STATEMENTS: readonly PreparedStatements[] = ['auto', 'on', 'off'];

const count = {
  takes: 'a whole number from 1 to 999999999',
  parse: (text: string) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined),
};

/** A hundred years, well within the range of dates in Postgres. */
const MOST_DAYS = 36_500;

const YES_NO = new Map([
  ['yes', true],
  ['1', true],
  ['no', false],
  ['0', false],
]);

/** The setting of commands that fetch URLs. */
export const privateUrlsSetting = (): Option =>
  new Setting({
    flags: '--allow-private-urls <yes|no>',
    variable: 'PAPERGRAPH_ALLOW_PRIVATE_URLS',
    about: 'yes: allow posted URLs and redirects to lead to private addresses; default: no',
    takes: 'yes or no (or 1 or 0)',
    parse: (text) => YES_NO.get(text),
  });

/** The settings of `papergraph serve`. */
export const serveSettings = (): Option[] => [
  ...listenSettings(),
  ...accessSettings(),
  ...liveSettings(),
  ...documentSettings(),
  privateUrlsSetting(),
  new Setting({
    flags: '--rate-limit-store <url>',
    variable: 'PAPERGRAPH_RATE_LIMIT_STORE',
    about: 'URL of a Redis, redis://…, in which several servers share the points of their clients',
    takes: 'a redis:// or rediss:// URL',
    secret: true,
    parse: (text) => (/^rediss?:\/\//.test(text) && URL.canParse(text) ? text : undefined),
  }),
  ...limitSettings(),
];

const listenSettings = (): Option[] => [
  new Setting({
    flags: '--port <port>',
    variable: 'PORT',
    about: 'port to listen on; 0 for any free port',
    preset: 4000,
    takes: 'a whole number from 0 to 65535',
    parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined),
  }),
  new Setting({
    flags: '--host <host>',
    variable: 'HOST',
    about: 'address to listen on; 0.0.0.0 or :: for all addresses',
    preset: '127.0.0.1',
    takes: 'an address or host name',
  }),
];

const liveSettings = (): Option[] => [
  new Setting({
    flags: '--feed-retention <days>',
    variable: 'PAPERGRAPH_FEED_RETENTION',
    about: `days to keep events for clients that reconnect, 1 to ${MOST_DAYS}; default: forever`,
    takes: `a whole number of days from 1 to ${MOST_DAYS}`,
    parse: (text) => {
      const days = count.parse(text);
      return days !== undefined && days <= MOST_DAYS ? days : undefined;
    },
  }),
];

const documentSettings = (): Option[] => [
  new Setting({
    flags: '--trusted-documents <file>',
    variable: 'PAPERGRAPH_TRUSTED_DOCUMENTS',
    about: 'JSON file of documents by id, as papergraph operations writes it; clients may send the ids alone',
    takes: 'a file',
  }),
  new Setting({
    flags: '--only-trusted-documents [yes|no]',
    variable: 'PAPERGRAPH_ONLY_TRUSTED_DOCUMENTS',
    about: 'refuse all documents that are not in that file, except from those who send the admin token',
    takes: 'yes or no (or 1 or 0)',
    parse: (text) => YES_NO.get(text),
  }),
  new Setting({
    flags: '--persisted-queries <on|off>',
    variable: 'PAPERGRAPH_PERSISTED_QUERIES',
    about: 'whether clients may register documents by their hash (automatic persisted queries); default: on',
    takes: 'one of on, off',
    parse: (text) => ['on', 'off'].find((each) => each === text),
  }),
];

/** One setting for each limit, under the headings of their groups. */
const limitSettings = (): Option[] =>
  Object.entries(LIMIT_GROUPS).flatMap(([group, limits]) =>
    Object.entries<Limit>(limits).map(([name, limit]) =>
      limitSetting(name, limit).helpGroup(`Limits: ${group.toLowerCase()}`),
    ),
  );

/** The words of a limit's name, which is in camel case. */
const wordsOf = (name: string): string[] => name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());

/** The flag that sets a limit. */
export const limitFlag = (name: string): string => `--${wordsOf(name).join('-')}`;

/** The environment variable that sets a limit. */
const limitVariable = (name: string): string => `PAPERGRAPH_${wordsOf(name).join('_').toUpperCase()}`;

function limitSetting(name: string, { preset, unit, about, canBeOff }: Limit): Setting {
  return new Setting({
    flags: `${limitFlag(name)} <${unit === 'none' ? 'number' : unit}>`,
    variable: limitVariable(name),
    about: canBeOff === true ? `${about}; 0: no limit` : about,
    preset,
    ...count,
    ...(canBeOff === true && {
      takes: 'a whole number from 0 to 999999999',
      parse: (text: string) => (text === '0' ? 0 : count.parse(text)),
    }),
  });
}

/** The settings of `papergraph tail`. */
export const tailSettings = (): Option[] => [
  new Setting({
    flags: '--url <url>',
    variable: 'PAPERGRAPH_URL',
    about: 'URL of the GraphQL endpoint',
    preset: 'http://127.0.0.1:4000/graphql',
    takes: 'an http(s) URL',
    parse: (text) => (/^https?:/.test(text) && URL.canParse(text) ? text : undefined),
  }),
];

/** Checks a value of `--watch` and returns it. Throws UsageError if it is neither a folder nor a URL. */
export function watchedSource(text: string): string {
  const problem = watchProblem(text);
  if (problem === undefined) return text;
  throw new UsageError(`--watch: ${problem}`);
}
