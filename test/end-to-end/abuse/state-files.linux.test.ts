import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlumbingError } from '@standpipe/errors';
import { deleteContainer } from '@standpipe/runtime';
import { describeContainer, describeContainers } from '@standpipe/runtime/steer';
import { needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { Stage } from '../stage.js';

const member =
  (name: string, value: unknown) =>
  (file: string): void => {
    const record = JSON.parse(readFileSync(file, 'utf8')) as { [member: string]: unknown };
    writeFileSync(file, JSON.stringify({ ...record, [name]: value }));
  };

const text =
  (content: string) =>
  (file: string): void =>
    writeFileSync(file, content);

/** What can become of a state file. */
const damages: Readonly<Record<string, (file: string) => void>> = {
  'is empty': text(''),
  'is null': text('null'),
  'is an array': text('[]'),
  'is a string': text('"running"'),
  'is a number': text('1'),
  'is an empty object': text('{}'),
  'is no JSON': text('{"id": running}'),
  'is binary': (file) => writeFileSync(file, Buffer.from([0xff, 0xfe, 0, 1])),
  'is two documents': (file) => writeFileSync(file, readFileSync(file, 'utf8').repeat(2)),
  'is another container': member('id', 'other'),
  'has a pid that is a string': member('pid', '1'),
  'has a negative pid': member('pid', -1),
  'has pid 0': member('pid', 0),
  'has a pid that is a fraction': member('pid', 1.5),
  'has a pid beyond all numbers': (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/"pid":\d+/, '"pid":1e999')),
  'has no bundle': member('bundle', undefined),
  'has annotations that are null': member('annotations', null),
  'has a time that is a string': member('aliveAt', 'now'),
  'has no boot id': member('bootId', undefined),
  'is a link to a good one': (file) => {
    const elsewhere = `${file}.elsewhere`;
    copyFileSync(file, elsewhere);
    rmSync(file);
    symlinkSync(elsewhere, file);
  },
  'is a link to nowhere': (file) => {
    rmSync(file);
    symlinkSync('/nowhere', file);
  },
  'is a link to itself': (file) => {
    rmSync(file);
    symlinkSync(file, file);
  },
  'is a directory': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
  'is a directory with something in it': (file) => {
    rmSync(file);
    mkdirSync(join(file, 'deep/er'), { recursive: true });
    writeFileSync(join(file, 'deep/er/file'), '');
  },
  'is a fifo': (file) => {
    rmSync(file);
    expect(spawnSync('mkfifo', [file]).status).to.equal(0);
  },
};

/** A container that nobody harms. */
async function another(on: Stage): Promise<void> {
  on.configure(['sleep', '1000'], (config) => (config.linux!.cgroupsPath = `/${on.id}-good`));
  expect(await on.quietly(['create', '--bundle', on.bundle, 'good'])).to.include({ code: 0, stderr: '' });
}

describe('a state file', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });

  for (const [what, damage] of Object.entries(damages)) {
    it(`that ${what} is told of, and delete --force clears it with the process that it was of`, async () => {
      const on = new Stage('standpipe');
      try {
        await on.running();
        await another(on);
        damage(join(on.root, on.id, 'state.json'));

        for (const words of [['state'], ['kill'], ['delete']]) {
          const { code, stdout, stderr } = await on.quietly([...words, on.id]);
          expect({ words, code, stdout }, stderr).to.deep.equal({ words, code: 1, stdout: '' });
          expect(stderr, words[0]).to.match(new RegExp(`the state of container "${on.id}" can't be read: .*\\n +hint: .*--force`));
        }
        const list = await on.quietly(['list', '--quiet']);
        expect(list).to.include({ code: 0, stdout: 'good\n' });
        expect(list.stderr).to.include(`the state of container "${on.id}" can't be read`);
        expect(await on.quietly(['delete', '--force', on.id])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
        expect(await on.quietly(['delete', '--force', 'good'])).to.include({ code: 0, stderr: '' });
        expect(on.left()).to.deep.equal([]);
      } finally {
        await on.close();
      }
    });
  }

  it('cut short, whatever its length, is told of, and hides no other container', async () => {
    const on = new Stage('standpipe');
    try {
      await on.running();
      await another(on);
      const file = join(on.root, on.id, 'state.json');
      const whole = readFileSync(file);
      expect(whole.at(-1), 'the end of its line').to.equal(0x0a);
      for (let length = 0; length < whole.length - 1; length++) {
        writeFileSync(file, whole.subarray(0, length));
        const refused = (error: unknown): boolean => PlumbingError.is(error) && error.code === 'STATE_MALFORMED';
        expect(() => describeContainer(on.root, on.id), `${String(length)} bytes`)
          .to.throw()
          .that.satisfies(refused);
        expect(await deleteContainer(on.root, on.id).catch((error: unknown) => error)).to.satisfy(refused);
        expect(describeContainers(on.root).map(({ id }) => id)).to.deep.equal(['good']);
      }
      writeFileSync(file, whole);
      expect(describeContainer(on.root, on.id).status).to.equal('running');
      writeFileSync(file, whole.subarray(0, whole.length / 2));
      await deleteContainer(on.root, on.id, { force: true });
      expect(await on.quietly(['delete', '--force', 'good'])).to.include({ code: 0, stderr: '' });
      expect(on.left()).to.deep.equal([]);
    } finally {
      await on.close();
    }
  });

  it('of another owner is told of in the list', async () => {
    const on = new Stage('standpipe');
    try {
      await on.created();
      spawnSync('chown', ['4711', join(on.root, on.id, 'state.json')]);
      expect((await on.quietly(['list'])).stdout).to.match(/created .* #4711\n$/);
    } finally {
      await on.close();
    }
  });

  it('is not all that may be gone or nonsense, and delete --force clears it', async () => {
    for (const gone of [true, false]) {
      const on = new Stage('standpipe');
      try {
        await on.running();
        for (const file of ['state.json', 'config.json', 'process']) {
          const path = join(on.root, on.id, file);
          rmSync(path);
          if (!gone) writeFileSync(path, '{');
        }
        expect(await on.quietly(['delete', '--force', on.id])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
        expect(on.left()).to.deep.equal([]);
      } finally {
        await on.close();
      }
    }
  });
});
