import { MetricsClient } from '@azure/monitor-query';
import { Agent, request } from 'undici';
import { type EngineScene, metricNames, namespace, region } from './engine-scene.ts';
import { client, subscription, tenant } from './scene.ts';

const lanes = 16;
const batchSize = 50;
const audience = 'https://metrics.monitor.azure.com';
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What else could ask for the same values. Each run gives the bytes of its answers. */
export interface Rivals {
  /** Plain undici and JSON.parse with the batch calls of Azimuth: ten names, three buckets. */
  floor(): Promise<number>;
  /** Promitor's queries through the same package: one name and twelve hours a call, for some of the resources. */
  promitor(resources: number): Promise<number>;
  close(): Promise<void>;
}

export async function openRivals({ urls, caPem, ids }: EngineScene): Promise<Rivals> {
  const dispatcher = new Agent({ connections: lanes, connect: { ca: caPem } });
  const token = await tokenFrom(urls.authority, dispatcher);
  const endpoint = urls.dataPlane.replaceAll('{region}', region);
  let received = 0;
  const official = new MetricsClient(
    endpoint,
    { getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + hourMs }) },
    {
      audience,
      additionalPolicies: [
        {
          position: 'perRetry',
          policy: {
            name: 'benchBytes',
            sendRequest: async (sent, next) => {
              const answer = await next(sent);
              received += Buffer.byteLength(answer.bodyAsText ?? '');
              return answer;
            },
          },
        },
      ],
    },
  );

  const floorCall = async (batch: readonly string[]): Promise<number> => {
    const endMs = Math.floor((Date.now() - minuteMs) / minuteMs) * minuteMs;
    const query = new URLSearchParams({
      'api-version': '2024-02-01',
      starttime: new Date(endMs - 15 * minuteMs).toISOString(),
      endtime: new Date(endMs).toISOString(),
      interval: 'PT5M',
      metricnamespace: namespace,
      metricnames: metricNames.join(','),
      aggregation: 'Maximum',
    });
    const { statusCode, body } = await request(
      `${endpoint}/subscriptions/${subscription}/metrics:getBatch?${query.toString()}`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ resourceids: batch.map((id) => `/${id}`) }),
        dispatcher,
      },
    );
    const text = await body.text();
    const { values } = JSON.parse(text) as { values?: readonly unknown[] };
    if (statusCode !== 200 || values?.length !== batch.length) throw new Error(`the floor was answered ${statusCode}`);
    return text.length;
  };

  return {
    async floor() {
      const sizes: number[] = [];
      await inParallel(batchesOf(ids), async (batch) => void sizes.push(await floorCall(batch)));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
    async promitor(resources) {
      received = 0;
      const batches = batchesOf(ids.slice(0, resources));
      const calls = metricNames.flatMap((name) => batches.map((batch) => ({ name, batch })));
      await inParallel(calls, async ({ name, batch }) => {
        const endTime = new Date();
        const startTime = new Date(endTime.getTime() - 12 * hourMs);
        const options = { startTime, endTime, interval: 'PT5M', aggregation: 'Maximum' };
        const answer = await official.queryResources([...batch], [name], namespace, options);
        if (answer.length !== batch.length) throw new Error(`${answer.length} of ${batch.length} resources answered`);
      });
      return received;
    },
    close: () => dispatcher.close(),
  };
}

async function tokenFrom(authority: string, dispatcher: Agent): Promise<string> {
  const form = new URLSearchParams({
    client_id: client,
    client_secret: 'bench',
    grant_type: 'client_credentials',
    scope: `${audience}/.default`,
  });
  const { body } = await request(`${authority}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    dispatcher,
  });
  const { access_token: token } = (await body.json()) as { access_token: string };
  return token;
}

function batchesOf(ids: readonly string[]): string[][] {
  const batches: string[][] = [];
  for (let start = 0; start < ids.length; start += batchSize) batches.push(ids.slice(start, start + batchSize));
  return batches;
}

/** Works through the items with as many calls in flight as Azimuth has here. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next]; item !== undefined; item = items[next]) {
      next += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
