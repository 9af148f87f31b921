import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HostFolder, HostTree } from '../../src/host-root/host-tree.js';
import { choosePlaces, type Place, type PlacesSettings } from '../../src/host-root/places.js';

const root: PlacesSettings = { mountsLocked: false, isOwnable: () => true };
const user: PlacesSettings = { mountsLocked: true, isOwnable: ({ uid, gid }) => uid === 1000 && gid === 1000 };

function folder(path: string, owner = 0): HostFolder {
  return { path, mode: 0o755, uid: owner, gid: owner };
}

/** `wanted` are ways; a `~` stands before folders of user 1000. */
function tree(mounts: readonly string[], ...wanted: readonly string[]): HostTree {
  return {
    entries: ['/bin', '/dev', '/home', '/proc', '/run', '/srv', '/sys', '/tmp'].map((path) =>
      path === '/bin' ? { type: 'link', path, target: 'usr/bin' } : { type: 'folder', ...folder(path) },
    ),
    mounts: ['/', '/proc', '/sys', '/dev', '/dev/shm', '/run', ...mounts].map((mount) => {
      const [mountPoint = '', type = 'ext4', options = 'rw'] = mount.split(' ');
      return { mountPoint, type, options: options.split(',') };
    }),
    wanted: wanted.map((way) => {
      const names = way.split('/').slice(1);
      return names.map((name, i) => folder(`/${names.slice(0, i + 1).join('/')}`.replaceAll('~', ''), name.startsWith('~') ? 1000 : 0));
    }),
  };
}

function show(places: readonly Place[]): string[] {
  return places.map((place) =>
    place.kind === 'overlay'
      ? `overlay ${place.folder.path}${place.noexec ? ' noexec' : ''}`
      : `bind ${place.path}${place.recursive ? ' and below' : ''}`,
  );
}

describe('choosePlaces', () => {
  const cases: [what: string, settings: PlacesSettings, tree: HostTree, places: string[]][] = [
    ['overlays each folder below /, but for the empty ones', root, tree([]), ['overlay /home', 'overlay /srv']],
    ['is the same for an ordinary user', user, tree([]), ['overlay /home', 'overlay /srv']],
    ['overlays a folder that is a mount', user, tree(['/home']), ['overlay /home', 'overlay /srv']],
    ['keeps noexec', user, tree(['/home ext4 rw,noexec']), ['overlay /home noexec', 'overlay /srv']],
    [
      'shows mounts further below',
      root,
      tree(['/srv/a', '/srv/a/b', '/srv/c']),
      ['overlay /home', 'overlay /srv', 'bind /srv/a', 'bind /srv/a/b', 'bind /srv/c'],
    ],
    ['shows a mount that hides another once', root, tree(['/srv/a', '/srv/a']), ['overlay /home', 'overlay /srv', 'bind /srv/a']],
    [
      'shows them in one piece where they are locked together',
      user,
      tree(['/srv/a', '/srv/a/b']),
      ['overlay /home', 'bind /srv and below'],
    ],
    [
      'leaves views of the kernel and of processes out',
      root,
      tree(['/srv/jail/proc proc', '/srv/jail/dev devtmpfs']),
      ['overlay /home', 'overlay /srv'],
    ],
    ['has mounts of empty folders nowhere', root, tree(['/run/user/1000', '/tmp/x']), ['overlay /home', 'overlay /srv']],
    ['needs no more for a home', user, tree([], '/home/~me/~project'), ['overlay /home', 'overlay /srv']],
    [
      'overlays a folder of the user among those of others',
      user,
      tree([], '/srv/data/~me/~project'),
      ['overlay /home', 'overlay /srv', 'overlay /srv/data/me'],
    ],
    [
      'begins behind the last folder of somebody else',
      user,
      tree([], '/home/~me/shared/~project'),
      ['overlay /home', 'overlay /srv', 'overlay /home/me/shared/project'],
    ],
    ['does nothing for a folder of somebody else', user, tree([], '/srv/data/project'), ['overlay /home', 'overlay /srv']],
    ['does nothing for a folder that is empty inside', user, tree([], '/tmp/~me'), ['overlay /home', 'overlay /srv']],
    [
      'overlays a mount that the working directory is in',
      root,
      tree(['/srv/a', '/srv/a/b'], '/srv/a/x'),
      ['overlay /home', 'overlay /srv', 'overlay /srv/a', 'bind /srv/a/b'],
    ],
    [
      'overlays the most that has no mounts below',
      user,
      tree(['/home/me/disk'], '/home/~me/~project/~src'),
      ['bind /home and below', 'overlay /srv', 'overlay /home/me/project'],
    ],
    [
      'overlays nothing with mounts below, where they are locked',
      user,
      tree(['/home/me/disk'], '/home/~me'),
      ['bind /home and below', 'overlay /srv'],
    ],
    ['overlays no view of the kernel', root, tree(['/srv/jail/proc proc'], '/srv/jail/proc/1'), ['overlay /home', 'overlay /srv']],
  ];
  for (const [what, settings, found, places] of cases) {
    it(what, () => {
      expect(show(choosePlaces(found, settings))).to.deep.equal(places);
    });
  }
});
