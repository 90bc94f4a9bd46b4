import type { Tracer } from '../tracing/tracer.ts';
import { UsageError, type Io } from './io.ts';
import { version } from './version.ts';

/**
 * Starts OpenTelemetry if its environment variables ask for traces, and only then loads it. Throws UsageError
 * for an exporter or a protocol that is not supported.
 */
export async function tracerOf(env: Io['env']): Promise<Tracer | undefined> {
  const url = receiverOf(env);
  if (url === undefined) return undefined;
  const { openTracing } = await import('../tracing/open-telemetry.ts');
  const serviceName = env['OTEL_SERVICE_NAME'] || 'papergraph';
  return openTracing({ url, serviceName, serviceVersion: version() });
}

/** The URL that traces are sent to; undefined if nobody wants them. */
function receiverOf(env: Io['env']): string | undefined {
  const exporter = env['OTEL_TRACES_EXPORTER'];
  const whole = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (env['OTEL_SDK_DISABLED'] === 'true' || exporter === 'none') return undefined;
  if (!exporter && !whole && !base) return undefined;
  if (exporter && exporter !== 'otlp')
    throw new UsageError(`OTEL_TRACES_EXPORTER: expected otlp or none, got "${exporter}"`);
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? env['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol === 'grpc')
    throw new UsageError('OTEL_EXPORTER_OTLP_PROTOCOL: expected an http protocol (port 4318), got "grpc"');
  const url = whole || `${(base || 'http://localhost:4318').replace(/\/$/, '')}/v1/traces`;
  if (!URL.canParse(url)) throw new UsageError(`OTEL_EXPORTER_OTLP_ENDPOINT: expected a URL, got "${url}"`);
  return url;
}
