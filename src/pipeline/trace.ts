import type { Tracer } from '../tracing/tracer.ts';
import { codesOf } from './observe.ts';
import type { OperationPlugin } from './operation-context.ts';
import type { Pipeline } from './pipeline.ts';

/** Runs every operation of a pipeline in a span. */
export function traced(pipeline: Pipeline, tracer: Tracer | undefined): Pipeline {
  if (tracer === undefined) return pipeline;
  return {
    ...pipeline,
    run: async (params, context, method) =>
      await tracer.operation(
        async () => await pipeline.run(params, context, method),
        (result) => ({
          type: context.operation?.type,
          name: context.operation?.name,
          hash: context.operation?.hash,
          codes: codesOf(result),
        }),
      ),
  };
}

/** The plugin that makes a span for each phase of an operation; none without a tracer. */
export function tracePhases(tracer: Tracer | undefined): OperationPlugin[] {
  if (tracer === undefined) return [];
  const plugin: OperationPlugin = {
    onParse: () => tracer.phase('parse'),
    onValidate: () => tracer.phase('validate'),
    onExecute: () => ({ onExecuteDone: tracer.phase('execute') }),
    onSubscribe: () => ({ onSubscribeResult: tracer.phase('subscribe') }),
  };
  return [plugin];
}
