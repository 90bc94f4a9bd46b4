import type { Registry } from 'prom-client';
import type { Instrument } from '../metrics/instruments.ts';
import { PREFIX, type Metrics } from '../metrics/metrics.ts';
import { shareCalls } from '../time/share-calls.ts';
import { send, type Handler } from './request-context.ts';

/**
 * Answers scrapes of Prometheus. The first one loads prom-client, which adds the metrics of the process: those
 * of the event loop and of garbage collection begin then. Concurrent scrapes share one reading.
 */
export function metricsPage(metrics: Metrics): Handler {
  let registry: Promise<Registry> | undefined;
  const read = shareCalls(async () => await (await (registry ??= registryOf(metrics))).metrics());
  return async (context) => {
    const text = await read();
    send(context, 200, { 'content-type': CONTENT_TYPE, 'cache-control': 'no-store' }, text);
  };
}

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

async function registryOf({ instruments }: Metrics): Promise<Registry> {
  const client = await import('prom-client');
  const registry = new client.Registry();
  client.collectDefaultMetrics({ register: registry });
  for (const instrument of instruments) registry.registerMetric(adapt(instrument) as never);
  return registry;
}

/** An instrument as a metric of prom-client. Ours count in less time, and need no package until a scrape. */
function adapt(instrument: Instrument): object {
  const { name, help, type } = instrument;
  const full = PREFIX + name;
  return {
    name: full,
    get: async () => ({
      name: full,
      help,
      type,
      values: (await instrument.samples()).map(({ labels, value, suffix = '' }) => ({
        labels,
        value,
        metricName: full + suffix,
      })),
    }),
  };
}
