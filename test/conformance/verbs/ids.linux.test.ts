import { needs, needsRoot } from '@standpipe/test-support';
import { before, describe } from 'mocha';
import { type Case, sameAsRunc } from './compare.js';
import { usage } from './deviations.js';

const refused: Readonly<Record<string, string>> = {
  'that climbs': '../x',
  'with a slash in it': 'a/b',
  'that is a dot': '.',
  'that is two dots': '..',
  'with a space': 'a b',
  'that is no ASCII': 'é',
  'with a newline': 'a\nb',
  'with a backslash': 'a\\b',
  'with a colon': 'a:b',
  'with an escape sequence': '\u001b[31m',
  'that is empty': '',
  'of 256 letters': 'x'.repeat(256),
  'of 2000 letters': 'x'.repeat(2000),
};

const calls: readonly (readonly string[])[] = [['create'], ['state'], ['delete', '--force']];

/** Asked with the most dangerous one. */
const everyCall = [
  ...calls,
  ['run'],
  ['start'],
  ['kill'],
  ['delete'],
  ['ps'],
  ['pause'],
  ['resume'],
  ['update', '--pids-limit', '5'],
  ['events', '--stats'],
];

describe('runc and standpipe refuse alike an id', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });

  sameAsRunc(
    Object.entries(refused).map(([what, id]): Case => ({
      what,
      async play(on) {
        on.mask((text) => (id.length < 3 ? text : text.replaceAll(id, 'IT')));
        for (const [verb = '', ...options] of id === '../x' ? everyCall : calls) {
          await on.call([verb, ...(verb === 'create' || verb === 'run' ? ['--bundle', on.bundle] : []), ...options, id]);
        }
        if (id === '../x') await on.call(['exec', id, 'true']);
        on.see('anything', on.left());
      },
    })),
  );
});

describe('runc and standpipe take alike an id', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });

  const lifecycle = async (on: Parameters<Case['play']>[0], id: string, before: readonly string[] = []): Promise<void> => {
    on.mask((text) => text.replaceAll(id, 'IT'));
    await on.call(['create', '--bundle', on.bundle, ...before, id]);
    const { text } = await on.call(['list', '--quiet']);
    on.see('its name in the list', text.trim() === id);
    await on.call(['start', ...before, id]);
    await on.call(['kill', ...before, id, 'KILL']);
    await on.call(['delete', '--force', ...before, id]);
    on.see('anything', on.left());
  };

  sameAsRunc([
    { what: 'of one letter', play: async (on) => lifecycle(on, 'Q') },
    { what: 'of all that it may have', play: async (on) => lifecycle(on, `${on.id}_+-.A`) },
    { what: 'of three dots', play: async (on) => lifecycle(on, '...') },
    { what: 'of 255 letters', play: async (on) => lifecycle(on, on.id.padEnd(255, 'x')) },
    { what: 'with a leading dash, behind two', play: async (on) => lifecycle(on, `-${on.id}`, ['--']) },
    {
      what: 'with a leading dash, alone',
      play: async (on) => {
        await on.call(['create', '--bundle', on.bundle, `-${on.id}`]);
        await on.call(['state', `-${on.id}`]);
      },
      ours: usage,
    },
  ]);
});
