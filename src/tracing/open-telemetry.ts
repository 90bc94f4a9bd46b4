import { context, propagation, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { within } from '../time/deadline.ts';
import type { Tracer } from './tracer.ts';

/** Where spans go, and what they say about this server. */
export interface TracingOptions {
  /** URL of the receiver of traces. OpenTelemetry reads headers, timeouts and the sampler from the environment. */
  readonly url: string;
  readonly serviceName: string;
  readonly serviceVersion: string;
}

/** How long a server that stops waits for the receiver of its last spans, in milliseconds. */
const SEND_MS = 2_000;
/** Maximum length of a text that a client chose, in characters. */
const LONGEST = 100;

/** Starts OpenTelemetry. Its provider is the one of the process from now on. */
export function openTracing({ url, serviceName, serviceVersion }: TracingOptions): Tracer {
  const resource = resourceFromAttributes({ 'service.name': serviceName, 'service.version': serviceVersion });
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url }));
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  // Sets the context manager and the propagator of W3C, too.
  provider.register();
  const tracer = provider.getTracer('papergraph', serviceVersion);
  return {
    request: (route, { request, response }, run) => {
      const { method = '' } = request;
      const attributes = { 'http.request.method': method, 'http.route': route };
      const parent = propagation.extract(context.active(), request.headers);
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
      response.once('close', () => endRequest(span, response.statusCode));
      context.with(trace.setSpan(parent, span), run);
    },
    operation: async (run, describe) =>
      await tracer.startActiveSpan(
        'graphql',
        async (span) =>
          await ended(span, async () => {
            const result = await run();
            nameOperation(span, describe(result));
            return result;
          }),
      ),
    phase: (name) => {
      const span = tracer.startSpan(`graphql.${name}`);
      return () => span.end();
    },
    statement: async (name, run) => {
      const attributes = { 'db.system.name': 'postgresql', 'db.query.summary': name };
      return await tracer.startActiveSpan(
        name,
        { kind: SpanKind.CLIENT, attributes },
        async (span) => await ended(span, run),
      );
    },
    close: async () => await within(SEND_MS, provider.shutdown(), () => new Error('late')).catch(() => {}),
  };
}

function endRequest(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** Clients choose the names of operations, so a span is named by the type. */
function nameOperation(span: Span, operation: ReturnType<Parameters<Tracer['operation']>[1]>): void {
  const { type = 'graphql', name, hash, codes } = operation;
  span.updateName(type);
  span.setAttribute('graphql.operation.type', type);
  if (name !== undefined) span.setAttribute('graphql.operation.name', name.slice(0, LONGEST));
  if (hash !== undefined) span.setAttribute('papergraph.document.hash', hash);
  if (codes.length > 0) span.setAttribute('papergraph.error.codes', [...codes]);
  if (codes.includes('INTERNAL')) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Runs work and ends its span. The message of an error may contain data of a client: only its type is kept. */
async function ended<T>(span: Span, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
