import { expect } from 'chai';
import { describe, it } from 'mocha';
import { outerUid, socketOf, userBus } from '../../src/systemd/bus-address.js';

const pathOf = (bus: string, env: Record<string, string> = {}): string => socketOf(bus, env);

describe('where systemd is reached', () => {
  it('by the bus of the system', () => {
    expect(pathOf('system')).to.equal('/run/dbus/system_bus_socket');
    expect(pathOf('system', { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/elsewhere' })).to.equal('/elsewhere');
  });

  it("by the bus of a user, as the session says or in the user's runtime directory", () => {
    expect(userBus({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/a', XDG_RUNTIME_DIR: '/run/user/1' })).to.equal('unix:path=/a');
    expect(userBus({ XDG_RUNTIME_DIR: '/run/user/1' })).to.equal('unix:path=/run/user/1/bus');
    expect(() => userBus({ DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: '' }))
      .to.throw()
      .with.property('code', 'NOT_SUPPORTED');
  });

  it('by the first unix socket of an address', () => {
    expect(pathOf('unix:path=/a%20b,guid=0123')).to.equal('/a b');
    expect(pathOf('tcp:host=x,port=1;unix:guid=1,abstract=/tmp/dbus-x')).to.equal('\0/tmp/dbus-x');
    expect(pathOf('unix:runtime=yes', { XDG_RUNTIME_DIR: '/run/user/7' })).to.equal('/run/user/7/bus');
    for (const address of ['tcp:host=x', 'unix:', 'nonsense', 'unix:path']) {
      expect(() => pathOf(address), address)
        .to.throw()
        .with.property('code', 'NOT_SUPPORTED');
    }
  });

  it('as who one is outside of a user namespace', () => {
    expect(outerUid(0, '         0          0 4294967295\n')).to.equal(0);
    expect(outerUid(0, '0 1000 1\n1 100000 65536\n')).to.equal(1000);
    expect(outerUid(5, '0 1000 1\n1 100000 65536\n')).to.equal(100_004);
    expect(outerUid(7, '0 1000 1\n')).to.equal(7);
  });
});
