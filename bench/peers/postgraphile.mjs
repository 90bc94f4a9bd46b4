// The peer PostGraphile: answers GraphQL from the views of schema.sql, with its Amber preset and the settings for production. Its
// only argument is the port; the database is in PGHOST and so on.
/* oxlint-disable -- its types are installed with the peers alone */
import { createServer } from 'node:http';
import { grafserv } from 'postgraphile/grafserv/node';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { postgraphile } from 'postgraphile';
import pg from 'pg';

const pool = new pg.Pool({ max: 10 });
const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ pool, schemas: ['peer'] })],
  schema: { defaultBehavior: '+orderBy +list +connection' },
  grafast: { explain: false },
  grafserv: { graphiql: false, watch: false, graphqlOverGET: false },
};
const server = createServer();
const instance = postgraphile(preset);
const served = instance.createServ(grafserv);
await served.addTo(server);
await instance.getSchema();
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'));
