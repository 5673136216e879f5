import { AnonymousCredential, QueueClient } from '@azure/storage-queue';
import type { CloudEndpoints } from '../core/clouds.ts';
import { type Outcome, ok } from '../core/outcome.ts';
import type { QueueRequest, QueueSource } from '../scrape/ports.ts';
import type { RawAnswer } from './answer.ts';
import { type CallContext, makeCall, refused } from './call.ts';
import type { ClientOptions } from './clients.ts';
import { Unreadable } from './shape.ts';
import { hostOf } from './text.ts';

const accountName = /^[a-z0-9-]+$/i;

/** Storage queues, read with the SAS token of the resource; the token is read anew at each call. */
export function createQueueSource(deps: {
  readonly cloud: CloudEndpoints;
  readonly clientOptions: ClientOptions;
  readonly context: CallContext;
}): QueueSource {
  const { cloud, clientOptions, context } = deps;
  // The storage package counts tries where the others count retries, and its options type hides the policies it takes.
  const options = { ...clientOptions, retryOptions: { maxTries: 1 } };
  return {
    read: (request, signal) => {
      if (!accountName.test(request.accountName)) {
        const message = `The storage account name "${request.accountName}" is not valid; correct accountName.`;
        return Promise.resolve(refused(message));
      }
      const base = cloud.storageQueue.replaceAll('{account}', request.accountName);
      const sas = request.sasToken.reveal().trim().replace(/^\?/, '');
      if (sas === '') {
        const message = `The SAS token of queue ${request.queueName} on ${hostOf(base)} is empty; set sasToken.rawValue or the variable that sasToken.environmentVariable names.`;
        return Promise.resolve(refused(message));
      }
      const url = `${base}/${encodeURIComponent(request.queueName)}?${sas}`;
      return makeCall<number>(
        {
          info: { api: 'queue' },
          host: hostOf(base),
          subject: request.queueName,
          secrets: secretsOf(sas),
          send: (abortSignal) => {
            const client = new QueueClient(url, new AnonymousCredential(), options);
            return request.metricName === 'MessageCount'
              ? client.getProperties({ abortSignal })
              : client.peekMessages({ abortSignal, numberOfMessages: 1 });
          },
          read: (answer) => readQueue(answer, request),
        },
        context,
        signal,
      );
    },
  };
}

/** The whole token and its signature, which alone is the secret. */
function secretsOf(sas: string): string[] {
  return [sas, new URLSearchParams(sas).get('sig') ?? ''].filter((part) => part !== '');
}

function readQueue(answer: RawAnswer, request: QueueRequest): Outcome<number> {
  if (request.metricName === 'MessageCount') {
    const count = answer.header('x-ms-approximate-messages-count') ?? '';
    if (!/^\d+$/.test(count)) throw new Unreadable('it has no message count');
    return ok(Number(count));
  }
  if (!/<QueueMessagesList[\s/>]/.test(answer.body)) throw new Unreadable('it is no list of messages');
  const inserted = /<InsertionTime>([^<]*)<\/InsertionTime>/.exec(answer.body)?.[1];
  if (inserted === undefined) {
    if (answer.body.includes('<QueueMessage>')) throw new Unreadable('the message has no insertion time');
    return ok(0);
  }
  const insertedMs = Date.parse(inserted);
  if (Number.isNaN(insertedMs)) throw new Unreadable('the insertion time is no date');
  // The clock of the storage service may be ahead of ours.
  return ok(Math.max(0, (request.nowMs - insertedMs) / 1000));
}
