import { existsSync } from 'node:fs';
import { PlumbingError } from '@standpipe/errors';
import { skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { endScope, INFINITY, Systemd } from '../../src/systemd/index.js';
import { type Answer, FakeBus, type FakeBusSettings } from './fake-bus.js';

const unit = 'web.scope';
const refusal =
  (name: string, text = 'no'): (() => Answer) =>
  () => ({ error: `org.freedesktop.${name}`, text });

async function withBus(
  answers: FakeBusSettings['answers'],
  body: (systemd: Systemd, bus: FakeBus) => Promise<void>,
  settings: { readonly timeoutMs?: number } = {},
): Promise<void> {
  using bus = await FakeBus.start({ answers: answers ?? {} });
  using systemd = await Systemd.connect({ bus: bus.address, ...settings });
  await body(systemd, bus);
}

async function rejected(promise: Promise<unknown>): Promise<PlumbingError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!PlumbingError.is(error)) throw new Error('it was no failure', { cause: error });
  return error;
}

const members = (bus: FakeBus): string[] => bus.calls.map(([member]) => member).filter((member) => member !== 'Hello');

describe('systemd over a bus', () => {
  it('is told who asks, and then to make a unit, with numbers exact', async () => {
    await withBus({}, async (systemd, bus) => {
      await systemd.startTransientUnit(unit, [
        { name: 'MemoryMax', signature: 't', value: INFINITY },
        { name: 'TasksMax', signature: 't', value: 2n ** 53n + 1n },
        { name: 'PIDs', signature: 'au', value: [42] },
        { name: 'DeviceAllow', signature: 'a(ss)', value: [['/dev/null', 'rw']] },
        { name: 'Delegate', signature: 'b', value: true },
        { name: 'AllowedCPUs', signature: 'ay', value: [3, 2] },
      ]);
      const uid = Buffer.from(String(process.getuid?.())).toString('hex');
      expect(bus.said).to.deep.equal([`AUTH EXTERNAL ${uid}`]);
      expect(members(bus)).to.deep.equal(['AddMatch', 'Subscribe', 'StartTransientUnit']);
      expect(bus.calls.at(-1)).to.deep.equal([
        'StartTransientUnit',
        unit,
        'fail',
        [
          ['MemoryMax', ['t', '18446744073709551615']],
          ['TasksMax', ['t', '9007199254740993']],
          ['PIDs', ['au', [42]]],
          ['DeviceAllow', ['a(ss)', [['/dev/null', 'rw']]]],
          ['Delegate', ['b', true]],
          ['AllowedCPUs', ['ay', [3, 2]]],
        ],
        [],
      ]);
    });
  });

  it('is believed when the job is over before its number is told', async () => {
    const early = (_: unknown, bus: FakeBus): Answer => {
      bus.removeJob('/job/7', 'done');
      return { signature: 'o', body: ['/job/7'] };
    };
    await withBus({ StartTransientUnit: early }, async (systemd) => systemd.startTransientUnit(unit, []));
  });

  it('waits for its own job, and for no other', async () => {
    const other = (_: unknown, bus: FakeBus): Answer => {
      setImmediate(() => {
        bus.removeJob('/job/8', 'failed');
        bus.removeJob('/job/7', 'done');
      });
      return { signature: 'o', body: ['/job/7'] };
    };
    await withBus({ StartTransientUnit: other }, async (systemd) => systemd.startTransientUnit(unit, []));
  });

  it('has failed when its job has', async () => {
    for (const result of ['failed', 'canceled', 'timeout', 'dependency']) {
      await withBus({ StartTransientUnit: (_, bus) => bus.job(result) }, async (systemd) => {
        const error = await rejected(systemd.startTransientUnit(unit, []));
        expect(error).to.include({
          code: 'SYSTEMD_JOB_FAILED',
          message: `make the unit "web.scope": systemd's job ended with "${result}"`,
        });
      });
    }
  });

  it('clears what a failed unit of the name left, and tries once more', async () => {
    let tries = 0;
    const once = (_: unknown, bus: FakeBus): Answer => (tries++ === 0 ? { error: 'org.freedesktop.systemd1.UnitExists' } : bus.job('done'));
    await withBus({ StartTransientUnit: once }, async (systemd, bus) => {
      await systemd.startTransientUnit(unit, []);
      expect(members(bus).slice(2)).to.deep.equal(['StartTransientUnit', 'ResetFailedUnit', 'StartTransientUnit']);
    });
  });

  it('leaves a unit alone that somebody else has', async () => {
    await withBus({ StartTransientUnit: refusal('systemd1.UnitExists', 'Unit web.scope already exists.') }, async (systemd, bus) => {
      const error = await rejected(systemd.startTransientUnit(unit, []));
      expect(error).to.include({ code: 'SYSTEMD_REFUSED', message: 'make the unit "web.scope": Unit web.scope already exists.' });
      expect(error.hint).to.match(/another container has that cgroupsPath/);
      expect(members(bus)).not.to.include('StopUnit');
    });
  });

  it('may refuse: an ordinary user is told what to do', async () => {
    for (const name of ['DBus.Error.AccessDenied', 'DBus.Error.InteractiveAuthorizationRequired']) {
      await withBus({ StartTransientUnit: refusal(name, 'Access denied') }, async (systemd) => {
        const error = await rejected(systemd.startTransientUnit(unit, []));
        expect(error).to.include({ code: 'SYSTEMD_REFUSED', message: 'make the unit "web.scope": Access denied' });
        expect(error.hint).to.match(/ordinary user has a systemd of its own/);
      });
    }
  });

  it('may say nothing, to a call or of a job', async () => {
    const silent = { StartTransientUnit: (): Answer => 'silence' };
    const lost = { StartTransientUnit: (): Answer => ({ signature: 'o', body: ['/job/1'] }) };
    for (const answers of [silent, lost]) {
      await withBus(
        answers,
        async (systemd) => {
          const error = await rejected(systemd.startTransientUnit(unit, []));
          expect(error).to.include({ code: 'SYSTEMD_TIMEOUT', message: 'make the unit "web.scope": systemd did not answer within 50 ms' });
        },
        { timeoutMs: 50 },
      );
    }
  });

  it('may go away, before it answers and before a job ends', async () => {
    const hangUp =
      (answer: Answer) =>
      (_: unknown, bus: FakeBus): Answer => {
        setImmediate(() => bus.hangUp());
        return answer;
      };
    for (const answer of ['silence', { signature: 'o', body: ['/job/1'] }] as const) {
      await withBus({ StartTransientUnit: hangUp(answer) }, async (systemd) => {
        expect(await rejected(systemd.startTransientUnit(unit, []))).to.include({ code: 'SYSTEMD_UNREACHABLE' });
        // And stays away.
        expect(await rejected(systemd.version())).to.include({ code: 'SYSTEMD_UNREACHABLE' });
      });
    }
  });

  it('may not let us in', async () => {
    using bus = await FakeBus.start({ auth: 'REJECTED DBUS_COOKIE_SHA1' });
    using systemd = await Systemd.connect({ bus: bus.address });
    expect(await rejected(systemd.version())).to.include({ code: 'SYSTEMD_UNREACHABLE' });
  });

  it('may not be there', async () => {
    const error = await rejected(Systemd.connect({ bus: 'unix:path=/nonexistent/bus' }));
    expect(error).to.include({ code: 'SYSTEMD_UNREACHABLE', message: 'reach systemd over "/nonexistent/bus"' });
    expect(error.hint).to.match(/package dbus/);
    expect(await rejected(Systemd.connect({ bus: 'unix:abstract=standpipe-nobody' }))).to.include({
      code: 'SYSTEMD_UNREACHABLE',
      message: 'reach systemd over "@standpipe-nobody"',
    });
  });

  it('is not what runs here, and that is said', async function () {
    if (existsSync('/run/systemd/system')) skip(this, 'needs a machine without systemd');
    const error = await rejected(Systemd.connect({ env: {} }));
    expect(error).to.include({ code: 'NOT_SUPPORTED', message: 'systemd is not running here: there is no /run/systemd/system' });
  });

  it('tells its version', async () => {
    for (const [said, version] of [
      ['252.38-1~deb12u1', 252],
      ['v245.4-1.fc32', 245],
      ['257~rc1', 257],
    ] as const) {
      await withBus({ Get: () => ({ signature: 'v', body: [['s', said]] }) }, async (systemd) => {
        expect(await systemd.version()).to.equal(version);
      });
    }
  });

  it('gives properties exactly', async () => {
    const values: Readonly<Record<string, readonly [string, unknown]>> = {
      MemoryMax: ['t', '18446744073709551615'],
      DeviceAllow: ['a(ss)', [['/dev/null', 'rw']]],
      AllowedCPUs: ['ay', [1, 2]],
    };
    await withBus({ Get: ([, name]) => ({ signature: 'v', body: [values[String(name)]] }) }, async (systemd) => {
      expect(await systemd.unitProperty(unit, 'MemoryMax', 'Scope')).to.deep.equal({ signature: 't', value: INFINITY });
      expect(await systemd.unitProperty(unit, 'DeviceAllow', 'Scope')).to.deep.equal({ signature: 'a(ss)', value: [['/dev/null', 'rw']] });
      expect(await systemd.unitProperty(unit, 'AllowedCPUs', 'Scope')).to.deep.equal({ signature: 'ay', value: [1, 2] });
    });
    await withBus({ GetUnit: refusal('systemd1.NoSuchUnit') }, async (systemd) => {
      expect(await systemd.unitProperty(unit, 'MemoryMax', 'Scope')).to.equal(undefined);
    });
  });

  it('stops a unit, and finds nothing wrong in one that is gone', async () => {
    const gone = { StopUnit: refusal('systemd1.NoSuchUnit'), ResetFailedUnit: refusal('systemd1.NoSuchUnit') };
    await withBus(gone, async (systemd, bus) => {
      await systemd.stopUnit(unit);
      expect(members(bus).slice(2)).to.deep.equal(['StopUnit', 'ResetFailedUnit']);
    });
    await withBus({ StopUnit: refusal('DBus.Error.AccessDenied') }, async (systemd) => {
      expect(await rejected(systemd.stopUnit(unit))).to.include({ code: 'SYSTEMD_REFUSED' });
    });
  });
});

describe('the end of a scope', () => {
  const described = (description: string): FakeBusSettings['answers'] => ({
    Get: () => ({ signature: 'v', body: [['s', description]] }),
  });

  it('is asked for where it is ours', async () => {
    using bus = await FakeBus.start({ answers: described('ours')! });
    await endScope({ unit, bus: bus.address, description: 'ours' });
    expect(members(bus)).to.include.members(['StopUnit', 'ResetFailedUnit']);
  });

  it('is not, where somebody else has made one of that name', async () => {
    using bus = await FakeBus.start({ answers: described('theirs')! });
    await endScope({ unit, bus: bus.address, description: 'ours' });
    expect(members(bus)).not.to.include('StopUnit');
  });

  it('has come by itself where systemd is gone, or knows of none', async () => {
    await endScope({ unit, bus: 'unix:path=/nonexistent/bus', description: 'ours' });
    using bus = await FakeBus.start({ answers: { GetUnit: refusal('systemd1.NoSuchUnit') } });
    await endScope({ unit, bus: bus.address, description: 'ours' });
    expect(members(bus)).not.to.include('StopUnit');
  });
});
