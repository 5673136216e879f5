import type { FeedEvent } from '../sinks/feed/ports.ts';
import type { OwnRegistry } from './registry.ts';

/** Turns what feeds tell into own metrics. */
export function sinkMetrics(registry: OwnRegistry): (event: FeedEvent) => void {
  return (event) => {
    const { sink } = event;
    if (event.kind === 'samples') registry.add('sinkSamples', { sink, outcome: event.fate }, event.count);
    else if (event.kind === 'attempt') registry.add('sinkRequests', { sink, result: event.result });
    else if (event.kind === 'queue') registry.set('sinkQueueSamples', { sink }, event.samples);
    else if (event.kind === 'missed') registry.add('remoteWriteMissed', { reason: event.reason }, event.buckets);
    else if (event.kind === 'success') registry.set('sinkLastSuccess', { sink }, event.nowMs / 1000);
  };
}
