import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inLogContext, logContext } from '../../src/telemetry/log-context.ts';
import { watchDestination } from '../../src/telemetry/log-destination.ts';
import { createLogger, levelControl } from '../../src/telemetry/logger.ts';

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const options = { level: 'Information', container: { enabled: true }, format: 'json', color: false } as const;
  return { lines, logger: createLogger({ ...options, destination }) };
}

describe('log lines', () => {
  it('carry the work that they are written in, also after waiting, beside other work, and not after it', async () => {
    const { lines, logger } = setUp();
    const group = (queryGroup: string): Promise<void> =>
      inLogContext({ queryGroup }, async () => {
        await turn();
        logger.info({ requestId: `of ${queryGroup}` }, 'asked');
      });
    await inLogContext({ schedule: '* * * * *', run: '0a' }, async () => {
      await Promise.all([group('g1'), group('g2')]);
      logger.info('finished');
    });
    logger.info('outside');
    const run = { schedule: '* * * * *', run: '0a' };
    const fields = lines.map(({ level: _level, time: _time, ...rest }) => rest);
    expect(fields).toEqual([
      { ...run, queryGroup: 'g1', requestId: 'of g1', msg: 'asked' },
      { ...run, queryGroup: 'g2', requestId: 'of g2', msg: 'asked' },
      { ...run, msg: 'finished' },
      { msg: 'outside' },
    ]);
    expect(logContext()).toEqual({});
  });

  it('do not leave their own fields in the work', () => {
    const { lines, logger } = setUp();
    inLogContext({ run: '0a' }, () => {
      logger.info({ code: 'AZ2005' }, 'one');
      logger.info('two');
    });
    expect(lines[1]).not.toHaveProperty('code');
  });
});

describe('the level of a running log', () => {
  it('is changed and told by name', () => {
    const { lines, logger } = setUp();
    const level = levelControl(logger);
    logger.debug('quiet');
    expect(level.get()).toBe('Information');
    level.set('Debug');
    logger.debug('loud');
    expect([level.get(), lines.map(({ msg }) => msg)]).toEqual(['Debug', ['loud']]);
    level.set('None');
    logger.error('quiet');
    expect([level.get(), lines.length]).toEqual(['Critical', 1]);
  });
});

it('a destination that fails loses lines without harm, and says so until it works again', async () => {
  const disk = new FullDisk();
  const watched = watchDestination(disk);
  watched.stream.write('one\n');
  watched.stream.write('two\n');
  await turn();
  expect(watched.failure()).toBe('2 log lines are lost: ENOSPC: no space left on device, write');
  disk.isFull = false;
  watched.stream.write('three\n');
  await turn();
  expect([watched.failure(), disk.written]).toEqual([undefined, ['three\n']]);
});

/** Goes on after errors, as standard error does. */
class FullDisk extends PassThrough {
  isFull = true;
  readonly written: string[] = [];

  override write(chunk: unknown, done?: unknown): boolean {
    const error = this.isFull ? new Error('ENOSPC: no space left on device, write') : undefined;
    if (error === undefined) this.written.push(String(chunk));
    else this.emit('error', error);
    if (typeof done === 'function') Reflect.apply(done, undefined, [error]);
    return true;
  }
}
